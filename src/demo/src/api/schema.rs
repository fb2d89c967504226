//! The types of Kubernetes' objects, read from `fields.txt`: which field has which number on the wire, and how a patch joins lists.
//!
//! The table is made by `tests/lab/demo/fields.py`.
use std::{collections::HashMap, sync::LazyLock};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    Str,
    Int,
    Bool,
    Bytes,
    Double,
    Time,
    Quantity,
    IntOrString,
    /// JSON as it is, in a message with one field of bytes.
    Raw,
    /// A list of texts in a message of its own.
    Strings,
    Message(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    One,
    List,
    Map,
    /// In JSON its fields stand among those of the message around it.
    Inline,
}

/// What a strategic merge patch does with a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merge {
    Replace,
    /// Of texts: those that are new are added.
    Values,
    /// Of objects: those with the same key are one.
    By(&'static str),
}

#[derive(Clone, Copy, Debug)]
pub struct Field {
    pub number: u32,
    pub kind: Type,
    pub shape: Shape,
    pub merge: Merge,
    /// On the wire there may be a zero that JSON leaves out.
    pub omits_zero: bool,
}

#[derive(Debug, Default)]
pub struct Message {
    fields: HashMap<&'static str, Field>,
    pub inline: Vec<Field>,
}

pub struct Schema {
    messages: Vec<Message>,
    names: HashMap<&'static str, usize>,
}

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema::read(include_str!("fields.txt")));

/// The message of a group, version and kind, such as `core.v1.Pod`.
#[must_use]
pub fn message(name: &str) -> Option<&'static Message> {
    SCHEMA.names.get(name).map(|at| &SCHEMA.messages[*at])
}

/// The message of an object by what it says of itself.
#[must_use]
pub fn of(api_version: &str, kind: &str) -> Option<&'static Message> {
    let (group, version) = api_version.split_once('/').unwrap_or(("core", api_version));
    // `discovery.k8s.io` is in the package `discovery`
    let package = if group == "rbac.authorization.k8s.io" { "rbac" } else { group.split('.').next().unwrap_or(group) };
    message(&format!("{package}.{version}.{kind}"))
        .or_else(|| (package == "core").then(|| message(&format!("meta.v1.{kind}"))).flatten())
        .or_else(|| message(&format!("meta.v1.{kind}")).filter(|_| group == "meta.k8s.io"))
}

impl Message {
    /// What is at a key of the JSON object, also when it belongs to a message within.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<Field> {
        self.own(key).or_else(|| self.inline.iter().find_map(|inline| inline.message()?.field(key)))
    }

    #[must_use]
    pub fn own(&self, key: &str) -> Option<Field> {
        self.fields.get(key).copied()
    }

    #[must_use]
    pub fn numbered(&self, number: u32) -> Option<(&'static str, Field)> {
        let own = self.fields.iter().find(|(_, field)| field.number == number).map(|(name, field)| (*name, *field));
        own.or_else(|| self.inline.iter().find(|field| field.number == number).map(|field| ("", *field)))
    }
}

impl Field {
    #[must_use]
    pub fn message(&self) -> Option<&'static Message> {
        if let Type::Message(at) = self.kind { Some(&SCHEMA.messages[at]) } else { None }
    }
}

impl Schema {
    fn read(text: &'static str) -> Self {
        let names = text.lines().enumerate().filter_map(|(at, line)| Some((line.split(' ').next()?, at))).collect();
        let mut schema = Self { messages: vec![], names };
        for line in text.lines() {
            let mut message = Message::default();
            for word in line.split(' ').skip(1) {
                let Some((name, field)) = schema.field(word) else { continue };
                if field.shape == Shape::Inline {
                    message.inline.push(field);
                } else {
                    message.fields.insert(name, field);
                }
            }
            schema.messages.push(message);
        }
        schema
    }

    /// `containers=2:*core.v1.Container@name`
    fn field(&self, word: &'static str) -> Option<(&'static str, Field)> {
        let (name, rest) = word.split_once('=')?;
        let (number, rest) = rest.split_once(':')?;
        let rest = rest.trim_end_matches('!');
        let (kind, merge) = match rest.split_once('@') {
            Some((kind, "")) => (kind, Merge::Values),
            Some((kind, key)) => (kind, Merge::By(key)),
            None => (rest, Merge::Replace),
        };
        let shapes = [('*', Shape::List), ('%', Shape::Map), ('^', Shape::Inline)];
        let shape = shapes.into_iter().find(|(sign, _)| kind.starts_with(*sign)).map_or(Shape::One, |(_, shape)| shape);
        let kind = kind.trim_start_matches(['*', '%', '^']);
        let omits_zero = ["int0", "bool0"].contains(&kind);
        let kind = match kind.trim_end_matches('0') {
            "str" => Type::Str,
            "int" => Type::Int,
            "bool" => Type::Bool,
            "bytes" => Type::Bytes,
            "double" => Type::Double,
            "Time" | "MicroTime" => Type::Time,
            "Quantity" => Type::Quantity,
            "IntOrString" => Type::IntOrString,
            "FieldsV1" | "RawExtension" => Type::Raw,
            "Strings" => Type::Strings,
            message => Type::Message(*self.names.get(message)?),
        };
        Some((name, Field { number: number.parse().ok()?, kind, shape, merge, omits_zero }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_table_is_understood() {
        let schema = Schema::read(include_str!("fields.txt"));
        let words = include_str!("fields.txt").lines().flat_map(|line| line.split(' ').skip(1));
        let lost: Vec<&str> = words.filter(|word| schema.field(word).is_none()).collect();
        assert_eq!(lost, [""; 0]);
    }

    #[test]
    fn every_kind_that_is_served_has_a_message_and_so_has_its_list() {
        for row in &crate::kube::resource::RESOURCES {
            assert!(of(&row.api_version(), row.name).is_some(), "{}", row.name);
            assert!(of(&row.api_version(), &format!("{}List", row.name)).is_some(), "{}List", row.name);
        }
    }

    #[test]
    fn lists_are_joined_by_the_keys_of_the_go_types() {
        let spec = message("core.v1.PodSpec").unwrap();
        assert_eq!(spec.field("containers").unwrap().merge, Merge::By("name"));
        assert_eq!(spec.field("tolerations").unwrap().merge, Merge::Replace);
        assert_eq!(message("meta.v1.ObjectMeta").unwrap().field("finalizers").unwrap().merge, Merge::Values);
        assert_eq!(message("core.v1.ServiceSpec").unwrap().field("ports").unwrap().merge, Merge::By("port"));
        // a volume's source stands beside its name
        assert!(message("core.v1.Volume").unwrap().field("emptyDir").is_some());
    }
}
