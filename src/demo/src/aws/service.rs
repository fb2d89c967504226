//! What a service is made of: a table of operations, and how it speaks.
use serde_json::Value;

use super::{call::Call, fail::Fail, wire::Wire};
use crate::http::Body;

pub struct Service {
    /// As the scope of a signature names it.
    pub name: &'static str,
    /// How it speaks, unless the request asks for another of its protocols.
    pub wire: Wire,
    /// The namespace of its XML; empty for the others.
    pub namespace: &'static str,
    /// What it says of a page token that is not its own: code and message.
    pub bad_token: (&'static str, &'static str),
    pub operations: &'static [Operation],
}

pub type Run = fn(&Call<'_>) -> Result<Reply, Fail>;

pub struct Operation {
    /// As IAM calls it: `ec2:DescribeVpcs`. The operation is called what stands behind the colon.
    pub action: &'static str,
    /// Method and path of a REST service's operation: `GET /clusters/{name}`.
    pub route: &'static str,
    pub run: Run,
}

impl Service {
    /// The code of a number that is out of range, in JSON and CBOR.
    #[must_use]
    pub fn bad_number(&self) -> &'static str {
        if self.bad_token.0 == "InvalidParameterException" { self.bad_token.0 } else { "ValidationException" }
    }
}

impl Operation {
    #[must_use]
    pub const fn new(action: &'static str, run: Run) -> Self {
        Self { action, route: "", run }
    }

    #[must_use]
    pub const fn at(action: &'static str, route: &'static str, run: Run) -> Self {
        Self { action, route, run }
    }

    #[must_use]
    pub fn name(&self) -> &'static str {
        self.action.split_once(':').map_or(self.action, |(_, name)| name)
    }

    /// Whether it only tells, as its name says.
    #[must_use]
    pub fn reads(&self) -> bool {
        let name = self.name();
        ["Describe", "Get", "List", "Lookup", "Filter", "BatchGet", "Export", "Test"]
            .iter()
            .any(|verb| name.starts_with(verb))
            || matches!(name, "StartLiveTail" | "StartQuery" | "StopQuery" | "AssumeRole")
    }
}

pub enum Reply {
    /// Fields in the names of the wire; `Null` where the operation answers nothing.
    Fields(Value),
    /// A body that is written as it comes.
    Stream { content_type: &'static str, body: Body },
}

impl From<Value> for Reply {
    fn from(fields: Value) -> Self {
        Self::Fields(fields)
    }
}
