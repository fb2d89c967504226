//! The lab as these tests see it: where it is, what boto3 tells of it, and the program run against it. Without a lab every
//! test that asks fails and says how to start one.
use std::{
    collections::BTreeMap,
    env,
    path::PathBuf,
    process::{Command, Stdio},
    sync::{OnceLock, mpsc},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// Where the estate is.
pub const REGIONS: [&str; 3] = ["us-east-1", "us-west-2", "eu-west-1"];

/// No run may take longer, whatever the servers do: an operation gives up after 30 s.
const LONGEST: Duration = Duration::from_secs(100);

pub fn var(name: &str) -> String {
    let value = env::var(name).ok().filter(|value| !value.is_empty());
    value.unwrap_or_else(|| {
        panic!(
            "{name} is not set: these tests need the lab. `tests/run lab-aws` starts it, runs them and stops it; or by \
             hand: tests/lab/lab.sh up /tmp/lab; set -a; . /tmp/lab/env; cargo test --release --test it aws::"
        )
    })
}

/// What boto3 says is there; asked once.
pub fn oracle() -> &'static Value {
    static TOLD: OnceLock<Value> = OnceLock::new();
    TOLD.get_or_init(|| {
        // fails early, and with a word on what to do
        let _endpoint = var("AWS_ENDPOINT_URL");
        let ours = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lab/oracle");
        let program = env::var("QD_LAB_ORACLE").unwrap_or_else(|_| ours.to_owned());
        let output = Command::new(&program).args(REGIONS).output().expect("the oracle starts");
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("the oracle prints JSON")
    })
}

/// The oracle's rows of a kind, by id.
pub fn told(kind: &str, region: &str) -> BTreeMap<String, Value> {
    let rows = oracle()[region][kind].as_object().unwrap_or_else(|| panic!("the oracle knows {kind} in {region}"));
    rows.iter().map(|(id, row)| (id.clone(), row.clone())).collect()
}

/// How the program ended and what it said.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
    pub took: Duration,
}

impl Said {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("no JSON ({e}): {self:?}"))
    }

    pub fn rows(&self) -> Vec<Value> {
        self.json()["rows"].as_array().expect("there are rows").clone()
    }

    pub fn ids(&self, region: &str) -> Vec<String> {
        let here = |row: &&Value| row["scope"]["region"] == region;
        let mut ids: Vec<String> = self.rows().iter().filter(here).map(|row| word(&row["id"])).collect();
        ids.sort();
        ids
    }

    pub fn errors(&self) -> Vec<Value> {
        self.json()["errors"].as_array().expect("there are errors").clone()
    }

    /// The only error.
    pub fn error(&self) -> Value {
        let errors = self.errors();
        assert_eq!(errors.len(), 1, "one error: {errors:?}");
        errors[0].clone()
    }
}

pub fn word(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}")).to_owned()
}

/// The program, with an environment of its own: nothing of this machine's settings, profiles and clusters is seen.
pub struct Run {
    vars: BTreeMap<String, String>,
    args: Vec<String>,
}

impl Run {
    pub fn new(args: &[&str]) -> Self {
        // nothing is there, and nothing is written there
        let home = env::temp_dir().join(format!("quarterdeck-aws-{}", std::process::id()));
        let mut vars = BTreeMap::from([
            ("HOME".to_owned(), home.display().to_string()),
            ("AWS_EC2_METADATA_DISABLED".to_owned(), "true".to_owned()),
            ("AWS_ENDPOINT_URL".to_owned(), var("AWS_ENDPOINT_URL")),
            ("AWS_ACCESS_KEY_ID".to_owned(), var("AWS_ACCESS_KEY_ID")),
            ("AWS_SECRET_ACCESS_KEY".to_owned(), var("AWS_SECRET_ACCESS_KEY")),
        ]);
        vars.extend(env::var("PATH").map(|path| ("PATH".to_owned(), path)));
        Self { vars, args: args.iter().map(|arg| (*arg).to_owned()).collect() }
    }

    /// A kind in these regions, as JSON.
    pub fn list(kind: &str, regions: &[&str]) -> Self {
        Self::new(&["list", kind, "--json", "--region", &regions.join(",")])
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.vars.insert(name.into(), value.into());
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.vars.remove(name);
        self
    }

    pub fn said(self) -> Said {
        let begun = Instant::now();
        let child = Command::new(env!("CARGO_BIN_EXE_quarterdeck"))
            .env_clear()
            .envs(&self.vars)
            .args(&self.args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let pid = Pid::from_child(&child);
        let (tell, ended) = mpsc::channel();
        std::thread::spawn(move || tell.send(child.wait_with_output()));
        let Ok(output) = ended.recv_timeout(LONGEST) else {
            let _gone = kill_process(pid, Signal::KILL);
            panic!("it does not end: {:?}", self.args);
        };
        let output = output.expect("it can be waited for");
        Said {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
            took: begun.elapsed(),
        }
    }
}

/// A folder with files in it, gone when the test is over.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn with(name: &str, files: &[(&str, &str)]) -> Self {
        let path = env::temp_dir().join(format!("quarterdeck-aws-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder can be made");
        for (file, text) in files {
            std::fs::write(path.join(file), text).expect("it can be written");
        }
        Self(path)
    }

    pub fn path(&self, file: &str) -> String {
        self.0.join(file).display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _left = std::fs::remove_dir_all(&self.0);
    }
}
