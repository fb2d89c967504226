//! The way to one API server: from a kubeconfig's context or from an EKS cluster. A client is made when it is first asked for, made
//! anew before its credentials age, and forgotten when the server refuses them, so that a new login counts without a restart.
use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use aws_credential_types::provider::ProvideCredentials;
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{Request, Response};
use http_body_util::{BodyExt, Limited};
use kube::{
    Client, Config,
    client::Body,
    config::{AuthInfo, Cluster, Kubeconfig},
};
use tokio::sync::Mutex;

use super::{super::aws::Current, exec, fault, proxy, token};
use crate::error::{Error, Result, Trouble};

/// To reach a server, TLS included.
const CONNECT: Duration = Duration::from_secs(10);
/// Until the head of an answer; a server that is asked for a long list takes seconds.
const ANSWER: Duration = Duration::from_secs(20);
/// For a server that said nothing for a while to prove that it lives.
const PROOF: Duration = Duration::from_secs(5);
/// Credentials that end sooner than this are renewed before use.
const MARGIN: Duration = Duration::from_secs(60);

/// How a server is that was asked whether it does its work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Life {
    Well,
    /// It answers that it cannot do its work: the checks that fail.
    Unwell(String),
    Silent,
}

/// The checks that fail, from lines such as `[-]etcd failed: reason withheld`.
fn failing(said: &str) -> String {
    let checks: Vec<&str> = said.lines().filter_map(|line| line.strip_prefix("[-]")?.split(' ').next()).collect();
    if checks.is_empty() { "no reason was given".to_owned() } else { checks.join(", ") }
}

/// An EKS cluster, as `DescribeCluster` tells of it.
#[derive(Clone, Debug)]
pub struct Eks {
    pub name: String,
    pub region: String,
    pub endpoint: String,
    /// The certificate authority, PEM in base64.
    pub authority: String,
    pub credentials: Current,
    /// The STS endpoint that tokens name, where it is not the region's own (`token::custom_endpoint`).
    pub sts: Option<String>,
}

#[derive(Debug)]
enum Origin {
    /// Of the kubeconfig files; no name means the current one.
    Context(Option<String>),
    /// Of a kubeconfig in hand.
    Given(Box<Kubeconfig>),
    Eks(Eks),
}

/// One API server, shared by all who ask it.
pub struct Link {
    name: Arc<str>,
    origin: Origin,
    /// Namespaces to try where the whole cluster may not be listed.
    namespaces: Vec<String>,
    held: Mutex<Option<Held>>,
    proof: Mutex<Option<(Instant, Life)>>,
}

struct Held {
    client: Client,
    /// When to make another; none: never.
    until: Option<Instant>,
    /// The namespace of the kubeconfig's context.
    namespace: String,
    /// Its address, for the person who must find out why nobody answers there.
    server: String,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The contexts of the kubeconfig, and the one that is current.
pub fn contexts() -> Result<(Vec<String>, Option<String>)> {
    let config = read_kubeconfig()?;
    Ok((config.contexts.into_iter().map(|context| context.name).collect(), config.current_context))
}

fn read_kubeconfig() -> Result<Kubeconfig> {
    Kubeconfig::read().map_err(|e| {
        Error::new(Trouble::Usage, "read the kubeconfig", fault::chain(&e))
            .hint("KUBECONFIG names the files; kubectl config view shows them")
    })
}

impl Link {
    /// To the server of a kubeconfig's context (none: the current one). `name` is what errors call it.
    pub fn context(name: impl Into<Arc<str>>, context: Option<String>) -> Self {
        Self::new(name.into(), Origin::Context(context))
    }

    /// To the server of a kubeconfig's current context, the kubeconfig being in hand.
    pub fn given(name: impl Into<Arc<str>>, config: Kubeconfig) -> Self {
        Self::new(name.into(), Origin::Given(Box::new(config)))
    }

    #[must_use]
    pub fn eks(cluster: Eks) -> Self {
        Self::new(cluster.name.as_str().into(), Origin::Eks(cluster))
    }

    fn new(name: Arc<str>, origin: Origin) -> Self {
        Self { name, origin, namespaces: Vec::new(), held: Mutex::default(), proof: Mutex::default() }
    }

    /// Namespaces to try where the whole cluster may not be listed, instead of the context's own.
    #[must_use]
    pub fn trying(mut self, namespaces: impl IntoIterator<Item = String>) -> Self {
        self.namespaces.extend(namespaces);
        self
    }

    #[must_use]
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The namespaces that are worth asking for one by one: those that were named, or else the context's own.
    pub async fn namespaces(&self) -> Vec<String> {
        if !self.namespaces.is_empty() {
            return self.namespaces.clone();
        }
        self.held.lock().await.iter().map(|held| held.namespace.clone()).collect()
    }

    /// A client whose credentials are fresh. Ask again for each piece of work: it may be another by then.
    pub async fn client(&self) -> Result<Client> {
        let mut held = self.held.lock().await;
        if let Some(held) = held.as_ref().filter(|held| held.until.is_none_or(|until| Instant::now() < until)) {
            return Ok(held.client.clone());
        }
        let (config, until) = match &self.origin {
            Origin::Context(context) => config(read_kubeconfig()?, context.as_deref()).await?,
            Origin::Given(given) => config(given.as_ref().clone(), None).await?,
            Origin::Eks(cluster) => eks(cluster).await?,
        };
        let namespace = config.default_namespace.clone();
        let server = config.cluster_url.to_string();
        let client = Client::try_from(config)
            .map_err(|e| Error::new(Trouble::Usage, format!("connect to cluster {}", self.name), fault::chain(&e)))?;
        *held = Some(Held { client: client.clone(), until, namespace, server });
        Ok(client)
    }

    /// Lets the client go: its credentials were refused.
    pub async fn forget(&self) {
        if let Origin::Eks(cluster) = &self.origin {
            cluster.credentials.refused();
        }
        if let Some(held) = self.held.lock().await.as_mut() {
            held.until = Some(Instant::now());
        }
    }

    /// Sends one request and waits for the head of its answer, whatever its status. `what` is what the error says failed.
    pub async fn send(&self, request: Request<Body>, what: &str) -> Result<Response<Body>> {
        let client = self.client().await?;
        match tokio::time::timeout(ANSWER, client.send(request)).await {
            Ok(Ok(response)) => {
                if response.status() == http::StatusCode::UNAUTHORIZED {
                    self.forget().await;
                }
                Ok(response)
            }
            Ok(Err(e)) => Err(fault::unreachable(what, &format!("{}: {}", self.server().await, fault::chain(&e)))),
            Err(_) => {
                let why = format!("{}: no answer within {} s", self.server().await, ANSWER.as_secs());
                Err(fault::unreachable(what, &why))
            }
        }
    }

    /// The address that is asked, as far as it is known.
    async fn server(&self) -> String {
        self.held.lock().await.as_ref().map(|held| held.server.clone()).unwrap_or_default()
    }

    /// Whether the server still does its work. Many watches may ask at once: one request serves all.
    pub(super) async fn life(&self) -> Life {
        let mut proof = self.proof.lock().await;
        if let Some((_, life)) = proof.as_ref().filter(|(at, _)| at.elapsed() < PROOF) {
            return life.clone();
        }
        let ask = async {
            let request = Request::get("/readyz").body(Body::empty()).ok()?;
            let answer = self.client().await.ok()?.send(request).await.ok()?;
            if !answer.status().is_server_error() {
                // also where one may not ask: it answers
                return Some(Life::Well);
            }
            let said = Limited::new(answer.into_body(), 1 << 16).collect().await.ok()?.to_bytes();
            Some(Life::Unwell(failing(&String::from_utf8_lossy(&said))))
        };
        let life = tokio::time::timeout(PROOF, ask).await.ok().flatten().unwrap_or(Life::Silent);
        // one that is silent is asked anew, for that may have been one lost connection
        *proof = (life != Life::Silent).then(|| (Instant::now(), life.clone()));
        life
    }

    /// What may mend refused credentials.
    pub(super) fn login_hint(&self) -> String {
        match &self.origin {
            Origin::Eks(cluster) => format!(
                "is this identity let in? aws eks list-access-entries --region {} --cluster-name {}; and is the clock right?",
                cluster.region, cluster.name
            ),
            Origin::Context(Some(context)) => format!("log in again; kubectl --context {context} auth whoami"),
            Origin::Context(None) | Origin::Given(_) => "log in again; kubectl auth whoami".to_owned(),
        }
    }
}

/// The configuration that a kubeconfig's context means, with the credential plugin already asked.
async fn config(kubeconfig: Kubeconfig, context: Option<&str>) -> Result<(Config, Option<Instant>)> {
    let name = context.or(kubeconfig.current_context.as_deref()).unwrap_or_default().to_owned();
    let wrong = |why: String| {
        Error::usage(format!("read context {name:?} of the kubeconfig"), why).hint("kubectl config get-contexts")
    };
    let context = kubeconfig.contexts.into_iter().find(|c| c.name == name).and_then(|c| c.context);
    let context = context.ok_or_else(|| wrong("there is no such context".to_owned()))?;
    let cluster = kubeconfig.clusters.into_iter().find(|c| c.name == context.cluster).and_then(|c| c.cluster);
    let cluster =
        cluster.ok_or_else(|| wrong(format!("it names the cluster {:?}, which is not there", context.cluster)))?;
    let user = context.user.unwrap_or_default();
    let mut auth =
        kubeconfig.auth_infos.into_iter().find(|u| u.name == user).and_then(|u| u.auth_info).unwrap_or_default();
    let mut until = None;
    if let Some(mut plugin) = auth.exec.take() {
        if plugin.provide_cluster_info {
            plugin.cluster = (&cluster).try_into().ok();
        }
        let answer = exec::run(&plugin, &user).await?;
        until = answer.expiration_timestamp.and_then(|end| deadline(end.into()));
        take(answer, &mut auth);
    }
    let mut config = reach(&cluster).map_err(wrong)?;
    config.auth_info = auth;
    if let Some(namespace) = context.namespace.filter(|n| !n.is_empty()) {
        config.default_namespace = namespace;
    }
    Ok((config, until))
}

fn take(answer: exec::Answer, auth: &mut AuthInfo) {
    auth.token = answer.token.map(Into::into);
    if let (Some(certificate), Some(key)) = (answer.client_certificate_data, answer.client_key_data) {
        auth.client_certificate_data = Some(STANDARD.encode(certificate));
        auth.client_key_data = Some(STANDARD.encode(key).into());
    }
}

async fn eks(cluster: &Eks) -> Result<(Config, Option<Instant>)> {
    let what = || format!("get credentials for cluster {}", cluster.name);
    let credentials = cluster.credentials.provide_credentials().await;
    let credentials = credentials
        .map_err(|e| Error::new(Trouble::Credentials, what(), fault::chain(&e)).hint("aws sts get-caller-identity"))?;
    let token = token::token(&cluster.name, &cluster.region, cluster.sts.as_deref(), &credentials, SystemTime::now())?;
    let server = Cluster {
        server: Some(cluster.endpoint.clone()),
        certificate_authority_data: Some(cluster.authority.clone()),
        ..Cluster::default()
    };
    let mut config = reach(&server)
        .map_err(|why| Error::new(Trouble::Other, format!("connect to cluster {}", cluster.name), why))?;
    config.auth_info.token = Some(token.into());
    // the token is good for as long as the credentials behind it are
    let fresh = Instant::now() + token::FRESH;
    let until = credentials.expiry().and_then(deadline).map_or(fresh, |end| end.min(fresh));
    Ok((config, Some(until)))
}

/// The moment to renew what ends at `end`.
fn deadline(end: SystemTime) -> Option<Instant> {
    let left = end.duration_since(SystemTime::now()).unwrap_or_default();
    // what lives shorter than the margin is used for a moment all the same, or it would be renewed without end
    Instant::now().checked_add(left.saturating_sub(MARGIN).max(Duration::from_secs(1)))
}

/// Where a server is and how it is known, without who asks.
fn reach(cluster: &Cluster) -> Result<Config, String> {
    let server = cluster.server.as_deref().ok_or("the cluster has no server")?;
    let url: http::Uri = server.parse().map_err(|e| format!("the server {server:?} is no URL: {e}"))?;
    let host = url.host().ok_or_else(|| format!("the server {server:?} is no URL"))?;
    let proxy = match cluster.proxy_url.clone().filter(|url| !url.is_empty()) {
        Some(proxy) => Some(proxy),
        None => proxy::for_host(host, url.port_u16().unwrap_or(443), |name| std::env::var(name).ok()),
    };
    let proxy =
        proxy.map(|proxy| proxy.parse().map_err(|e| format!("the proxy {proxy:?} is no URL: {e}"))).transpose()?;
    let mut config = Config::new(url);
    config.proxy_url = proxy;
    config.root_cert = authority(cluster)?;
    config.accept_invalid_certs = cluster.insecure_skip_tls_verify.unwrap_or(false);
    config.disable_compression = cluster.disable_compression.unwrap_or(false);
    config.tls_server_name.clone_from(&cluster.tls_server_name);
    config.connect_timeout = Some(CONNECT);
    // who lists and watches retries by rules of its own
    config.default_retry = false;
    Ok(config)
}

/// The certificates of the authority, if the cluster names its own; the system's are only loaded where it does not.
fn authority(cluster: &Cluster) -> Result<Option<Vec<Vec<u8>>>, String> {
    let text = if let Some(data) = cluster.certificate_authority_data.as_ref().filter(|data| !data.is_empty()) {
        STANDARD.decode(data.trim()).map_err(|e| format!("certificate-authority-data is not base64: {e}"))?
    } else if let Some(file) = &cluster.certificate_authority {
        std::fs::read(file).map_err(|e| format!("{file}: {e}"))?
    } else {
        return Ok(None);
    };
    let found = certificates(&String::from_utf8_lossy(&text))?;
    if found.is_empty() { Err("the certificate authority holds no certificate".to_owned()) } else { Ok(Some(found)) }
}

fn certificates(pem: &str) -> Result<Vec<Vec<u8>>, String> {
    let inside = pem.split("-----BEGIN CERTIFICATE-----").skip(1);
    inside
        .map(|rest| {
            let body = rest.split("-----END CERTIFICATE-----").next().unwrap_or_default();
            let body: String = body.split_whitespace().collect();
            STANDARD.decode(body).map_err(|e| format!("a certificate is not base64: {e}"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEM: &str = "junk\n-----BEGIN CERTIFICATE-----\nAQID\nBAU=\n-----END CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\nBg==\n-----END CERTIFICATE-----\n";

    #[test]
    fn every_certificate_of_an_authority_is_taken() {
        let cluster = Cluster { certificate_authority_data: Some(STANDARD.encode(PEM)), ..Cluster::default() };
        assert_eq!(authority(&cluster).unwrap(), Some(vec![vec![1, 2, 3, 4, 5], vec![6]]));
        assert_eq!(authority(&Cluster::default()).unwrap(), None);
        let empty = Cluster { certificate_authority_data: Some(STANDARD.encode("nothing")), ..Cluster::default() };
        assert!(authority(&empty).unwrap_err().contains("no certificate"));
    }

    #[test]
    fn the_checks_that_fail_are_named() {
        let said = "[+]ping ok\n[+]log ok\n[-]etcd failed: reason withheld\n[-]etcd-readiness failed: reason withheld\nreadyz check failed\n";
        assert_eq!(failing(said), "etcd, etcd-readiness");
        assert_eq!(failing("upstream connect error"), "no reason was given");
    }

    #[tokio::test]
    async fn a_context_that_is_not_there_is_named() {
        let kubeconfig =
            Kubeconfig::from_yaml("contexts: [{name: a, context: {cluster: c}}]\nclusters: []\ncurrent-context: a")
                .unwrap();
        let error = config(kubeconfig.clone(), Some("b")).await.unwrap_err();
        assert!(error.to_string().contains("\"b\""), "{error}");
        let error = config(kubeconfig, None).await.unwrap_err();
        assert!(error.why.contains("\"c\""), "{error}");
    }

    #[tokio::test]
    async fn a_plugin_is_asked_once_and_its_token_used_until_it_nearly_ends() {
        let count = std::env::temp_dir().join(format!("quarterdeck-exec-{}", std::process::id()));
        let end = jiff::Timestamp::now() + jiff::SignedDuration::from_mins(10);
        let script = format!(
            r#"echo x >> {}; echo '{{"status":{{"token":"t","expirationTimestamp":"{end}"}}}}'"#,
            count.display()
        );
        let yaml = serde_json::json!({
            "clusters": [{"name": "c", "cluster": {"server": "http://127.0.0.1:1"}}],
            "users": [{"name": "u", "user": {"exec": {"command": "sh", "args": ["-c", script], "interactiveMode": "Always"}}}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u", "namespace": "shop"}}], "current-context": "x",
        });
        let link = Link::given("lab", Kubeconfig::from_yaml(&yaml.to_string()).unwrap());
        link.client().await.unwrap();
        link.client().await.unwrap();
        let asked = || std::fs::read_to_string(&count).unwrap().lines().count();
        assert_eq!(asked(), 1);
        assert_eq!(link.namespaces().await, ["shop"]);
        link.forget().await;
        link.client().await.unwrap();
        assert_eq!(asked(), 2, "refused credentials are asked for again");
        std::fs::remove_file(&count).unwrap();
    }
}
