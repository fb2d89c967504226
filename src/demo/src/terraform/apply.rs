//! Applying and reading: what is made appears in the world, what the world has lost is lost to Terraform.
use std::time::Duration;

use serde_json::json;

use super::{
    account::Object,
    fault::{Deed, Met, What, names},
    invent::Inventor,
    kind::known,
    proto::{self, Applied, ApplyAsked, Diagnostic, Dynamic, ReadAsked, ReadTold},
    schema::Attribute,
    session::{Session, error, resource, warning},
    shown::{self, Shown},
    value::{Fields, Value},
};

/// What came of an apply: the object as it now is, its key, and what is to be said.
struct Done {
    state: Value,
    key: Vec<u8>,
    said: Vec<Diagnostic>,
}

pub async fn apply(session: &Session, asked: &ApplyAsked) -> Applied {
    let done = match (proto::read(asked.prior.as_ref()), proto::read(asked.planned.as_ref())) {
        (Ok(prior), Ok(planned)) => change(session, asked, prior, planned).await,
        (Err(why), _) | (_, Err(why)) => Err((error(format!("applying {}", asked.kind), why), Value::Null)),
    };
    let legacy = true;
    match done {
        Ok(Done { state, key, said }) => {
            Applied { state: Some(Dynamic::of(&state)), private: key, diagnostics: said, legacy }
        }
        Err((said, state)) => Applied {
            state: Some(Dynamic::of(&state)),
            private: asked.private.clone(),
            diagnostics: vec![said],
            legacy,
        },
    }
}

/// An error comes with the state that Terraform is to keep.
async fn change(
    session: &Session,
    asked: &ApplyAsked,
    prior: Value,
    planned: Value,
) -> Result<Done, (Diagnostic, Value)> {
    let deed = match (&prior, &planned) {
        (_, Value::Null) => Deed::Delete,
        (Value::Null, _) => Deed::Create,
        _ => Deed::Update,
    };
    let of = if deed == Deed::Delete { prior.clone() } else { planned.clone() };
    let befalls = session.stand.befalls(session, &asked.kind, &of, deed);
    for (_, what) in &befalls {
        if let What::Fail { code, message } = what {
            let said = refusal(session, &asked.kind, deed, code.as_deref(), message.as_deref(), &of);
            return Err((said, prior));
        }
    }
    let failed = |why: String, state: Value| (error(format!("{} {}", verb(deed), asked.kind), why), state);
    let done = match (deed, planned) {
        (Deed::Delete, _) => delete(session, asked, &prior),
        (_, Value::Map(fields)) => put(session, asked, deed, &prior, fields),
        _ => Err("the plan is no object".to_owned()),
    };
    let done = done.map_err(|why| failed(why, prior))?;
    session.stand.changed(&asked.kind);
    let millis = if deed == Deed::Create { known(&asked.kind).millis } else { known(&asked.kind).millis / 4 };
    if wait(session, millis, &befalls).await {
        return Ok(done);
    }
    // it is under way in AWS, and nobody waits for its end: Terraform keeps what is there so far
    let why = format!("waiting for {} ({}): context canceled", asked.kind, names(&done.state).join(", "));
    session.note("cancelled", &asked.kind, &of, json!({}));
    let said = [done.said, vec![error(format!("{} {}", verb(deed), asked.kind), why)]].concat();
    Ok(Done { said, ..done })
}

const fn verb(deed: Deed) -> &'static str {
    match deed {
        Deed::Create => "creating",
        Deed::Update => "updating",
        Deed::Delete => "deleting",
        Deed::Plan => "planning",
        Deed::Read => "reading",
    }
}

/// As the real provider says it.
fn refusal(
    session: &Session,
    kind: &str,
    deed: Deed,
    code: Option<&str>,
    message: Option<&str>,
    of: &Value,
) -> Diagnostic {
    let (code, message) = (code.unwrap_or("LimitExceeded"), message.unwrap_or("refused on request"));
    let name = names(of).into_iter().next().unwrap_or_default();
    session.note("refused", kind, of, json!({ "deed": deed, "code": code }));
    let request = crate::rng::uuid(u128::from(session.stand.next()) << 64 | u128::from(session.number));
    let detail = format!(
        "operation error: https response error StatusCode: 400, RequestID: {request}, api error {code}: {message}"
    );
    error(format!("{} {kind} ({name}): {code}", verb(deed)), detail)
}

fn put(session: &Session, asked: &ApplyAsked, deed: Deed, prior: &Value, planned: Fields) -> Result<Done, String> {
    let block = resource(&asked.kind)?;
    let region = session.region(&Value::Map(planned.clone()));
    let stand = &session.stand;
    let mut account = stand.account.lock();
    let number = account.number();
    let seed = crate::rng::hash(stand.nonce, &number.to_string());
    let mut given = planned.clone();
    if let Some(prior) = prior.fields() {
        // what is told anew is made of what is known of the old one
        given.extend(
            prior
                .iter()
                .filter(|(name, _)| planned.get(*name) == Some(&Value::Unknown))
                .map(|(n, v)| (n.clone(), v.clone())),
        );
    }
    let inventor = Inventor::new(&asked.kind, &region, &stand.number, &given, seed);
    let mut by = |name: &str, attribute: &Attribute, depth: usize, value: Value| match value {
        Value::Unknown if depth == 0 && deed == Deed::Update => renewed(given.get(name), &inventor, name, attribute),
        Value::Unknown => inventor.value(name, &attribute.kind()),
        other => other,
    };
    let mut state = block.rewrite(planned.clone(), &mut by);
    let key = match deed {
        Deed::Create => format!("{:x}-{number}", stand.nonce),
        _ => String::from_utf8_lossy(&asked.private).into_owned(),
    };
    if deed == Deed::Update && account.get(&key).is_none() {
        return Err(format!("{}: it does not exist", names(prior).join(", ")));
    }
    let change = shown::Change { objects: &account, name: &asked.kind, region: &region, old: prior.fields() };
    let shown = stand.estate.change(|world| shown::put(world, &change, &mut state))?;
    session.note(
        if deed == Deed::Create { "create" } else { "update" },
        &asked.kind,
        &Value::Map(state.clone()),
        json!({}),
    );
    let (shown, said) = match shown {
        Shown::Yes => (true, vec![]),
        Shown::No => (false, vec![]),
        Shown::NoRoom(why) => (false, vec![warning(format!("The estate does not show this {}", asked.kind), why)]),
    };
    account.put(&key, Object { name: asked.kind.clone(), region, state: state.clone(), shown });
    Ok(Done { state: Value::Map(state), key: key.into_bytes(), said })
}

/// A value that is told anew at an update: versions count on.
fn renewed(old: Option<&Value>, inventor: &Inventor<'_>, name: &str, attribute: &Attribute) -> Value {
    match old {
        Some(Value::Number(number)) => Value::Number(number + 1.0),
        Some(Value::Text(text)) if text.parse::<u32>().is_ok() => {
            (text.parse::<u32>().unwrap_or_default() + 1).to_string().into()
        }
        _ => inventor.value(name, &attribute.kind()),
    }
}

fn delete(session: &Session, asked: &ApplyAsked, prior: &Value) -> Result<Done, String> {
    let stand = &session.stand;
    let mut account = stand.account.lock();
    let fields = prior.fields().cloned().unwrap_or_default();
    let key = account.key(&asked.private, &asked.kind, &session.region(prior), &fields);
    if let Some(object) = account.get(&key).cloned() {
        stand.estate.change(|world| shown::remove(world, &account, &object))?;
        account.remove(&key);
    }
    session.note("delete", &asked.kind, prior, json!({}));
    Ok(Done { state: Value::Null, key: vec![], said: vec![] })
}

/// Lets time pass as AWS does; whether Terraform waited for the end of it.
async fn wait(session: &Session, millis: u64, befalls: &[(u32, What)]) -> bool {
    let slow: u64 = befalls.iter().map(|(_, what)| if let What::Slow { ms } = what { *ms } else { 0 }).sum();
    let hung: Vec<u32> = befalls.iter().filter(|(_, what)| *what == What::Hang).map(|(id, _)| *id).collect();
    let pass = async {
        tokio::time::sleep(Duration::from_millis(millis + slow)).await;
        while hung.iter().any(|id| session.stand.faults.stands(*id)) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::select! {
        biased;
        () = pass => true,
        () = session.told_to_stop() => false,
    }
}

/// What is there now: the object as it was applied, with what the world has made of it since.
pub fn read(session: &Session, asked: &ReadAsked) -> ReadTold {
    let kept = ReadTold { state: asked.state.clone(), private: asked.private.clone(), diagnostics: vec![] };
    let key = String::from_utf8_lossy(&asked.private).into_owned();
    let stand = &session.stand;
    let mut account = stand.account.lock();
    let Some(mut object) = account.get(&key).cloned() else {
        return ReadTold { state: Some(Dynamic::of(&Value::Null)), ..kept };
    };
    let met = names(&Value::Map(object.state.clone()));
    let met = Met { of: &asked.kind, names: &met, region: &object.region, deed: Deed::Read };
    for (_, what) in stand.faults.meet(&met) {
        match what {
            What::Vanish => {
                // whoever removed it did so in the world too; what stands on it keeps it there
                let _kept = stand.estate.change(|world| shown::remove(world, &account, &object));
                account.remove(&key);
                return ReadTold { state: Some(Dynamic::of(&Value::Null)), ..kept };
            }
            What::Drift { attribute, value } => {
                object.state.insert(attribute, Value::of_json(&value));
            }
            What::Fail { code, message } => {
                let state = Value::Map(object.state);
                let said = refusal(session, &asked.kind, Deed::Read, code.as_deref(), message.as_deref(), &state);
                return ReadTold { diagnostics: vec![said], ..kept };
            }
            _ => {}
        }
    }
    if object.shown && !stand.estate.look(|world| shown::seen(world, &mut object)) {
        account.remove(&key);
        return ReadTold { state: Some(Dynamic::of(&Value::Null)), ..kept };
    }
    let state = Value::Map(object.state.clone());
    account.put(&key, object);
    ReadTold { state: Some(Dynamic::of(&state)), ..kept }
}
