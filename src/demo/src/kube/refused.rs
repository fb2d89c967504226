//! What the API server says when it will not do as asked, in its own words.
use serde_json::{Value, json};

use super::resource::{Kind, Resource};

/// A `Status` of failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub code: u16,
    pub reason: &'static str,
    pub message: String,
    pub details: Option<Box<Details>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details {
    pub name: String,
    pub group: String,
    /// The resource's plural for most reasons, the kind for `Invalid`.
    pub kind: String,
    pub uid: String,
    pub causes: Vec<Cause>,
    pub retry_after: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    pub reason: String,
    pub message: String,
    pub field: String,
}

impl Details {
    fn of(resource: &Resource, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            group: resource.group.to_owned(),
            kind: resource.plural.to_owned(),
            ..Self::default()
        }
    }

    #[must_use]
    pub fn value(&self) -> Value {
        let mut value = json!({});
        for (key, text) in [("name", &self.name), ("group", &self.group), ("kind", &self.kind), ("uid", &self.uid)] {
            if !text.is_empty() {
                value[key] = json!(text);
            }
        }
        let cause = |cause: &Cause| {
            let mut value = json!({ "reason": cause.reason, "message": cause.message });
            if !cause.field.is_empty() {
                value["field"] = json!(cause.field);
            }
            value
        };
        if !self.causes.is_empty() {
            value["causes"] = self.causes.iter().map(cause).collect();
        }
        if let Some(seconds) = self.retry_after {
            value["retryAfterSeconds"] = json!(seconds);
        }
        value
    }
}

impl Refused {
    #[must_use]
    pub fn not_found(kind: Kind, name: &str) -> Self {
        let resource = kind.resource();
        Self {
            code: 404,
            reason: "NotFound",
            message: format!("{} \"{name}\" not found", resource.qualified()),
            details: Some(Details::of(resource, name).into()),
        }
    }

    #[must_use]
    pub fn exists(kind: Kind, name: &str) -> Self {
        let resource = kind.resource();
        Self {
            code: 409,
            reason: "AlreadyExists",
            message: format!("{} \"{name}\" already exists", resource.qualified()),
            details: Some(Details::of(resource, name).into()),
        }
    }

    #[must_use]
    pub fn conflict(kind: Kind, name: &str, why: &str) -> Self {
        let resource = kind.resource();
        Self {
            code: 409,
            reason: "Conflict",
            message: format!("Operation cannot be fulfilled on {} \"{name}\": {why}", resource.qualified()),
            details: Some(Details::of(resource, name).into()),
        }
    }

    /// Somebody else was faster.
    #[must_use]
    pub fn modified(kind: Kind, name: &str) -> Self {
        let why = "the object has been modified; please apply your changes to the latest version and try again";
        Self::conflict(kind, name, why)
    }

    /// `causes` by field, each with reason (`FieldValueInvalid`, …) and message.
    #[must_use]
    pub fn invalid(kind: Kind, name: &str, causes: Vec<Cause>) -> Self {
        let resource = kind.resource();
        let listed: Vec<String> = causes.iter().map(|cause| format!("{}: {}", cause.field, cause.message)).collect();
        let listed = if let [one] = &listed[..] { one.clone() } else { format!("[{}]", listed.join(", ")) };
        let title = if resource.group.is_empty() {
            resource.name.to_owned()
        } else {
            format!("{}.{}", resource.name, resource.group)
        };
        let details = Details { kind: resource.name.to_owned(), causes, ..Details::of(resource, name) }.into();
        Self {
            code: 422,
            reason: "Invalid",
            message: format!("{title} \"{name}\" is invalid: {listed}"),
            details: Some(details),
        }
    }

    #[must_use]
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self { code: 400, reason: "BadRequest", message: message.into(), details: None }
    }

    #[must_use]
    pub fn forbidden(kind: Kind, name: &str, why: &str) -> Self {
        let resource = kind.resource();
        Self {
            code: 403,
            reason: "Forbidden",
            message: format!("{} \"{name}\" is forbidden: {why}", resource.qualified()),
            details: Some(Details::of(resource, name).into()),
        }
    }

    /// An eviction that a disruption budget forbids for now.
    #[must_use]
    pub fn over_budget(budget: &str, needs: i64, healthy: i64) -> Self {
        let cause = Cause {
            reason: "DisruptionBudget".to_owned(),
            message: format!("The disruption budget {budget} needs {needs} healthy pods and has {healthy} currently"),
            field: String::new(),
        };
        Self {
            code: 429,
            reason: "TooManyRequests",
            message: "Cannot evict pod as it would violate the pod's disruption budget.".to_owned(),
            details: Some(Details { causes: vec![cause], ..Details::default() }.into()),
        }
    }

    /// The `Status` object.
    #[must_use]
    pub fn status(&self) -> Value {
        let mut status = json!({
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
            "reason": self.reason,
        });
        if let Some(details) = &self.details {
            status["details"] = details.value();
        }
        status["code"] = json!(self.code);
        status
    }
}
