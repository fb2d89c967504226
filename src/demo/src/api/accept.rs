//! What a client would like the answer to be: JSON or protobuf, the objects themselves, a table of them, or only their metadata.
use serde_json::Value;

use crate::kube::refused::Refused;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Json,
    Protobuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Whole,
    Table,
    /// `PartialObjectMetadata`, or a list of them.
    Metadata,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub form: Form,
    pub shape: Shape,
    pub pretty: bool,
}

impl Wanted {
    pub const JSON: Self = Self { form: Form::Json, shape: Shape::Whole, pretty: false };

    /// The first of the client's wishes that can be met.
    pub fn of(accept: Option<&str>) -> Result<Self, Refused> {
        let accept = accept.filter(|text| !text.trim().is_empty()).unwrap_or("*/*");
        let met = accept.split(',').find_map(Self::clause);
        met.ok_or_else(|| Refused {
            code: 406,
            reason: "NotAcceptable",
            message:
                "only the following media types are accepted: application/json, application/vnd.kubernetes.protobuf"
                    .to_owned(),
            details: None,
        })
    }

    fn clause(clause: &str) -> Option<Self> {
        let mut parts = clause.split(';').map(str::trim);
        let form = match parts.next()? {
            "application/json" | "application/*" | "*/*" => Form::Json,
            "application/vnd.kubernetes.protobuf" => Form::Protobuf,
            _ => return None,
        };
        let (mut shape, mut version, mut group) = (Shape::Whole, "v1", "meta.k8s.io");
        for (name, value) in parts.filter_map(|part| part.split_once('=')) {
            match (name, value) {
                ("as", "Table") => shape = Shape::Table,
                ("as", "PartialObjectMetadata" | "PartialObjectMetadataList") => shape = Shape::Metadata,
                ("as", _) => return None,
                ("v", value) => version = value,
                ("g", value) => group = value,
                _ => {}
            }
        }
        let known = shape == Shape::Whole || version == "v1" && group == "meta.k8s.io";
        // tables have no protobuf
        let possible = known && (shape != Shape::Table || form == Form::Json);
        possible.then_some(Self { form, shape, pretty: false })
    }

    #[must_use]
    pub fn content_type(&self) -> &'static str {
        match self.form {
            Form::Json => "application/json",
            Form::Protobuf => "application/vnd.kubernetes.protobuf",
        }
    }

    /// Of a stream of events.
    #[must_use]
    pub fn stream_type(&self) -> &'static str {
        match self.form {
            Form::Json => "application/json",
            Form::Protobuf => "application/vnd.kubernetes.protobuf;stream=watch",
        }
    }

    #[must_use]
    pub fn json(&self, value: &Value) -> Vec<u8> {
        let mut text =
            if self.pretty { serde_json::to_vec_pretty(value) } else { serde_json::to_vec(value) }.unwrap_or_default();
        text.push(b'\n');
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_wish_that_can_be_met_is_met() {
        let of = |text: &str| Wanted::of(Some(text)).map(|wanted| (wanted.form, wanted.shape)).map_err(|no| no.code);
        let kubectl = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json";
        assert_eq!(of(kubectl), Ok((Form::Json, Shape::Table)));
        assert_eq!(of("application/vnd.kubernetes.protobuf, */*"), Ok((Form::Protobuf, Shape::Whole)));
        assert_eq!(
            of("application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io,application/json"),
            Ok((Form::Json, Shape::Whole))
        );
        let metadata = "application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
        assert_eq!(of(metadata), Ok((Form::Protobuf, Shape::Metadata)));
        assert_eq!(of("text/html"), Err(406));
        assert_eq!(Wanted::of(None), Ok(Wanted::JSON));
    }
}
