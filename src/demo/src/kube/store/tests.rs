use serde_json::json;

use super::*;

fn map(namespace: &str, name: &str, data: &str) -> Value {
    json!({ "metadata": { "namespace": namespace, "name": name, "labels": { "data": data } } })
}

fn names<'a>(items: impl Iterator<Item = &'a Item>) -> Vec<String> {
    items.map(|item| format!("{}/{}", item.namespace(), item.name())).collect()
}

#[test]
fn a_list_is_in_order_and_goes_on_after_any_page() {
    let mut store = Store::default();
    for (namespace, name) in [("b", "2"), ("a", "1"), ("b", "1"), ("c", "1"), ("a", "2")] {
        store.put(Kind::ConfigMap, map(namespace, name, ""));
    }
    assert_eq!(names(store.list(Kind::ConfigMap, None)), ["a/1", "a/2", "b/1", "b/2", "c/1"]);
    assert_eq!(names(store.list(Kind::ConfigMap, Some("b"))), ["b/1", "b/2"]);
    assert_eq!(names(store.after(Kind::ConfigMap, None, Some(("a", "2")))), ["b/1", "b/2", "c/1"]);
    assert_eq!(names(store.after(Kind::ConfigMap, None, Some(("b", "1")))), ["b/2", "c/1"]);
    assert_eq!(names(store.after(Kind::ConfigMap, Some("b"), Some(("b", "1")))), ["b/2"]);
    assert_eq!(names(store.after(Kind::ConfigMap, Some("b"), Some(("c", "1")))), Vec::<String>::new());
    // what the page ended with may be gone when the next is asked for
    store.remove(Kind::ConfigMap, "b", "1");
    assert_eq!(names(store.after(Kind::ConfigMap, None, Some(("b", "1")))), ["b/2", "c/1"]);
    assert_eq!(store.len(Kind::ConfigMap), 4);
}

#[test]
fn changes_are_told_from_any_version_that_is_remembered() {
    let mut store = Store::default();
    let start = store.rv();
    store.put(Kind::ConfigMap, map("a", "1", "old"));
    store.put(Kind::Secret, map("a", "1", ""));
    store.put(Kind::ConfigMap, map("a", "1", "new"));
    store.remove(Kind::ConfigMap, "a", "1");
    let changes = store.since(Kind::ConfigMap, start).unwrap();
    let told: Vec<_> =
        changes.iter().map(|change| (change.rv - start, change.verb, change.item.rv() - start)).collect();
    assert_eq!(told, [(1, Verb::Added, 1), (3, Verb::Modified, 3), (4, Verb::Deleted, 4)]);
    assert_eq!(changes[1].before.as_ref().and_then(|before| before.label("data")), Some("old"));
    assert_eq!(store.since(Kind::ConfigMap, start + 3).unwrap().len(), 1);
    store.compact();
    assert_eq!(store.since(Kind::ConfigMap, start + 3).err(), Some(Gone));
    assert!(store.since(Kind::ConfigMap, store.rv()).unwrap().is_empty());
}

#[test]
fn what_was_pushed_out_of_memory_is_gone() {
    let mut store = Store::default();
    let start = store.rv();
    let remembers = Kind::ConfigMap.resource().remembers;
    for number in 0..=remembers {
        store.put(Kind::ConfigMap, map("a", "1", &number.to_string()));
    }
    assert_eq!(store.since(Kind::ConfigMap, start).err(), Some(Gone));
    assert_eq!(store.since(Kind::ConfigMap, start + 1).unwrap().len(), remembers);
}
