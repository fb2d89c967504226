//! Planning: what will be known after the apply, what stays, and what another value replaces.
use serde_json::json;

use super::{
    fault::Deed,
    kind::known,
    proto::{Dynamic, Path, PlanAsked, Planned, read},
    schema::Attribute,
    session::{Session, error, resource},
    value::{Fields, Told, Value},
};

pub fn plan(session: &Session, asked: &PlanAsked) -> Planned {
    match planned(session, asked) {
        Ok(planned) => planned,
        Err(why) => Planned { diagnostics: vec![error(format!("planning {}", asked.kind), why)], ..Planned::default() },
    }
}

fn planned(session: &Session, asked: &PlanAsked) -> Result<Planned, String> {
    let (prior, proposed) = (read(asked.prior.as_ref())?, read(asked.proposed.as_ref())?);
    let of = if proposed.is_null() { &prior } else { &proposed };
    session.stand.refuses(session, &asked.kind, of, Deed::Plan)?;
    let kept = Planned { private: asked.private.clone(), legacy: true, ..Planned::default() };
    let Value::Map(mut fields) = proposed else {
        return Ok(Planned { state: asked.proposed.clone(), ..kept });
    };
    let block = resource(&asked.kind)?;
    let known = known(&asked.kind);
    for (name, value) in fields.iter_mut().filter(|(_, value)| value.is_null()) {
        *value = known.unsaid(name).unwrap_or_default();
    }
    let tags = all_tags(session, &fields);
    let region = session.configured().region;
    let old = prior.fields();
    let changed =
        old.is_some_and(|old| fields.iter().any(|(name, value)| name != "tags_all" && value != old.value(name)));
    let mut by = |name: &str, attribute: &Attribute, depth: usize, value: Value| {
        if !attribute.computed {
            return value;
        }
        match (depth, name) {
            (0, "tags_all") => tags.clone(),
            (0, "region") if value.is_null() => region.as_str().into(),
            (0, name) if changed && known.renews(name) => Value::Unknown,
            _ if value.is_null() && old.is_none() => Value::Unknown,
            _ => value,
        }
    };
    let state = block.rewrite(fields, &mut by);
    let replaces = old.map(|old| replaced(&asked.kind, old, &state)).unwrap_or_default();
    if !replaces.is_empty() || changed {
        let names: Vec<&String> = replaces.iter().collect();
        session.note("plan", &asked.kind, &Value::Map(state.clone()), json!({ "replaces": names }));
    }
    Ok(Planned {
        state: Some(Dynamic::of(&Value::Map(state))),
        replaces: replaces.iter().map(|name| Path::to(name)).collect(),
        ..kept
    })
}

/// The attributes and blocks whose new value makes another object.
fn replaced(kind: &str, old: &Fields, new: &Fields) -> Vec<String> {
    let known = known(kind);
    let differs = |name: &str| {
        let (before, after) = (old.value(name), new.value(name));
        // what the provider made of a prefix stays; what was never said was decided by AWS
        before != after && !(before.is_null() && after.is_null())
    };
    new.keys().filter(|name| known.replaces(name) && differs(name)).cloned().collect()
}

/// The provider's default tags and the object's own, which win.
fn all_tags(session: &Session, fields: &Fields) -> Value {
    let Some(tags) = fields.get("tags") else { return Value::Null };
    if !tags.is_known() {
        return Value::Unknown;
    }
    let mut all: Fields = session.configured().tags.into_iter().map(|(key, value)| (key, value.into())).collect();
    all.extend(tags.fields().cloned().unwrap_or_default());
    Value::Map(all)
}
