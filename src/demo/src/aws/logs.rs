//! CloudWatch Logs.
mod filter;
mod frame;
mod get;
mod groups;
mod insights;
mod pattern;
mod query;
mod source;
mod tail;
#[cfg(test)]
mod tests;
mod token;
mod walk;

use serde_json::Value;

use super::{
    call::Call,
    fail::Fail,
    pace,
    service::{Operation, Service},
    wire::Wire,
};
use crate::world::{Region, World, watch::LogGroup};

pub const SERVICE: Service = Service {
    name: "logs",
    wire: Wire::Json11,
    namespace: "",
    bad_token: (INVALID, "The specified nextToken is invalid."),
    operations: &[
        Operation::new("logs:DescribeLogGroups", groups::describe),
        Operation::new("logs:ListLogGroups", groups::list),
        Operation::new("logs:ListTagsForResource", groups::tags),
        Operation::new("logs:DescribeLogStreams", groups::streams),
        Operation::new("logs:FilterLogEvents", filter::filter),
        Operation::new("logs:GetLogEvents", get::events),
        Operation::new("logs:GetLogGroupFields", query::fields),
        Operation::new("logs:GetLogRecord", query::record),
        Operation::new("logs:StartQuery", query::start),
        Operation::new("logs:GetQueryResults", query::results),
        Operation::new("logs:StopQuery", query::stop),
        Operation::new("logs:DescribeQueries", query::describe),
        Operation::new("logs:StartLiveTail", tail::start),
    ],
};

const INVALID: &str = "InvalidParameterException";
const NOT_FOUND: &str = "ResourceNotFoundException";

fn invalid(message: impl Into<String>) -> Fail {
    Fail::bad(INVALID, message)
}

fn no_group() -> Fail {
    Fail::bad(NOT_FOUND, "The specified log group does not exist.")
}

/// The ARN of a group, without the `:*` that stands for its streams.
fn arn(world: &World, region: &Region, name: &str) -> String {
    format!("arn:aws:logs:{}:{}:log-group:{name}", region.name, world.account)
}

/// A group by its name or its ARN.
fn group<'a>(world: &World, region: &'a Region, identifier: &str) -> Result<&'a LogGroup, Fail> {
    let name = match identifier.strip_prefix("arn:") {
        Some(_) => {
            let prefix = arn(world, region, "");
            identifier.strip_prefix(prefix.as_str()).map(|name| name.trim_end_matches(":*")).ok_or_else(no_group)?
        }
        None => identifier,
    };
    region.log_groups.iter().find(|group| group.name == name).ok_or_else(no_group)
}

/// The group that a call names by `logGroupName` or `logGroupIdentifier`.
fn asked(call: &Call<'_>) -> Result<String, Fail> {
    match (call.text("logGroupName"), call.text("logGroupIdentifier")) {
        (Some(_), Some(_)) => Err(invalid("LogGroupName and LogGroupIdentifier can not be both set.")),
        (Some(one), None) | (None, Some(one)) => Ok(one.to_owned()),
        (None, None) => Err(invalid("LogGroupName or LogGroupIdentifier must be set.")),
    }
}

/// Milliseconds since 1970.
fn millis(call: &Call<'_>, name: &str) -> Result<Option<i64>, Fail> {
    let value = call.number(name)?;
    if value.is_some_and(|value| value < 0) {
        let lower = "Member must have value greater than or equal to 0";
        return Err(invalid(format!(
            "1 validation error detected: Value '{}' at '{name}' failed to satisfy constraint: {lower}",
            value.unwrap_or_default()
        )));
    }
    Ok(value)
}

/// FilterLogEvents and GetLogEvents share a rate with everybody in the account, and nothing raises it. Who reads a flood
/// eats most of it.
fn in_pace(call: &Call<'_>) -> Result<(), Fail> {
    let most = if call.region == "us-east-1" { 25 } else { 10 };
    pace::admit(call, |count| {
        count < LEFT || (count < most && call.look(|_, region| !region.flooded()).unwrap_or(true))
    })
}

/// What others leave of it while a group is flooded.
const LEFT: usize = 2;

fn flag_or(call: &Call<'_>, name: &str, usual: bool) -> bool {
    call.input.get(name).and_then(Value::as_bool).unwrap_or(usual)
}
