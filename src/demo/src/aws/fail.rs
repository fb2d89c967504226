//! Why a call fails: the error codes and sentences that all services share, each protocol in its own words.
use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{call::Call, service::Service, wire::Wire};
use crate::sigv4::Refusal;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fail {
    pub status: u16,
    pub code: Cow<'static, str>,
    pub message: String,
    /// What else a modelled error carries, in JSON and CBOR.
    pub fields: Vec<(&'static str, Value)>,
}

impl Fail {
    pub fn new(status: u16, code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { status, code: code.into(), message: message.into(), fields: vec![] }
    }

    /// The asker's fault.
    pub fn bad(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(400, code, message)
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.fields.push((name, value.into()));
        self
    }

    #[must_use]
    pub fn tree(&self, typed: bool) -> Value {
        let mut map = Map::new();
        if typed {
            map.insert("__type".into(), Value::String(self.code.clone().into_owned()));
        }
        map.insert("message".into(), Value::String(self.message.clone()));
        map.extend(self.fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        Value::Object(map)
    }
}

/// The families in which codes are called alike.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Ec2,
    Xml,
    /// With the status of those that it refuses.
    Json(u16),
}

const fn family(wire: Wire) -> Family {
    match wire {
        Wire::Ec2 => Family::Ec2,
        Wire::Query | Wire::RestXml => Family::Xml,
        Wire::Json10 | Wire::Json11 | Wire::Cbor => Family::Json(400),
        Wire::RestJson => Family::Json(403),
    }
}

const INVALID_TOKEN: &str = "The security token included in the request is invalid.";
const EXPIRED_TOKEN: &str = "The security token included in the request is expired";

/// Beyond this EC2 says that it is about time.
const EC2_FORGIVES: i64 = 15 * crate::clock::MINUTE;

/// Nobody has this key, or it is not known in this region.
#[must_use]
pub fn unknown_key(wire: Wire) -> Fail {
    match family(wire) {
        Family::Ec2 => Fail::new(401, "AuthFailure", "AWS was not able to validate the provided access credentials"),
        Family::Xml => Fail::new(403, "InvalidClientTokenId", INVALID_TOKEN),
        Family::Json(status) => Fail::new(status, "UnrecognizedClientException", INVALID_TOKEN),
    }
}

/// The session behind the key is over.
#[must_use]
pub fn expired(wire: Wire) -> Fail {
    match family(wire) {
        Family::Ec2 => Fail::new(400, "RequestExpired", "Request has expired."),
        Family::Xml => Fail::new(403, "ExpiredToken", EXPIRED_TOKEN),
        Family::Json(status) => Fail::new(status, "ExpiredTokenException", EXPIRED_TOKEN),
    }
}

/// The signature is not as it should be.
#[must_use]
pub fn refused(wire: Wire, refusal: &Refusal) -> Fail {
    let mismatch = |message: String| match family(wire) {
        Family::Ec2 | Family::Xml => Fail::new(403, "SignatureDoesNotMatch", message),
        Family::Json(status) => Fail::new(status, "InvalidSignatureException", message),
    };
    let moment = |ms: i64| crate::clock::seconds(ms).replace(['-', ':'], "");
    match refusal {
        Refusal::Missing => match family(wire) {
            Family::Ec2 | Family::Xml => {
                Fail::new(403, "MissingAuthenticationToken", "Request is missing Authentication Token")
            }
            Family::Json(status) => {
                Fail::new(status, "MissingAuthenticationTokenException", "Missing Authentication Token")
            }
        },
        Refusal::Incomplete(why) => match family(wire) {
            Family::Ec2 | Family::Xml => Fail::new(400, "IncompleteSignature", *why),
            Family::Json(status) => Fail::new(status, "IncompleteSignatureException", *why),
        },
        Refusal::UnknownKey(_) | Refusal::Session => unknown_key(wire),
        Refusal::Mismatch { canonical, to_sign } => mismatch(format!(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key \
             and signing method. Consult the service documentation for details.\n\nThe Canonical String for this request should \
             have been\n'{canonical}'\n\nThe String-to-Sign should have been\n'{to_sign}'\n"
        )),
        Refusal::Expired { at, now } if family(wire) != Family::Ec2 => {
            let (at, now, least) = (moment(*at), moment(*now), moment(now - 5 * crate::clock::MINUTE));
            mismatch(format!("Signature expired: {at} is now earlier than {least} ({now} - 5 min.)"))
        }
        Refusal::Early { at, now } if family(wire) != Family::Ec2 => {
            let (at, now, most) = (moment(*at), moment(*now), moment(now + 5 * crate::clock::MINUTE));
            mismatch(format!("Signature not yet current: {at} is still later than {most} ({now} + 5 min.)"))
        }
        // EC2 does not tell a clock that is a little off from keys that are wrong
        Refusal::Expired { at, now } | Refusal::Early { at, now } => {
            if (now - at).abs() > EC2_FORGIVES {
                expired(wire)
            } else {
                unknown_key(wire)
            }
        }
    }
}

/// No service that is served has the name in the scope.
#[must_use]
pub fn unknown_service(wire: Wire) -> Fail {
    match family(wire) {
        Family::Ec2 | Family::Xml => {
            Fail::new(403, "SignatureDoesNotMatch", "Credential should be scoped to a service that is served here.")
        }
        Family::Json(status) => Fail::new(
            status,
            "InvalidSignatureException",
            "Credential should be scoped to a service that is served here.",
        ),
    }
}

/// Nobody sends so much.
#[must_use]
pub fn too_large(wire: Wire) -> Fail {
    let message = "The request is larger than the service takes.";
    match family(wire) {
        Family::Ec2 | Family::Xml => Fail::new(413, "RequestEntityTooLarge", message),
        Family::Json(_) => Fail::new(413, "RequestEntityTooLargeException", message),
    }
}

#[must_use]
pub fn unknown_operation(wire: Wire, service: &Service, name: &str) -> Fail {
    match family(wire) {
        Family::Ec2 | Family::Xml if wire.is_form() && name.is_empty() => {
            Fail::bad("MissingAction", "The request must contain the parameter Action")
        }
        Family::Ec2 | Family::Xml => {
            let version = service.namespace.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
            let message = match wire {
                Wire::Ec2 => format!("The action {name} is not valid for this web service."),
                _ => format!("Could not find operation {name} for version {version}"),
            };
            Fail::bad("InvalidAction", message)
        }
        Family::Json(_) => {
            let status = if wire == Wire::RestJson { 404 } else { 400 };
            Fail::new(status, "UnknownOperationException", "")
        }
    }
}

#[must_use]
pub fn throttled(wire: Wire) -> Fail {
    match family(wire) {
        Family::Ec2 => Fail::new(503, "RequestLimitExceeded", "Request limit exceeded."),
        Family::Xml => Fail::new(400, "Throttling", "Rate exceeded"),
        Family::Json(403) => Fail::new(429, "ThrottlingException", "Rate exceeded"),
        Family::Json(_) => Fail::new(400, "ThrottlingException", "Rate exceeded"),
    }
}

/// The service itself is ill.
#[must_use]
pub fn broken(wire: Wire, status: u16) -> Fail {
    let away = status == 503;
    let (code, message) = match (family(wire), away) {
        (Family::Ec2, true) => ("Unavailable", "The service is unavailable. Please try again shortly."),
        (Family::Ec2, false) => ("InternalError", "An internal error has occurred"),
        (Family::Xml, true) => ("ServiceUnavailable", "Service is unable to handle request."),
        (Family::Xml, false) => ("InternalFailure", "The request processing has failed because of an unknown error."),
        (Family::Json(_), true) => ("ServiceUnavailableException", "The service is temporarily unavailable."),
        (Family::Json(_), false) => {
            ("InternalFailure", "The request processing has failed because of an unknown error.")
        }
    };
    Fail::new(status, code, message)
}

/// Who asks may not do this.
#[must_use]
pub fn denied(call: &Call<'_>) -> Fail {
    let (user, action) = (&call.user, call.operation.action);
    let account = user.split(':').nth(4).unwrap_or_default();
    let resource = format!("arn:aws:{}:{}:{account}:*", action.split(':').next().unwrap_or_default(), call.region);
    let why = format!("because no identity-based policy allows the {action} action");
    match family(call.wire) {
        Family::Ec2 => Fail::new(
            403,
            "UnauthorizedOperation",
            format!(
                "You are not authorized to perform this operation. User: {user} is not authorized to perform: {action} {why}"
            ),
        ),
        Family::Xml => {
            let message = format!("User: {user} is not authorized to perform: {action} on resource: {resource} {why}");
            Fail::new(403, "AccessDenied", message)
        }
        Family::Json(status) => {
            let message = format!("User: {user} is not authorized to perform: {action} on resource: {resource} {why}");
            Fail::new(status, "AccessDeniedException", message)
        }
    }
}

/// A field is not of its type.
#[must_use]
pub fn not_a(call: &Call<'_>, name: &str, what: &str) -> Fail {
    match family(call.wire) {
        Family::Ec2 => Fail::bad("InvalidParameterValue", format!("Invalid value for parameter {name}: not an {what}")),
        Family::Xml => Fail::bad("MalformedInput", format!("{name} must be an {what}")),
        Family::Json(_) => Fail::bad("SerializationException", format!("{name} must be an {what}")),
    }
}

/// A field that is needed is not there.
#[must_use]
pub fn missing(call: &Call<'_>, name: &str) -> Fail {
    match family(call.wire) {
        Family::Ec2 => Fail::bad("MissingParameter", format!("The request must contain the parameter {name}")),
        Family::Xml => Fail::bad(
            "ValidationError",
            format!(
                "1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be null"
            ),
        ),
        Family::Json(_) => Fail::bad(
            "ValidationException",
            format!(
                "1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be null"
            ),
        ),
    }
}
