use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf, time::Duration};

use super::*;
use crate::control::Client;

/// A folder of the test's own, taken away with it.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("quarterdeck-serve-{}-{name}", std::process::id())))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.0);
    }
}

fn value<'a>(running: &'a Running, name: &str) -> &'a str {
    running.variables.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).unwrap()
}

/// Asks without keeping the servers of the same runtime from answering.
async fn ask(client: &Client, method: &'static str, what: &'static str) -> Result<serde_json::Value, String> {
    let client = client.clone();
    tokio::task::spawn_blocking(move || client.ask(method, what, None)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_estates_on_one_machine_do_not_meet_even_from_the_same_seed() {
    let places = [Place::new("mine"), Place::new("yours")];
    let [mine, yours] = places.each_ref().map(|place| Folder::open(&place.0).unwrap());
    let ends = {
        let folder = mine.clone();
        tokio::spawn(async move { serve(&Options::default(), &folder, std::future::pending()).await })
    };
    let other = start(&Options::default(), &yours).await.unwrap();
    let told = loop {
        if let Some(told) = mine.told() {
            break told;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    for name in ["AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "KUBECONFIG"] {
        assert_ne!(value(&told, name), value(&other.running, name), "{name}");
    }
    let stranger = Client { port: told.port, token: other.running.token.clone() };
    assert_eq!(ask(&stranger, "POST", "stop").await, Err("the token of this start is asked for".to_owned()));
    for (place, folder) in places.iter().zip([&mine, &yours]) {
        let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&place.0), 0o700);
        for name in ["running.json", "kubeconfig", "aws-config", "config.toml"] {
            assert_eq!(mode(&folder.file(name)), 0o600, "{name}");
        }
    }
    // who is told to end takes its own files away, and no other's
    assert!(ask(&told.client(), "POST", "stop").await.is_ok());
    ends.await.unwrap().unwrap();
    assert!(mine.told().is_none() && ask(&other.running.client(), "GET", "state").await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_listens_but_on_loopback() {
    let place = Place::new("loopback");
    let served = start(&Options::default(), &Folder::open(&place.0).unwrap()).await.unwrap();
    let ends = |endpoint: &str| endpoint.rsplit(':').next().and_then(|port| port.parse::<u16>().ok()).unwrap();
    let mut ports = vec![served.running.port];
    ports.extend(
        served.estate.look(|world| world.regions.iter().map(|region| ends(&region.eks.endpoint)).collect::<Vec<_>>()),
    );
    let listening =
        ["/proc/net/tcp", "/proc/net/tcp6"].map(|path| fs::read_to_string(path).unwrap_or_default()).concat();
    for port in &ports {
        let mut at = listening.lines().filter_map(|line| line.split_whitespace().nth(1)?.split_once(':'));
        let address = at.find(|(_, given)| *given == format!("{port:04X}")).unwrap().0;
        assert_eq!(address, "0100007F", "{port}");
    }
    ports.sort_unstable();
    ports.dedup();
    assert_eq!(ports.len(), 5, "one for AWS, and one for each cluster");
}
