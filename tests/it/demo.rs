//! The estate inside the binary, as whoever types `quarterdeck demo` meets it; with clients that are not ours beside the console.
#[path = "demo/alike.rs"]
mod alike;
#[path = "demo/faults.rs"]
mod faults;
#[path = "demo/logs.rs"]
mod logs;
#[path = "demo/stacks.rs"]
mod stacks;
#[path = "demo/terraform.rs"]
mod terraform;

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::TcpStream,
    path::PathBuf,
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::pty::terminal::{Program, Terminal};

/// How long anything may take on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_mins(1);

/// An estate of the test's own, in a folder of its own; it ends with the test.
pub struct Estate {
    cache: PathBuf,
    pub variables: BTreeMap<String, String>,
}

impl Estate {
    /// Its servers, started as `demo --serve` with these words.
    pub fn serve(words: &[&str]) -> Self {
        let mut estate = Self::none();
        let (code, said) = estate.program(&["demo", "--serve"]).args(words).run();
        assert_eq!(code, 0, "{said}");
        estate.variables = variables(&said);
        estate
    }

    /// A place for one that is not started yet.
    pub fn none() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("quarterdeck-demo-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let cache = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&cache).expect("a folder can be made");
        Self { cache, variables: BTreeMap::new() }
    }

    pub fn program(&self, words: &[&str]) -> Program {
        Program::new().env("XDG_CACHE_HOME", &self.cache.display().to_string()).args(words)
    }

    /// A program that is pointed at it as any client would be.
    pub fn pointed(&self, words: &[&str]) -> Program {
        let program = self.variables.iter().fold(self.program(&[]), |program, (name, value)| program.env(name, value));
        program.args(words)
    }

    pub fn kubectl(&self, words: &str) -> String {
        let mut command = Command::new("kubectl");
        command.arg("--kubeconfig").arg(self.cache.join("quarterdeck/demo/kubeconfig")).args(words.split(' '));
        let output = command.output().expect("kubectl is there");
        let said = [output.stdout, output.stderr].concat();
        assert!(output.status.success(), "kubectl {words}: {}", String::from_utf8_lossy(&said));
        String::from_utf8_lossy(&said).into_owned()
    }

    /// What `running.json` says; nothing when there is none.
    pub fn told(&self) -> Option<Value> {
        serde_json::from_slice(&std::fs::read(self.cache.join("quarterdeck/demo/running.json")).ok()?).ok()
    }

    fn runs(&self) -> bool {
        self.told().is_some_and(|told| PathBuf::from(format!("/proc/{}", told["pid"])).exists())
    }

    /// Asks the estate's own control.
    pub fn control(&self, method: &str, what: &str, body: &Value) -> Value {
        let told = self.told().expect("it runs");
        let mut stream = TcpStream::connect(("127.0.0.1", port(&told))).expect("it listens");
        let (token, body) = (told["token"].as_str().expect("a text"), body.to_string());
        write!(
            stream,
            "{method} /_demo/{what} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            body.len()
        )
        .expect("it takes requests");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        let (head, body) = answer.split_once("\r\n\r\n").expect("the answer is whole");
        assert!(head.contains(" 200 "), "{method} {what}: {answer}");
        serde_json::from_str(body).expect("it is JSON")
    }
}

fn port(told: &Value) -> u16 {
    told["port"].as_u64().and_then(|port| port.try_into().ok()).expect("a port")
}

/// What it prints, by name, as a shell would take it.
fn variables(said: &str) -> BTreeMap<String, String> {
    said.lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.trim_matches('\'').to_owned()))
        .collect()
}

impl Drop for Estate {
    fn drop(&mut self) {
        let _ended = self.program(&["demo", "--stop"]).run();
        let _left = std::fs::remove_dir_all(&self.cache);
    }
}

/// Waits until it is so.
pub fn until(what: &str, so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !so() {
        assert!(begun.elapsed() < PATIENCE, "never: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

pub fn shows(terminal: &Terminal, text: &str) {
    let begun = Instant::now();
    while !terminal.screen().contains(text) {
        assert!(begun.elapsed() < PATIENCE, "never: `{text}` is shown\n{}", terminal.screen());
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Where the pods of a program stand that do not run: zone by zone, from the console's own listing.
fn crashing(estate: &Estate) -> Vec<Value> {
    let (code, said) = estate.pointed(&["list", "pod", "--json", "--filter", "status:CrashLoopBackOff"]).run();
    assert_eq!(code, 0, "{said}");
    let listed: Value = serde_json::from_str(&said).expect("it is JSON");
    listed["rows"].as_array().expect("there are rows").clone()
}

#[test]
fn one_command_opens_a_living_estate_and_nothing_is_left_behind() {
    let estate = Estate::none();
    let mut terminal = estate.program(&["demo"]).open(120, 40);
    for region in ["us-east-1", "us-east-2", "us-west-1", "us-west-2"] {
        shows(&terminal, region);
    }
    shows(&terminal, "TEST");
    terminal.press("enter");
    shows(&terminal, "demo-security");
    // the App VPC is the first of the three; its first host is a node
    terminal.press("enter");
    shows(&terminal, "jump-us-east-1a");
    terminal.press("enter");
    shows(&terminal, "Ready");
    terminal.press("enter");
    shows(&terminal, "kube-proxy");
    terminal.press("enter");
    shows(&terminal, "containers");
    assert!(estate.runs());
    terminal.press("ctrl-c");
    terminal.ends_well();
    terminal.is_given_back();
    until("its servers end by themselves", || !estate.runs() && estate.told().is_none());
}

#[test]
fn a_release_that_falls_over_in_one_zone_is_seen_by_all_and_undone_by_kubectl() {
    let estate = Estate::serve(&["--seed", "3", "--speed", "5"]);
    let place = estate.control("POST", "incident", &json!({"name": "bad-deploy"}));
    let (region, zone) = (place["region"].as_str().expect("a text"), place["zone"].as_str().expect("a text"));
    let terminal = estate.program(&["demo", "--at", "pod"]).open(140, 40);
    shows(&terminal, "Running");
    terminal.press("/");
    terminal.types("status:crash");
    terminal.press("enter");
    shows(&terminal, "CrashLoopBackOff");
    until("the console lists some that crash", || !crashing(&estate).is_empty());
    let nodes: Value = serde_json::from_str(&estate.kubectl(&format!("--context demo-{region} get nodes -o json")))
        .expect("it is JSON");
    let zones: BTreeMap<&str, &str> = nodes["items"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|node| {
            let labels = &node["metadata"]["labels"];
            (
                node["metadata"]["name"].as_str().expect("a name"),
                labels["topology.kubernetes.io/zone"].as_str().expect("a zone"),
            )
        })
        .collect();
    for row in crashing(&estate) {
        assert_eq!(row["scope"]["region"], region, "{row}");
        assert_eq!(zones[row["cells"]["node"].as_str().expect("a node")], zone, "{row}");
        assert!(row["name"].as_str().expect("a name").starts_with("checkout-"), "{row}");
    }
    let seen = estate.kubectl(&format!("--context demo-{region} -n shop get pods"));
    assert!(seen.lines().any(|line| line.starts_with("checkout-") && line.contains("CrashLoopBackOff")), "{seen}");
    let logs = estate.kubectl(&format!(
        "--context demo-{region} -n shop logs {} -c checkout --previous",
        row_name(&crashing(&estate)[0])
    ));
    assert!(logs.contains("PAYMENT_ENDPOINT_"), "{logs}");
    estate.kubectl(&format!("--context demo-{region} -n shop rollout undo deployment/checkout"));
    estate.kubectl(&format!("--context demo-{region} -n shop rollout status deployment/checkout --timeout 60s"));
    until("none crashes any more", || crashing(&estate).is_empty());
    terminal.shows_no("CrashLoopBackOff");
}

fn row_name(row: &Value) -> &str {
    row["name"].as_str().expect("a name")
}

#[test]
fn a_served_estate_stays_until_it_is_stopped_and_is_joined_and_not_changed() {
    let estate = Estate::serve(&["--seed", "9"]);
    let told = estate.told().expect("it runs");
    let (code, again) = estate.program(&["demo", "--serve"]).run();
    assert_eq!((code, variables(&again)), (0, estate.variables.clone()), "the second is pointed at the first");
    let (code, said) = estate.program(&["demo", "--serve", "--seed", "10"]).run();
    assert!(code == 2 && said.contains("--seed 9") && said.contains("demo --stop"), "{code}: {said}");
    let (code, said) = estate.program(&["demo", "--stop"]).run();
    assert!(code == 0 && said.contains("has ended"), "{said}");
    until("its process is gone", || !PathBuf::from(format!("/proc/{}", told["pid"])).exists());
    assert!(estate.told().is_none());
    let (code, said) = estate.program(&["demo", "--stop"]).run();
    assert!(code == 0 && said.contains("no demo estate"), "{said}");
}

#[test]
fn what_is_misspelt_is_told_with_what_was_meant() {
    let estate = Estate::none();
    let cases = [
        (["demo", "--incident", "bad-depoly"], "bad-deploy"),
        (["demo", "--scale", "200"], "NODESxPODS"),
        (["demo", "--scale", "200x5000000"], "too large"),
        (["demo", "--fault", "throttle"], "is no fault"),
        (["demo", "--speed", "0"], "0.1 to 3600"),
    ];
    for (words, hint) in cases {
        let (code, said) = estate.program(&words).run();
        assert!(code == 2 && said.contains(hint), "{words:?}: {code}: {said}");
    }
    assert!(estate.told().is_none(), "nothing was started");
}

#[test]
fn mistakes_in_ones_own_settings_are_told_before_the_screen_is_taken() {
    let estate = Estate::none();
    let program = estate.program(&["demo"]);
    let file = program.home().join("mine.toml");
    std::fs::write(&file, "themme = 'dark'\n").expect("the home can be written");
    let (code, said) = program.args(&["--config", &file.display().to_string()]).run();
    assert!(code == 2 && said.contains("mine.toml") && said.contains("theme"), "{code}: {said}");
}

#[test]
fn only_the_token_of_the_start_opens_the_control_and_only_its_keys_the_apis() {
    let estate = Estate::serve(&[]);
    let (_, said) = estate.pointed(&["list", "vpc", "--json"]).env("AWS_SECRET_ACCESS_KEY", "guessed").run();
    assert!(said.contains("SignatureDoesNotMatch") || said.contains("signature"), "{said}");
    let port = port(&estate.told().expect("it runs"));
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    stream.write_all(b"POST /_demo/stop HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    assert!(answer.starts_with("HTTP/1.1 401") && estate.runs(), "{answer}");
    let mode = std::os::unix::fs::MetadataExt::mode(
        &std::fs::metadata(estate.cache.join("quarterdeck/demo")).expect("it is there"),
    );
    assert_eq!(mode & 0o777, 0o700);
}
