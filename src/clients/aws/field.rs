//! The small steps from the SDK's fields to ours.
use aws_smithy_types::DateTime;

use crate::error::{Error, Trouble};

/// Text that may be missing.
#[must_use]
pub fn text(field: Option<&str>) -> Box<str> {
    field.unwrap_or_default().into()
}

/// Seconds since 1970.
#[must_use]
pub fn seconds(field: Option<&DateTime>) -> Option<i64> {
    field.map(DateTime::secs)
}

/// The value of a tag of EC2; empty if there is none.
#[must_use]
pub fn tag<'a>(tags: &'a [aws_sdk_ec2::types::Tag], key: &str) -> &'a str {
    tags.iter().find(|tag| tag.key() == Some(key)).and_then(|tag| tag.value()).unwrap_or_default()
}

/// Counts of AWS are signed and never negative.
#[must_use]
pub fn count(field: Option<i32>) -> u32 {
    field.and_then(|n| u32::try_from(n).ok()).unwrap_or(0)
}

/// What was asked for by its id and is not in the answer.
#[must_use]
pub fn gone(kind: &str, id: &str, region: &str) -> Error {
    Error::new(Trouble::NotFound, format!("no {kind} {id} in {region}"), "")
}
