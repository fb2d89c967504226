//! Messages that many kinds share, with only the fields that rows need. Each reads protobuf (by the field numbers of
//! `generated.proto` in k8s.io/api and k8s.io/apimachinery) and JSON (by name); what is not named here is skipped.
use std::{collections::HashMap, fmt};

use prost::Message;
use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeOwned},
};

/// What nearly every object is made of. A kind says of each part which fields it reads.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(
    default,
    bound = "M: Message + Default + DeserializeOwned, S: Message + Default + DeserializeOwned, T: Message + Default + DeserializeOwned"
)]
pub struct Object<M, S, T>
where
    M: Message + Default + fmt::Debug,
    S: Message + Default + fmt::Debug,
    T: Message + Default + fmt::Debug,
{
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<M>,
    #[prost(message, optional, tag = "2")]
    pub spec: Option<S>,
    #[prost(message, optional, tag = "3")]
    pub status: Option<T>,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ObjectMeta {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(string, tag = "3")]
    pub namespace: String,
    #[prost(string, tag = "5")]
    pub uid: String,
    #[prost(message, optional, tag = "8")]
    pub creation_timestamp: Option<Time>,
    #[prost(message, optional, tag = "9")]
    pub deletion_timestamp: Option<Time>,
    #[prost(message, repeated, tag = "13")]
    pub owner_references: Vec<OwnerReference>,
}

/// With labels and annotations, for the kinds that read them: they are most of an object's metadata.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LabelledMeta {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(string, tag = "3")]
    pub namespace: String,
    #[prost(string, tag = "5")]
    pub uid: String,
    #[prost(message, optional, tag = "8")]
    pub creation_timestamp: Option<Time>,
    #[prost(message, optional, tag = "9")]
    pub deletion_timestamp: Option<Time>,
    #[prost(map = "string, string", tag = "11")]
    pub labels: HashMap<String, String>,
    #[prost(map = "string, string", tag = "12")]
    pub annotations: HashMap<String, String>,
    #[prost(message, repeated, tag = "13")]
    pub owner_references: Vec<OwnerReference>,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OwnerReference {
    #[prost(string, tag = "1")]
    pub kind: String,
    #[prost(string, tag = "3")]
    pub name: String,
    #[prost(string, tag = "4")]
    pub uid: String,
    #[prost(bool, tag = "6")]
    pub controller: bool,
}

/// Seconds since 1970; the microseconds that events carry are let go.
#[derive(Clone, Copy, PartialEq, Eq, prost::Message)]
pub struct Time {
    #[prost(int64, tag = "1")]
    pub seconds: i64,
}

impl Time {
    /// The time that `time` says; an unset one reads as 1970.
    #[must_use]
    pub fn of(time: Option<&Self>) -> i64 {
        time.map_or(0, |t| t.seconds)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = Time;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a time such as 2026-11-23T20:00:00Z")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Time, E> {
                let at: jiff::Timestamp = text.parse().map_err(E::custom)?;
                Ok(Time { seconds: at.as_second() })
            }
        }
        from.deserialize_str(Text)
    }
}

/// An amount such as `250m` or `16Gi`, as it is written.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct Quantity {
    #[prost(string, tag = "1")]
    pub text: String,
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(|text| Self { text })
    }
}

/// A label selector's plain half.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Selector {
    #[prost(map = "string, string", tag = "1")]
    pub match_labels: HashMap<String, String>,
}

/// How many pods of which template: what replica sets and stateful sets are told in the same words.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub struct Replicas {
    #[prost(int32, tag = "1")]
    pub replicas: i32,
    #[prost(message, optional, tag = "3")]
    pub template: Option<Template>,
}

/// A pod template, for its images.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub struct Template {
    #[prost(message, optional, tag = "2")]
    pub spec: Option<TemplateSpec>,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub struct TemplateSpec {
    #[prost(message, repeated, tag = "2")]
    pub containers: Vec<TemplateContainer>,
}

#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(default)]
pub struct TemplateContainer {
    #[prost(string, tag = "2")]
    pub image: String,
}

impl Template {
    /// The images, joined by a comma.
    #[must_use]
    pub fn images(template: Option<Self>) -> String {
        let containers = template.and_then(|t| t.spec).map(|s| s.containers).unwrap_or_default();
        containers.into_iter().map(|c| c.image).collect::<Vec<_>>().join(",")
    }
}

/// One of the conditions by which most kinds say how they are.
#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Condition {
    #[prost(string, tag = "1")]
    #[serde(rename = "type")]
    pub kind: String,
    #[prost(string, tag = "2")]
    pub status: String,
}

impl Condition {
    /// Whether the condition of this name is there and true.
    #[must_use]
    pub fn holds(all: &[Self], kind: &str) -> bool {
        all.iter().any(|condition| condition.kind == kind && condition.status == "True")
    }
}

/// Reads a list of which JSON may say `null`.
pub fn or_none<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    Option::deserialize(from).map(Option::unwrap_or_default)
}

/// Of a list's metadata: where to go on, and from where to watch.
#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ListMeta {
    #[prost(string, tag = "2")]
    pub resource_version: String,
    #[prost(string, tag = "3")]
    #[serde(rename = "continue")]
    pub next: String,
}

/// What every object says of itself, read before the object is.
#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(default)]
pub(super) struct Stub {
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<StubMeta>,
}

#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct StubMeta {
    #[prost(string, tag = "5")]
    pub uid: String,
    #[prost(string, tag = "6")]
    pub resource_version: String,
}

/// One frame of a watch: the object's bytes carry the magic and the envelope again.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub(super) struct WatchFrame {
    #[prost(string, tag = "1")]
    pub kind: String,
    #[prost(message, optional, tag = "2")]
    pub object: Option<Raw>,
}

#[derive(Clone, PartialEq, Eq, prost::Message)]
pub(super) struct Raw {
    #[prost(bytes = "bytes", tag = "1")]
    pub bytes: bytes::Bytes,
}

/// How the server says that something went wrong.
#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(default)]
pub(super) struct Status {
    #[prost(string, tag = "3")]
    pub message: String,
    #[prost(string, tag = "4")]
    pub reason: String,
    #[prost(int32, tag = "6")]
    pub code: i32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_from_json_to_the_second() {
        let meta: ObjectMeta = serde_json::from_str(
            r#"{"name":"a","creationTimestamp":"2026-11-23T20:00:01Z","deletionTimestamp":null,"labels":{"x":"y"}}"#,
        )
        .unwrap();
        assert_eq!(Time::of(meta.creation_timestamp.as_ref()), 1_795_464_001);
        assert_eq!(meta.deletion_timestamp, None);
        let micro: Time = serde_json::from_str(r#""2026-11-23T20:00:01.123456Z""#).unwrap();
        assert_eq!(micro.seconds, 1_795_464_001);
        assert!(serde_json::from_str::<Time>(r#""yesterday""#).is_err());
    }
}
