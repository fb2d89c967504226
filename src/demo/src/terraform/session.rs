//! One connection of Terraform: it is told its region and its default tags, and then asked.
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use bytes::Bytes;
use prost::Message;
use tokio::sync::Notify;

use super::{
    Stand, apply, data,
    grpc::Refusal,
    import, plan,
    proto::{self, Complaints, DataTold, Diagnostic, Dynamic, OfConfig, read},
    schema::{self, Block},
    validate,
    value::{Told, Value},
};

pub struct Session {
    pub stand: Arc<Stand>,
    /// Tells connections apart in the journal.
    pub number: u64,
    configured: Mutex<Configured>,
    stopped: AtomicBool,
    stop: Notify,
}

/// What the provider block says.
#[derive(Clone, Debug, Default)]
pub struct Configured {
    pub region: String,
    pub tags: BTreeMap<String, String>,
}

pub fn error(summary: impl Into<String>, detail: impl Into<String>) -> Diagnostic {
    Diagnostic { severity: 1, summary: summary.into(), detail: detail.into(), attribute: None }
}

pub fn warning(summary: impl Into<String>, detail: impl Into<String>) -> Diagnostic {
    Diagnostic { severity: 2, ..error(summary, detail) }
}

/// The block of a resource type.
///
/// # Errors
/// If the schema does not have it.
pub fn resource(kind: &str) -> Result<&'static Block, String> {
    schema::all()?.resources.get(kind).map(|schema| &schema.block).ok_or_else(|| format!("the schema has no {kind}"))
}

fn decode<M: Message + Default>(message: Bytes) -> Result<M, Refusal> {
    M::decode(message).map_err(|e| Refusal::Invalid(format!("the message cannot be read: {e}")))
}

impl Session {
    pub fn new(stand: Arc<Stand>) -> Self {
        let number = stand.next();
        Self { stand, number, configured: Mutex::default(), stopped: AtomicBool::new(false), stop: Notify::new() }
    }

    pub fn configured(&self) -> Configured {
        self.configured.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The region of an object: its own, or the provider's.
    pub fn region(&self, state: &Value) -> String {
        match state.at(&["region"]).text() {
            Some(own) if !own.is_empty() => own.to_owned(),
            _ => self.configured().region,
        }
    }

    /// Comes back when Terraform has said stop.
    pub async fn told_to_stop(&self) {
        let told = self.stop.notified();
        if !self.stopped.load(Ordering::Acquire) {
            told.await;
        }
    }

    /// Answers one call.
    ///
    /// # Errors
    /// If it is none of the protocol's that a provider without functions has, or its message cannot be read.
    pub async fn call(&self, path: String, message: Bytes) -> Result<Vec<u8>, Refusal> {
        // what Terraform says besides is for plugins that it has started itself
        let name = path.strip_prefix("/tfplugin6.Provider/").ok_or(Refusal::Unimplemented)?;
        Ok(match name {
            "GetProviderSchema" => schema::all().map_err(Refusal::Invalid)?.told(),
            "ValidateProviderConfig" => proto::Nothing {}.encode_to_vec(),
            "ValidateResourceConfig" => validate::resource(&decode::<OfConfig>(message)?).encode_to_vec(),
            "ValidateDataResourceConfig" => Complaints::default().encode_to_vec(),
            "ConfigureProvider" => self.configure(&decode::<OfConfig>(message)?).encode_to_vec(),
            "UpgradeResourceState" => upgrade(&decode(message)?).encode_to_vec(),
            "ReadResource" => apply::read(self, &decode(message)?).encode_to_vec(),
            "PlanResourceChange" => plan::plan(self, &decode(message)?).encode_to_vec(),
            "ApplyResourceChange" => apply::apply(self, &decode(message)?).await.encode_to_vec(),
            "ImportResourceState" => import::import(self, &decode(message)?).encode_to_vec(),
            "ReadDataSource" => self.data(&decode::<OfConfig>(message)?).encode_to_vec(),
            "StopProvider" => {
                if !self.stand.faults.ignores_stop() {
                    self.stopped.store(true, Ordering::Release);
                    self.stop.notify_waiters();
                }
                proto::Nothing {}.encode_to_vec()
            }
            _ => return Err(Refusal::Unimplemented),
        })
    }

    fn configure(&self, asked: &OfConfig) -> Complaints {
        let config = match read(asked.config.as_ref()) {
            Ok(config) => config,
            Err(why) => {
                return Complaints { diagnostics: vec![error("The provider's configuration cannot be read", why)] };
            }
        };
        let region = match config.at(&["region"]) {
            Value::Text(region) => region.clone(),
            _ => self.stand.home.clone(),
        };
        if !self.stand.regions.contains(&region) {
            let why = format!(
                "The estate has the regions {}; set `region` in the provider block.",
                self.stand.regions.join(", ")
            );
            return Complaints { diagnostics: vec![error(format!("invalid AWS Region: {region}"), why)] };
        }
        let blocks = config.at(&["default_tags"]).items();
        let tags = blocks
            .iter()
            .filter_map(|block| block.at(&["tags"]).fields())
            .flat_map(|tags| tags.iter().filter_map(|(key, value)| Some((key.clone(), value.text()?.to_owned()))));
        *self.configured.lock().unwrap_or_else(PoisonError::into_inner) = Configured { region, tags: tags.collect() };
        Complaints::default()
    }

    fn data(&self, asked: &OfConfig) -> DataTold {
        match data::read(self, asked) {
            Ok(state) => DataTold { state: Some(Dynamic::of(&state)), diagnostics: vec![] },
            Err(why) => DataTold { state: None, diagnostics: vec![error(format!("reading {}", asked.kind), why)] },
        }
    }
}

/// A state of this schema, as it lies in the file: what it lacks is null, and what the schema lacks goes.
fn upgrade(asked: &proto::UpgradeAsked) -> proto::Upgraded {
    let raw = asked.raw.as_ref().map(|raw| raw.json.as_slice()).unwrap_or_default();
    let read = resource(&asked.kind).and_then(|block| Ok((block, proto::read_json(raw)?)));
    match read {
        Ok((block, state)) => {
            let mut whole = block.empty();
            if let Some(fields) = state.fields() {
                for (name, place) in &mut whole {
                    if !fields.value(name).is_null() {
                        *place = fields.value(name).clone();
                    }
                }
            }
            proto::Upgraded { state: Some(Dynamic::of(&Value::Map(whole))), diagnostics: vec![] }
        }
        Err(why) => {
            let summary = format!("The state of {} cannot be read", asked.kind);
            proto::Upgraded { state: None, diagnostics: vec![error(summary, why)] }
        }
    }
}
