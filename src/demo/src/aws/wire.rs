//! How a request asks and an answer is written: the protocols, and what of an answer is the same in all operations.
use hyper::{StatusCode, header::HeaderValue, http::request::Parts};
use serde_json::{Value, json};

use super::{
    cbor,
    fail::Fail,
    json,
    service::{Reply, Service},
    xml::{self, Lists},
};
use crate::http::{self, Answer};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    Ec2,
    Query,
    Json10,
    Json11,
    RestJson,
    RestXml,
    Cbor,
}

impl Wire {
    /// What the request itself says goes before what the service is used to; CloudWatch speaks three.
    #[must_use]
    pub fn of(parts: &Parts, service: Option<&Service>) -> Self {
        let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if header("smithy-protocol") == "rpc-v2-cbor" {
            return Self::Cbor;
        }
        if !target(parts).is_empty() {
            return if header("content-type").contains("json-1.0") { Self::Json10 } else { Self::Json11 };
        }
        match service.map(|service| service.wire) {
            Some(Self::Ec2) => Self::Ec2,
            Some(Self::RestJson) => Self::RestJson,
            Some(Self::RestXml) => Self::RestXml,
            Some(Self::Json10 | Self::Json11) if !header("content-type").contains("form") => Self::Json11,
            _ => Self::Query,
        }
    }

    #[must_use]
    pub const fn is_form(self) -> bool {
        matches!(self, Self::Ec2 | Self::Query)
    }

    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Ec2 => "text/xml;charset=UTF-8",
            Self::Query | Self::RestXml => "text/xml",
            Self::Json10 => "application/x-amz-json-1.0",
            Self::Json11 => "application/x-amz-json-1.1",
            Self::RestJson => "application/json",
            Self::Cbor => "application/cbor",
        }
    }
}

/// `Logs_20140328.DescribeLogGroups`
#[must_use]
pub fn target(parts: &Parts) -> &str {
    parts.headers.get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The mark of a moment in a tree; no field of AWS is called so.
const TIME: &str = "\u{1}time";

/// A moment (milliseconds) in a tree of fields, which each protocol writes in its way.
#[must_use]
pub fn time(ms: i64) -> Value {
    json!({ TIME: ms })
}

/// As JSON and CBOR have moments.
#[allow(clippy::cast_precision_loss, reason = "no date of this world has more than 53 bits")]
#[must_use]
pub fn seconds(ms: i64) -> f64 {
    ms as f64 / 1000.0
}

#[must_use]
pub fn as_time(value: &Value) -> Option<i64> {
    value.as_object().filter(|map| map.len() == 1)?.get(TIME)?.as_i64()
}

/// Writes what an operation answers.
#[must_use]
pub fn reply(wire: Wire, service: Option<&Service>, operation: &str, reply: Reply, id: &str) -> Answer {
    let fields = match reply {
        Reply::Fields(fields) => fields,
        Reply::Stream { content_type, body } => {
            let mut answer = Answer::new(body);
            if let Ok(value) = content_type.parse() {
                answer.headers_mut().insert(hyper::header::CONTENT_TYPE, value);
            }
            return with_id(wire, answer, id);
        }
    };
    let namespace = service.map_or("", |service| service.namespace);
    let mut text = String::from(xml::HEAD);
    let bytes = match wire {
        Wire::Ec2 => {
            text.push_str(&format!("\n<{operation}Response xmlns=\"{namespace}\"><requestId>{id}</requestId>"));
            xml::content(&mut text, &fields, Lists::Of("item"));
            text.push_str(&format!("</{operation}Response>"));
            text.into_bytes()
        }
        Wire::Query => {
            text.clear();
            text.push_str(&format!("<{operation}Response xmlns=\"{namespace}\">"));
            if !fields.is_null() {
                text.push_str(&format!("<{operation}Result>"));
                xml::content(&mut text, &fields, Lists::Of("member"));
                text.push_str(&format!("</{operation}Result>"));
            }
            text.push_str(&format!(
                "<ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></{operation}Response>"
            ));
            text.into_bytes()
        }
        Wire::RestXml => {
            text.push_str(&format!("\n<{operation}Response xmlns=\"{namespace}\">"));
            xml::content(&mut text, &fields, Lists::Flat);
            text.push_str(&format!("</{operation}Response>"));
            text.into_bytes()
        }
        Wire::Json10 | Wire::Json11 | Wire::RestJson if fields.is_null() => vec![],
        Wire::Json10 | Wire::Json11 | Wire::RestJson => json::write(&fields),
        Wire::Cbor if fields.is_null() => cbor::write(&json!({})),
        Wire::Cbor => cbor::write(&fields),
    };
    with_id(wire, http::answer(StatusCode::OK, wire.content_type(), bytes), id)
}

/// Writes why an operation did not answer.
#[must_use]
pub fn failure(wire: Wire, service: Option<&Service>, fail: &Fail, id: &str) -> Answer {
    let escaped = |text: &str| {
        let mut to = String::new();
        xml::escape(&mut to, text);
        to
    };
    let (code, message) = (escaped(&fail.code), escaped(&fail.message));
    let bytes = match wire {
        Wire::Ec2 => format!(
            "{}\n<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>\
             <RequestID>{id}</RequestID></Response>",
            xml::HEAD
        )
        .into_bytes(),
        Wire::Query | Wire::RestXml => {
            let namespace = service.map_or("", |service| service.namespace);
            let whose = if fail.status < 500 { "Sender" } else { "Receiver" };
            format!(
                "<ErrorResponse xmlns=\"{namespace}\"><Error><Type>{whose}</Type><Code>{code}</Code>\
                 <Message>{message}</Message></Error><RequestId>{id}</RequestId></ErrorResponse>"
            )
            .into_bytes()
        }
        Wire::Json10 | Wire::Json11 => json::write(&fail.tree(true)),
        Wire::RestJson => json::write(&fail.tree(false)),
        Wire::Cbor => cbor::write(&fail.tree(true)),
    };
    let status = StatusCode::from_u16(fail.status).unwrap_or(StatusCode::BAD_REQUEST);
    let mut answer = http::answer(status, wire.content_type(), bytes);
    if wire == Wire::RestJson
        && let Ok(value) = HeaderValue::from_str(&fail.code)
    {
        answer.headers_mut().insert("x-amzn-errortype", value);
    }
    // CloudWatch's older clients know its errors by the names that the query protocol gave them
    let whose = if fail.status < 500 { "Sender" } else { "Receiver" };
    if matches!(wire, Wire::Cbor | Wire::Json10)
        && let Ok(value) = HeaderValue::from_str(&format!("{};{whose}", fail.code))
    {
        answer.headers_mut().insert("x-amzn-query-error", value);
    }
    with_id(wire, answer, id)
}

fn with_id(wire: Wire, mut answer: Answer, id: &str) -> Answer {
    if let Ok(value) = HeaderValue::from_str(id) {
        answer.headers_mut().insert("x-amzn-requestid", value);
    }
    if wire == Wire::Cbor {
        answer.headers_mut().insert("smithy-protocol", HeaderValue::from_static("rpc-v2-cbor"));
    }
    answer
}
