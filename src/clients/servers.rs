//! The API servers of all clusters, each reached over one link that everybody shares.
use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use kube::config::Kubeconfig;

use super::{
    aws::{Ask, Aws},
    kube::{Eks, Link, token},
};
use crate::{
    error::{Error, Result, Trouble},
    kinds::Scope,
};

#[derive(Clone)]
pub struct Servers(Arc<Inner>);

struct Inner {
    aws: Aws,
    /// The kubeconfig files; the first wins.
    files: Vec<PathBuf>,
    /// Those of its contexts that belong to the estate.
    contexts: Vec<String>,
    /// Asked one by one where listing a whole cluster is denied.
    namespaces: Vec<String>,
    links: Mutex<HashMap<Scope, Arc<Link>>>,
}

/// Reads and merges kubeconfig files; those that are not there count as empty.
///
/// # Errors
/// If a file is no kubeconfig.
pub fn kubeconfig(files: &[PathBuf]) -> Result<Kubeconfig> {
    let mut merged = Kubeconfig::default();
    for file in files.iter().filter(|file| file.exists()) {
        let wrong = |e: kube::config::KubeconfigError| {
            Error::new(Trouble::Usage, format!("read kubeconfig {}", file.display()), e.to_string())
                .hint("`kubectl config view` shows what kubectl makes of it")
        };
        merged = merged.merge(Kubeconfig::read_from(file).map_err(wrong)?).map_err(wrong)?;
    }
    Ok(merged)
}

impl Servers {
    #[must_use]
    pub fn new(aws: Aws, files: Vec<PathBuf>, contexts: Vec<String>, namespaces: Vec<String>) -> Self {
        Self(Arc::new(Inner { aws, files, contexts, namespaces, links: Mutex::default() }))
    }

    /// The kubeconfig as it is on disk now.
    ///
    /// # Errors
    /// If a file is no kubeconfig.
    pub fn kubeconfig(&self) -> Result<Kubeconfig> {
        kubeconfig(&self.0.files)
    }

    /// The contexts that belong to the estate.
    #[must_use]
    pub fn contexts(&self) -> &[String] {
        &self.0.contexts
    }

    /// The link to a scope's cluster.
    ///
    /// # Errors
    /// If the cluster cannot be described, or the context is not there.
    pub async fn link(&self, scope: &Scope) -> Result<Arc<Link>> {
        let key = Scope { within: "".into(), ..scope.clone() };
        if let Some(link) = self.links().get(&key) {
            return Ok(link.clone());
        }
        let link = if scope.region.is_empty() { self.context(&scope.cluster)? } else { self.eks(scope).await? };
        let link = Arc::new(link.trying(self.0.namespaces.clone()));
        Ok(self.links().entry(key).or_insert(link).clone())
    }

    fn links(&self) -> std::sync::MutexGuard<'_, HashMap<Scope, Arc<Link>>> {
        self.0.links.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn context(&self, name: &Arc<str>) -> Result<Link> {
        let mut config = self.kubeconfig()?;
        if !config.contexts.iter().any(|context| context.name == **name) {
            let known: Vec<&str> = config.contexts.iter().map(|context| context.name.as_str()).collect();
            let why = if known.is_empty() {
                "no kubeconfig has any".into()
            } else {
                format!("there are {}", known.join(", "))
            };
            return Err(Error::usage(format!("no kubeconfig context is called {name}"), why));
        }
        config.current_context = Some(name.to_string());
        Ok(Link::given(name.clone(), config))
    }

    async fn eks(&self, scope: &Scope) -> Result<Link> {
        const ASK: Ask = Ask::new("describe the cluster", "eks:DescribeCluster");
        let caller = self.0.aws.at(scope).await;
        let told = caller.ask(ASK, caller.eks().describe_cluster().name(&*scope.cluster).send()).await?;
        let missing = |what: &str| {
            let why = format!("EKS tells no {what} for it yet");
            Error::new(Trouble::Unreachable, format!("cluster {} cannot be reached", scope.cluster), why)
                .hint("a cluster that is being created has none: try again when it is ACTIVE")
        };
        let cluster = told.cluster.ok_or_else(|| missing("details"))?;
        let endpoint = cluster.endpoint.ok_or_else(|| missing("endpoint"))?;
        let authority =
            cluster.certificate_authority.and_then(|ca| ca.data).ok_or_else(|| missing("certificate authority"))?;
        let credentials = caller.credentials();
        Ok(Link::eks(Eks {
            name: scope.cluster.to_string(),
            region: scope.region.to_string(),
            endpoint,
            authority,
            credentials,
            sts: token::custom_endpoint(|name| std::env::var(name).ok()),
        }))
    }
}
