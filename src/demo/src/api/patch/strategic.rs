//! The strategic merge patch: a merge that knows which lists are sets of objects with a key, and which are values.
use serde_json::{Map, Value};

use super::super::schema::{Field, Merge, Message, Shape};

const DIRECTIVE: &str = "$patch";
const RETAIN: &str = "$retainKeys";
const ORDER: &str = "$setElementOrder/";
const DELETE: &str = "$deleteFromPrimitiveList/";

/// Puts a patch on an object of a type; where the type is not known, lists are replaced.
pub fn merge(target: &mut Value, patch: &Value, message: Option<&Message>) -> Result<(), String> {
    let Value::Object(patch) = patch else { return Err("the patch is not an object".to_owned()) };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(target) = target else { return Ok(()) };
    object(target, patch, message)
}

fn object(
    target: &mut Map<String, Value>,
    patch: &Map<String, Value>,
    message: Option<&Message>,
) -> Result<(), String> {
    match patch.get(DIRECTIVE).map(|value| value.as_str().unwrap_or_default()) {
        None | Some("merge") => {}
        Some("replace") => {
            target.clear();
            target.extend(
                patch.iter().filter(|(key, _)| *key != DIRECTIVE).map(|(key, value)| (key.clone(), value.clone())),
            );
            return Ok(());
        }
        Some("delete") => {
            target.clear();
            return Ok(());
        }
        Some(other) => return Err(format!("Unknown patch type found: {other}")),
    }
    if let Some(keep) = patch.get(RETAIN) {
        let keep = keep.as_array().ok_or("Invalid $retainKeys: it is not a list")?;
        target.retain(|key, _| keep.iter().any(|kept| kept == key));
    }
    for (key, change) in patch {
        if let Some(list) = key.strip_prefix(DELETE) {
            let gone = change.as_array().ok_or("Invalid $deleteFromPrimitiveList: it is not a list")?;
            if let Some(Value::Array(items)) = target.get_mut(list) {
                items.retain(|item| !gone.contains(item));
            }
        } else if !key.starts_with('$') {
            member(target, key, change, message.and_then(|message| message.field(key)))?;
        }
    }
    for (key, order) in patch {
        if let (Some(list), Some(order)) = (key.strip_prefix(ORDER), order.as_array()) {
            let field = message.and_then(|message| message.field(list));
            if let Some(Value::Array(items)) = target.get_mut(list) {
                sort(items, order, field.map_or(Merge::Replace, |field| field.merge));
            }
        }
    }
    Ok(())
}

fn member(target: &mut Map<String, Value>, key: &str, change: &Value, field: Option<Field>) -> Result<(), String> {
    let inner = field.and_then(|field| field.message());
    match change {
        Value::Null => {
            target.remove(key);
        }
        Value::Object(change) => {
            let value = target.entry(key).or_insert(Value::Null);
            if !value.is_object() {
                *value = Value::Object(Map::new());
            }
            let Value::Object(value) = value else { return Ok(()) };
            let inner = inner.filter(|_| field.is_some_and(|field| field.shape != Shape::Map));
            object(value, change, inner)?;
            // a field that was deleted by directive is not there, rather than empty
            if value.is_empty() && change.get(DIRECTIVE).is_some_and(|how| how == "delete") {
                target.remove(key);
            }
        }
        Value::Array(changes) => {
            let merge = field.map_or(Merge::Replace, |field| field.merge);
            let list = target.entry(key).or_insert_with(|| Value::Array(vec![]));
            if !list.is_array() {
                *list = Value::Array(vec![]);
            }
            let Value::Array(list) = list else { return Ok(()) };
            self::list(list, changes, merge, inner)?;
        }
        other => {
            target.insert(key.to_owned(), other.clone());
        }
    }
    Ok(())
}

fn list(items: &mut Vec<Value>, changes: &[Value], merge: Merge, inner: Option<&Message>) -> Result<(), String> {
    let directive = |change: &Value| change.get(DIRECTIVE).and_then(Value::as_str).map(str::to_owned);
    let replaced = changes.iter().any(|change| directive(change).as_deref() == Some("replace"));
    match merge {
        _ if replaced => {
            *items = changes.iter().filter(|change| directive(change).is_none()).cloned().collect();
        }
        Merge::Replace => *items = changes.to_vec(),
        Merge::Values => {
            for change in changes {
                if !items.contains(change) {
                    items.push(change.clone());
                }
            }
        }
        Merge::By(key) => {
            let nameless =
                || format!("map: {key} is a required key of the elements of a list that is merged: it is missing");
            for change in changes {
                let wanted = change.get(key).ok_or_else(nameless)?;
                let place = items.iter().position(|item| item.get(key) == Some(wanted));
                match (directive(change).as_deref(), place) {
                    (Some("delete"), _) => items.retain(|item| item.get(key) != Some(wanted)),
                    (_, Some(place)) => self::merge(&mut items[place], change, inner)?,
                    (_, None) => {
                        let mut fresh = Value::Null;
                        self::merge(&mut fresh, change, inner)?;
                        items.push(fresh);
                    }
                }
            }
        }
    }
    Ok(())
}

/// Puts the items that the patch orders into its order; those that it does not name stay behind the one that they stood behind.
fn sort(items: &mut Vec<Value>, order: &[Value], merge: Merge) {
    let same = |item: &Value, wanted: &Value| match merge {
        Merge::By(key) => item.get(key) == wanted.get(key),
        Merge::Replace | Merge::Values => item == wanted,
    };
    let rank = |item: &Value| order.iter().position(|wanted| same(item, wanted));
    let mut last = -1;
    let mut ranked: Vec<(i64, usize, Value)> = vec![];
    for (at, item) in std::mem::take(items).into_iter().enumerate() {
        let named = rank(&item).and_then(|place| i64::try_from(place).ok());
        last = named.unwrap_or(last);
        ranked.push((last, at, item));
    }
    ranked.sort_by_key(|(place, at, _)| (*place, *at));
    *items = ranked.into_iter().map(|(_, _, item)| item).collect();
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{super::super::schema, *};

    fn patched(kind: &str, object: Value, patch: Value) -> Value {
        let mut object = object;
        merge(&mut object, &patch, schema::message(kind)).unwrap();
        object
    }

    fn spec(containers: Value) -> Value {
        json!({ "spec": { "template": { "spec": { "containers": containers } } } })
    }

    // The first cases are those of the Kubernetes documentation's page about updating objects in place with kubectl patch.
    #[test]
    fn a_container_is_added_beside_the_others() {
        let before = spec(json!([{ "name": "patch-demo-ctr", "image": "nginx" }]));
        let patch = spec(json!([{ "name": "patch-demo-ctr-2", "image": "redis" }]));
        let after = patched("apps.v1.Deployment", before, patch);
        let both =
            json!([{ "name": "patch-demo-ctr", "image": "nginx" }, { "name": "patch-demo-ctr-2", "image": "redis" }]);
        assert_eq!(after, spec(both));
    }

    #[test]
    fn tolerations_have_no_key_and_are_replaced() {
        let with = |list: Value| json!({ "spec": { "template": { "spec": { "tolerations": list } } } });
        let before = with(json!([{ "effect": "NoSchedule", "key": "dedicated", "value": "test-team" }]));
        let patch = with(json!([{ "effect": "NoSchedule", "key": "disktype", "value": "ssd" }]));
        assert_eq!(patched("apps.v1.Deployment", before, patch.clone()), patch);
    }

    #[test]
    fn a_strategy_keeps_only_the_keys_that_are_to_be_retained() {
        let with = |strategy: Value| json!({ "spec": { "strategy": strategy } });
        let before = with(json!({ "type": "RollingUpdate", "rollingUpdate": { "maxSurge": "30%" } }));
        let patch = with(json!({ "$retainKeys": ["type"], "type": "Recreate" }));
        assert_eq!(patched("apps.v1.Deployment", before, patch), with(json!({ "type": "Recreate" })));
    }

    #[test]
    fn an_image_and_a_variable_change_within_their_container() {
        let before = spec(json!([
            { "name": "app", "image": "shop:1", "env": [{ "name": "A", "value": "1" }, { "name": "B", "value": "2" }] },
            { "name": "side", "image": "side:1" },
        ]));
        let patch = spec(json!([
            { "name": "app", "image": "shop:2", "env": [{ "name": "B", "value": "3" }, { "name": "A", "$patch": "delete" }] },
        ]));
        let after = spec(json!([
            { "name": "app", "image": "shop:2", "env": [{ "name": "B", "value": "3" }] },
            { "name": "side", "image": "side:1" },
        ]));
        assert_eq!(patched("apps.v1.Deployment", before, patch), after);
    }

    #[test]
    fn directives_replace_and_delete_maps_and_lists() {
        let meta = json!({ "metadata": { "labels": { "a": "1", "b": "2" } } });
        let replace = json!({ "metadata": { "labels": { "$patch": "replace", "c": "3" } } });
        assert_eq!(patched("core.v1.Pod", meta.clone(), replace), json!({ "metadata": { "labels": { "c": "3" } } }));
        let null = json!({ "metadata": { "labels": { "a": null } } });
        assert_eq!(patched("core.v1.Pod", meta, null), json!({ "metadata": { "labels": { "b": "2" } } }));
        let before = spec(json!([{ "name": "a" }, { "name": "b" }]));
        let patch = spec(json!([{ "$patch": "replace" }, { "name": "c" }]));
        assert_eq!(patched("apps.v1.Deployment", before, patch), spec(json!([{ "name": "c" }])));
    }

    #[test]
    fn values_are_added_once_and_deleted_by_name() {
        let with = |list: Value| json!({ "metadata": { "finalizers": list } });
        let before = with(json!(["a", "b"]));
        let patch = json!({ "metadata": { "finalizers": ["b", "c"], "$deleteFromPrimitiveList/finalizers": ["a"] } });
        assert_eq!(patched("core.v1.Pod", before, patch), with(json!(["b", "c"])));
    }

    #[test]
    fn the_order_that_kubectl_apply_asks_for_is_kept() {
        let with = |list: Value| json!({ "spec": { "containers": list } });
        let before = with(json!([{ "name": "a" }, { "name": "b" }, { "name": "x" }]));
        let patch = json!({ "spec": {
            "$setElementOrder/containers": [{ "name": "c" }, { "name": "b" }, { "name": "a" }],
            "containers": [{ "name": "c", "image": "i" }],
        } });
        let after = with(json!([{ "name": "c", "image": "i" }, { "name": "b" }, { "name": "x" }, { "name": "a" }]));
        assert_eq!(patched("core.v1.Pod", before, patch), after);
    }

    #[test]
    fn conditions_are_found_by_their_type() {
        let with = |list: Value| json!({ "status": { "conditions": list } });
        let before =
            with(json!([{ "type": "Ready", "status": "True" }, { "type": "DiskPressure", "status": "False" }]));
        let patch = with(json!([{ "type": "Ready", "status": "Unknown" }]));
        let after =
            with(json!([{ "type": "Ready", "status": "Unknown" }, { "type": "DiskPressure", "status": "False" }]));
        assert_eq!(patched("core.v1.Node", before, patch), after);
    }

    #[test]
    fn an_element_without_its_key_is_refused() {
        let mut object = spec(json!([]));
        let patch = spec(json!([{ "image": "x" }]));
        assert!(merge(&mut object, &patch, schema::message("apps.v1.Deployment")).is_err());
    }
}
