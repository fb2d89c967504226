//! What all of EC2's Describe operations have in common: ids that must be there, filters, pages, the dry run.
use serde_json::{Map, Value};

use super::super::{
    call::Call,
    fail::Fail,
    filter::{self, Names},
    page,
    service::Reply,
};

/// By which ids a thing can be asked for.
pub struct Ids {
    pub param: &'static str,
    /// Where the id stands in a row.
    pub path: &'static str,
    pub prefix: &'static str,
    /// Code and message of an id that is not there.
    pub not_found: (&'static str, &'static str),
    pub malformed: &'static str,
}

pub struct Listing {
    /// What the list is called on the wire.
    pub set: &'static str,
    pub ids: Option<Ids>,
    pub filters: Names,
    /// How few and how many may be asked for at once.
    pub page: (i64, i64),
}

pub const PAGE: (i64, i64) = (5, 1000);

/// Answers with those of the rows that are asked for.
pub fn list(call: &Call<'_>, listing: &Listing, rows: Vec<Value>) -> Result<Reply, Fail> {
    dry_run(call)?;
    let rows = match &listing.ids {
        Some(ids) => chosen(call, ids, rows)?,
        None => rows,
    };
    let rows = filter::keep(call, rows, listing.filters)?;
    let limit = page::limit(call, "MaxResults", listing.page.0, listing.page.1, usize::MAX)?;
    let key = |row: &Value| match &listing.ids {
        Some(ids) => at(row, ids.path).unwrap_or_default().to_owned(),
        None => row.to_string(),
    };
    let page = page::page(call, rows, key, limit, call.text("NextToken"))?;
    let mut fields = Map::new();
    fields.insert(listing.set.to_owned(), Value::Array(page.rows));
    fields.insert("nextToken".to_owned(), page.next.map_or(Value::Null, Value::String));
    Ok(Value::Object(fields).into())
}

/// Refuses what was only tried, saying that it would have been done.
pub fn dry_run(call: &Call<'_>) -> Result<(), Fail> {
    if call.flag("DryRun") {
        return Err(Fail::new(412, "DryRunOperation", "Request would have succeeded, but DryRun flag is set."));
    }
    Ok(())
}

fn chosen(call: &Call<'_>, ids: &Ids, rows: Vec<Value>) -> Result<Vec<Value>, Fail> {
    let wished = call.texts(ids.param);
    if wished.is_empty() {
        return Ok(rows);
    }
    check(&wished, ids, |id| rows.iter().any(|row| at(row, ids.path) == Some(id)))?;
    Ok(rows
        .into_iter()
        .filter(|row| at(row, ids.path).is_some_and(|id| wished.iter().any(|wish| wish == id)))
        .collect())
}

/// Whether all ids are well formed and there, in the words of the thing that they name.
pub fn check(wished: &[String], ids: &Ids, there: impl Fn(&str) -> bool) -> Result<(), Fail> {
    for id in wished {
        let digits = id.strip_prefix(ids.prefix).unwrap_or_default();
        let formed =
            ids.prefix.is_empty() || matches!(digits.len(), 8 | 17) && digits.bytes().all(|b| b.is_ascii_hexdigit());
        if !formed {
            return Err(Fail::bad(ids.malformed, format!("Invalid id: \"{id}\" (expecting \"{}...\")", ids.prefix)));
        }
    }
    let gone: Vec<&str> = wished.iter().map(String::as_str).filter(|id| !there(id)).collect();
    if gone.is_empty() {
        return Ok(());
    }
    let (code, message) = ids.not_found;
    let message = if gone.len() > 1 {
        message.replacen(" ID ", " IDs ", 1).replace("does not exist", "do not exist")
    } else {
        message.to_owned()
    };
    Err(Fail::bad(code, message.replace("{}", &gone.join(", "))))
}

/// The text at a path without lists, or of the first entry of each list on the way.
#[must_use]
pub fn at<'a>(row: &'a Value, path: &str) -> Option<&'a str> {
    path.split('.')
        .try_fold(row, |at, step| match at {
            Value::Array(all) => all.first()?.get(step),
            _ => at.get(step),
        })?
        .as_str()
}

pub const INSTANCE: Ids = Ids {
    param: "InstanceId",
    path: "instanceId",
    prefix: "i-",
    not_found: ("InvalidInstanceID.NotFound", "The instance ID '{}' does not exist"),
    malformed: "InvalidInstanceID.Malformed",
};

pub const VPC: Ids = Ids {
    param: "VpcId",
    path: "vpcId",
    prefix: "vpc-",
    not_found: ("InvalidVpcID.NotFound", "The vpc ID '{}' does not exist"),
    malformed: "InvalidVpcID.Malformed",
};
