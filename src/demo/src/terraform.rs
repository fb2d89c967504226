//! A stand-in for Terraform's provider of AWS, inside the estate: Terraform reaches it by `TF_REATTACH_PROVIDERS` and speaks its plugin
//! protocol with it. It has the real provider's schema, plans as that does where it matters (`kinds.toml`), and what it applies stands in the
//! world (`shown`): the AWS API tells of it, hosts come up, and what happens to them there is what Terraform reads.
//!
//! What it does not do: ask whether somebody is allowed to, hold quotas, or know the contents of buckets, keys and policies. Types that the
//! world has no place for are kept for Terraform alone.
pub mod account;
mod apply;
pub mod control;
mod data;
pub mod fault;
mod grpc;
mod import;
mod invent;
mod journal;
mod kind;
mod plan;
mod policy;
mod proto;
pub mod schema;
mod session;
mod shown;
mod validate;
pub mod value;

use std::{
    io,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use serde_json::{Value as Json, json};
use tokio::net::TcpListener;

use self::{
    account::Account,
    fault::{Deed, Faults, Met, What, names},
    journal::Journal,
    session::Session,
    value::Value,
};
use crate::{
    clock,
    estate::Estate,
    life::{Guest, Life},
    rng,
};

/// A list of faults that hold from the start, as JSON: for tests, which cannot ask the control before there is one.
pub const FAULTS: &str = "QUARTERDECK_DEMO_TERRAFORM_FAULTS";

/// What all connections share.
pub struct Stand {
    pub estate: Arc<Estate>,
    pub account: Arc<Account>,
    pub faults: Arc<Faults>,
    journal: Journal,
    /// The account's twelve digits.
    pub number: String,
    pub regions: Vec<String>,
    /// Where a provider goes that names no region.
    pub home: String,
    /// Of this start: a state of an earlier one finds nothing of its own here.
    pub nonce: u64,
    asked: AtomicU64,
    /// Told when a cluster has come or gone: whoever reaches clusters by a file wants a new one.
    clusters: Box<dyn Fn(&Estate) + Send + Sync>,
}

impl Stand {
    /// # Errors
    /// If the journal cannot be written, or the faults of the environment are none.
    pub fn new(
        estate: Arc<Estate>,
        folder: &Path,
        clusters: impl Fn(&Estate) + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let (number, regions) = estate
            .look(|world| (world.account.clone(), world.regions.iter().map(|r| r.name.clone()).collect::<Vec<_>>()));
        let faults = estate.kept::<Faults>();
        if let Ok(text) = std::env::var(FAULTS) {
            let all: Vec<fault::Fault> = serde_json::from_str(&text)
                .map_err(|e| io::Error::other(format!("{FAULTS} is no list of faults: {e}")))?;
            all.into_iter().for_each(|fault| {
                faults.add(fault);
            });
        }
        Ok(Self {
            account: estate.kept::<Account>(),
            faults,
            journal: Journal::begin(&folder.join(journal::FILE))?,
            number,
            home: regions.first().cloned().unwrap_or_default(),
            regions,
            nonce: rng::hash(0, &estate.keys.token),
            asked: AtomicU64::new(0),
            clusters: Box::new(clusters),
            estate,
        })
    }

    /// Says that an object came, changed or went.
    fn changed(&self, of: &str) {
        if of == "aws_eks_cluster" {
            (self.clusters)(&self.estate);
        }
    }

    /// A number that nothing had before.
    pub fn next(&self) -> u64 {
        self.asked.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// What befalls what is being done to an object.
    fn befalls(&self, session: &Session, of: &str, state: &Value, deed: Deed) -> Vec<(u32, What)> {
        let names = names(state);
        self.faults.meet(&Met { of, names: &names, region: &session.region(state), deed })
    }

    /// # Errors
    /// If it is refused on request.
    fn refuses(&self, session: &Session, of: &str, state: &Value, deed: Deed) -> Result<(), String> {
        let refused = self.befalls(session, of, state, deed).into_iter().find_map(|(_, what)| match what {
            What::Fail { code, message } => Some((code, message)),
            _ => None,
        });
        refused.map_or(Ok(()), |(code, message)| {
            let code = code.unwrap_or_else(|| "RequestLimitExceeded".to_owned());
            Err(format!("api error {code}: {}", message.unwrap_or_else(|| "refused on request".to_owned())))
        })
    }
}

impl Session {
    /// Writes a line into the journal.
    fn note(&self, what: &str, kind: &str, state: &Value, more: Json) {
        let mut line = json!({
            "at": clock::millis(clock::real()), "connection": self.number, "what": what, "type": kind,
            "region": self.region(state), "id": state.at(&["id"]).text(), "name": names(state).first(),
        });
        if let (Some(line), Json::Object(more)) = (line.as_object_mut(), more) {
            line.extend(more);
        }
        self.stand.journal.note(&line);
    }
}

/// The value of `TF_REATTACH_PROVIDERS` that leads here. It has no spaces, so that `env $(…)` takes it as it is.
#[must_use]
pub fn reattach(port: u16) -> String {
    let address = json!({"Network": "tcp", "String": format!("127.0.0.1:{port}")});
    let one =
        json!({"Protocol": "grpc", "ProtocolVersion": 6, "Pid": std::process::id(), "Test": true, "Addr": address});
    json!({ schema::ADDRESS: one }).to_string()
}

/// Answers Terraform as long as the process lives; an apply keeps the estate alive, whoever began it.
pub async fn serve(stand: Arc<Stand>, life: Arc<Life>, listener: TcpListener) {
    let call = |session: Arc<(Session, Guest)>, path, message| async move { session.0.call(path, message).await };
    grpc::serve(listener, move || (Session::new(stand.clone()), life.guest()), call).await;
}

#[cfg(test)]
mod tests;
