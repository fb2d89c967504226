//! Importing: what stands in the account and in no state, such as an apply leaves that was killed.
use super::{
    proto::{Dynamic, Import, ImportAsked, Imported},
    session::{Session, error},
    value::{Told, Value},
};

pub fn import(session: &Session, asked: &ImportAsked) -> Imported {
    // `ID@REGION`, as the real provider has it
    let (id, region) = match asked.id.rsplit_once('@') {
        Some((id, region)) if session.stand.regions.iter().any(|one| one == region) => (id, region.to_owned()),
        _ => (asked.id.as_str(), session.configured().region),
    };
    let account = session.stand.account.lock();
    let mut all = account.of(&asked.kind, &region);
    let found = all.find(|(_, object)| object.state.text("id") == id || object.state.text("arn") == id);
    if let Some((key, object)) = found {
        let state = Some(Dynamic::of(&Value::Map(object.state.clone())));
        let one = Import { kind: asked.kind.clone(), state, private: key.as_bytes().to_vec() };
        return Imported { resources: vec![one], diagnostics: vec![] };
    }
    let detail = format!(
        "While attempting to import an existing object to {}, the provider detected that no object exists with the id {} in {region}.",
        asked.kind, asked.id
    );
    Imported { resources: vec![], diagnostics: vec![error("Cannot import non-existent remote object", detail)] }
}
