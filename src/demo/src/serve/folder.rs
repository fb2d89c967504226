//! The folder of an estate: who runs it, and how to reach it. Only its owner may read it: the keys are in it.
use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Options;
use crate::{control::Client, estate::Estate, terraform, world::build::ESTATE};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder(PathBuf);

/// A running estate, as its file tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Running {
    pub pid: u32,
    pub port: u16,
    pub token: String,
    pub seed: u64,
    pub nodes: usize,
    pub pods: usize,
    pub speed: f64,
    #[serde(default)]
    pub empty: bool,
    /// The variables that point a client at it.
    pub variables: Vec<(String, String)>,
}

impl Running {
    #[must_use]
    pub fn client(&self) -> Client {
        Client { port: self.port, token: self.token.clone() }
    }

    /// Whether it answers, and is the one that the file tells of.
    #[must_use]
    pub fn answers(&self) -> bool {
        self.client().ask("GET", "state", None).is_ok()
    }
}

impl Folder {
    /// # Errors
    /// If it cannot be made.
    pub fn open(path: &Path) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        Ok(Self(path.to_owned()))
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// What its file tells of, whether it still runs or not.
    #[must_use]
    pub fn told(&self) -> Option<Running> {
        serde_json::from_slice(&fs::read(self.file("running.json")).ok()?).ok()
    }

    /// The estate that runs now.
    #[must_use]
    pub fn running(&self) -> Option<Running> {
        self.told().filter(Running::answers)
    }

    pub(super) fn tell(&self, estate: &Estate, options: &Options, port: u16, providers: u16) -> io::Result<Running> {
        let running = Running {
            pid: std::process::id(),
            port,
            token: estate.keys.token.clone(),
            seed: options.seed,
            nodes: options.scale.nodes,
            pods: options.scale.pods,
            speed: options.speed,
            variables: self.variables(estate, port, providers),
            empty: options.empty,
        };
        self.clusters(estate)?;
        self.write("aws-config", "")?;
        self.write("config.toml", &settings(estate))?;
        // last: whoever waits for it finds the others
        self.write("running.json", &serde_json::to_string(&running)?)?;
        Ok(running)
    }

    /// The file by which the clusters that there are now are reached.
    pub(super) fn clusters(&self, estate: &Estate) -> io::Result<()> {
        self.write("kubeconfig", &kubeconfig(estate))
    }

    /// Whole or not at all.
    fn write(&self, name: &str, text: &str) -> io::Result<()> {
        let fresh = self.file(&format!("{name}.{}", std::process::id()));
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
        file.write_all(text.as_bytes())?;
        fs::rename(fresh, self.file(name))
    }

    /// Takes the files away, unless another estate has put its own there since.
    pub(super) fn clear(&self, running: &Running) -> io::Result<()> {
        if self.told().is_some_and(|told| told.pid == running.pid) {
            for name in ["running.json", "kubeconfig", "aws-config", "config.toml"] {
                fs::remove_file(self.file(name))?;
            }
        }
        Ok(())
    }

    fn variables(&self, estate: &Estate, port: u16, providers: u16) -> Vec<(String, String)> {
        let path = |name: &str| self.file(name).display().to_string();
        let home = estate.look(|world| world.regions.first().map(|region| region.name.clone())).unwrap_or_default();
        [
            ("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}")),
            ("AWS_ACCESS_KEY_ID", estate.keys.access.clone()),
            ("AWS_SECRET_ACCESS_KEY", estate.keys.secret.clone()),
            ("AWS_SESSION_TOKEN", estate.keys.session.clone()),
            ("AWS_REGION", home.clone()),
            ("AWS_DEFAULT_REGION", home),
            // nobody's own profiles take part
            ("AWS_CONFIG_FILE", path("aws-config")),
            ("AWS_SHARED_CREDENTIALS_FILE", path("aws-config")),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
            ("KUBECONFIG", path("kubeconfig")),
            ("TF_REATTACH_PROVIDERS", terraform::reattach(providers)),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }
}

fn kubeconfig(estate: &Estate) -> String {
    let (clusters, contexts) = estate.look(|world| {
        let each = world.regions.iter().filter(|region| region.eks.is_there()).map(|region| {
            let name = &region.eks.name;
            let authority = STANDARD.encode(region.eks.authority.as_bytes());
            let cluster = json!({"name": name, "cluster": {"server": region.eks.endpoint, "certificate-authority-data": authority}});
            (cluster, json!({"name": name, "context": {"cluster": name, "user": ESTATE}}))
        });
        each.unzip::<_, _, Vec<_>, Vec<_>>()
    });
    let current = contexts.first().map(|context| context["name"].clone());
    // YAML takes JSON
    json!({
        "apiVersion": "v1", "kind": "Config", "current-context": current, "clusters": clusters, "contexts": contexts,
        "users": [{"name": ESTATE, "user": {"token": estate.keys.token}}],
    })
    .to_string()
}

/// The estate as the console's settings name it.
fn settings(estate: &Estate) -> String {
    let regions: Vec<String> = estate.look(|world| world.regions.iter().map(|region| region.name.clone()).collect());
    format!("estate = {ESTATE:?}\n\n[estates.{ESTATE}]\nenvironment = \"test\"\nregions = {regions:?}\n")
}
