//! Tags, as everything in AWS has them.

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags(pub Vec<(String, String)>);

/// What the console and `infra` find things by.
pub const ESTATE: &str = "quarterdeck:estate";
pub const VPC: &str = "quarterdeck:vpc";
pub const ROLE: &str = "quarterdeck:role";

impl Tags {
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self::default().with("Name", name)
    }

    #[must_use]
    pub fn with(mut self, key: &str, value: &str) -> Self {
        self.set(key, value);
        self
    }

    pub fn set(&mut self, key: &str, value: &str) {
        match self.0.iter_mut().find(|(k, _)| k == key) {
            Some((_, old)) => value.clone_into(old),
            None => self.0.push((key.to_owned(), value.to_owned())),
        }
    }

    #[must_use]
    pub fn value(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str())
    }
}
