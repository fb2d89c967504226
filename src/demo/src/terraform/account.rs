//! What was applied: the objects of the account, as far as they are Terraform's affair. They live as long as the estate.
use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::value::{Fields, Told};

/// One object.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    pub name: String,
    pub region: String,
    pub state: Fields,
    /// Whether the world has it too, and the AWS API tells of it.
    pub shown: bool,
}

#[derive(Debug, Default)]
pub struct Account(Mutex<Objects>);

#[derive(Debug, Default)]
pub struct Objects {
    /// By the key that lies in Terraform's state as the object's private data: no two objects ever share one.
    all: BTreeMap<String, Object>,
    made: u64,
}

impl Account {
    pub fn lock(&self) -> MutexGuard<'_, Objects> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Objects {
    /// A number for the next object.
    pub fn number(&mut self) -> u64 {
        self.made += 1;
        self.made
    }

    /// The key of an object. Terraform destroys what is tainted without its private data: then it is found as AWS would find it, by its id.
    #[must_use]
    pub fn key(&self, private: &[u8], name: &str, region: &str, state: &Fields) -> String {
        let told = String::from_utf8_lossy(private).into_owned();
        let by_id = || match state.text("id") {
            "" => self.of(name, region).find(|(_, object)| object.state == *state),
            id => self.find(name, region, "id", id),
        };
        if told.is_empty() { by_id().map(|(key, _)| key.to_owned()).unwrap_or_default() } else { told }
    }

    pub fn put(&mut self, key: &str, object: Object) {
        self.all.insert(key.to_owned(), object);
    }

    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Object> {
        self.all.get(key)
    }

    pub fn change(&mut self, key: &str) -> Option<&mut Object> {
        self.all.get_mut(key)
    }

    pub fn remove(&mut self, key: &str) -> Option<Object> {
        self.all.remove(key)
    }

    pub fn of<'a>(&'a self, name: &'a str, region: &'a str) -> impl Iterator<Item = (&'a str, &'a Object)> {
        let all = self.all.iter().filter(move |(_, one)| one.name == name && one.region == region);
        all.map(|(key, object)| (key.as_str(), object))
    }

    /// The one whose attribute has this text.
    #[must_use]
    pub fn find(&self, name: &str, region: &str, attribute: &str, text: &str) -> Option<(&str, &Object)> {
        let found = self
            .all
            .iter()
            .find(|(_, one)| one.name == name && one.region == region && one.state.text(attribute) == text);
        found.map(|(key, object)| (key.as_str(), object))
    }

    /// How many there are of each type.
    #[must_use]
    pub fn count(&self) -> BTreeMap<String, usize> {
        let mut count = BTreeMap::new();
        for object in self.all.values() {
            *count.entry(object.name.clone()).or_default() += 1;
        }
        count
    }
}
