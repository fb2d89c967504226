//! Log groups, and the streams in them.
use regex::Regex;
use serde_json::{Map, Value, json};

use super::{
    INVALID, arn, asked, group, invalid,
    source::{self, Choice, Stream},
};
use crate::{
    aws::{
        call::Call,
        fail::Fail,
        page::{self, Page, page},
        service::Reply,
    },
    rng,
    world::{Region, World, watch::LogGroup},
};

pub fn describe(call: &Call<'_>) -> Result<Reply, Fail> {
    let limit = page::limit(call, "limit", 1, 50, 50)?;
    let (prefix, part) = (call.text("logGroupNamePrefix"), call.text("logGroupNamePattern"));
    if prefix.is_some() && part.is_some() {
        return Err(invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."));
    }
    let only = call.texts("logGroupIdentifiers");
    let part = part.map(str::to_lowercase);
    let rows = call.look(|world, region| {
        let mut names: Vec<&LogGroup> = region.log_groups.iter().collect();
        names.sort_by(|a, b| a.name.cmp(&b.name));
        let wanted = |group: &&LogGroup| {
            let own = arn(world, region, &group.name);
            prefix.is_none_or(|prefix| group.name.starts_with(prefix))
                && part.as_ref().is_none_or(|part| group.name.to_lowercase().contains(part))
                && (only.is_empty() || only.iter().any(|one| *one == group.name || one.trim_end_matches(":*") == own))
        };
        let none = call.text("logGroupClass").is_some_and(|class| class != "STANDARD");
        names.into_iter().filter(|group| !none && wanted(group)).map(|group| told(world, region, group)).collect()
    })?;
    let Page { rows, next } = page(call, rows, name, limit, call.text("nextToken"))?;
    Ok(json!({ "logGroups": rows, "nextToken": next }).into())
}

fn name(row: &Value) -> String {
    row["logGroupName"].as_str().unwrap_or_default().to_owned()
}

fn told(world: &World, region: &Region, group: &LogGroup) -> Value {
    let arn = arn(world, region, &group.name);
    // so much a day, by the name; counted from when the oldest that is left came in
    let daily = 20_000_000 + rng::hash(world.seed, &group.name) % 400_000_000;
    let days = (world.now - source::oldest(group, world.now)).max(0) / crate::clock::DAY;
    json!({
        "logGroupName": group.name,
        "creationTime": group.created,
        "retentionInDays": group.retention_days,
        "metricFilterCount": 0,
        "arn": format!("{arn}:*"),
        "storedBytes": daily * days.cast_unsigned(),
        "kmsKeyId": (!group.kms_key.is_empty()).then_some(&group.kms_key),
        "logGroupClass": "STANDARD",
        "logGroupArn": arn,
        "deletionProtectionEnabled": false,
        "bearerTokenAuthenticationEnabled": false,
    })
}

/// As DescribeLogGroups, but by a pattern and in pages of a thousand.
pub fn list(call: &Call<'_>) -> Result<Reply, Fail> {
    let limit = page::limit(call, "limit", 1, 1000, 50)?;
    let pattern = call.text("logGroupNamePattern").map(pattern).transpose()?;
    let none = call.text("logGroupClass").is_some_and(|class| class != "STANDARD");
    let rows = call.look(|world, region| {
        let mut rows: Vec<Value> = region
            .log_groups
            .iter()
            .filter(|group| !none && pattern.as_ref().is_none_or(|pattern| pattern.is_match(&group.name)))
            .map(|group| {
                let arn = arn(world, region, &group.name);
                json!({ "logGroupName": group.name, "logGroupArn": arn, "logGroupClass": "STANDARD" })
            })
            .collect();
        rows.sort_by_key(name);
        rows
    })?;
    let Page { rows, next } = page(call, rows, name, limit, call.text("nextToken"))?;
    Ok(json!({ "logGroups": rows, "nextToken": next }).into())
}

/// Up to five pieces of 3 to 24 letters with `|` between them, each of which may begin with `^`.
fn pattern(text: &str) -> Result<Regex, Fail> {
    let fits = |piece: &str| {
        let bare = piece.strip_prefix('^').unwrap_or(piece);
        (3..=24).contains(&bare.len()) && bare.chars().all(|c| c.is_ascii_alphanumeric() || "._-/#".contains(c))
    };
    let pieces: Vec<&str> = text.split('|').collect();
    let regex = Regex::new(&text.replace('.', "\\."));
    match regex {
        Ok(regex) if pieces.len() <= 5 && pieces.iter().all(|piece| fits(piece)) => Ok(regex),
        _ => Err(invalid(format!(
            "1 validation error detected: Value '{text}' at 'logGroupNamePattern' failed to satisfy constraint: Member must \
             satisfy \
             regular expression pattern: (\\^?[\\.\\-_\\/#A-Za-z0-9]{{3,24}})(\\|\\^?[\\.\\-_\\/#A-Za-z0-9]{{3,24}}){{0,4}}"
        ))),
    }
}

pub fn tags(call: &Call<'_>) -> Result<Reply, Fail> {
    let arn = call.text("resourceArn").ok_or_else(|| invalid("resourceArn must be set."))?;
    let tags = call.look(|world, region| group(world, region, arn).map(|group| group.tags.clone()))??;
    let tags: Map<String, Value> = tags.0.into_iter().map(|(key, value)| (key, Value::String(value))).collect();
    Ok(json!({ "tags": tags }).into())
}

/// So many streams have the true time of their last event looked up to be sorted by; beyond that it must do whether they
/// still go on. AWS
/// itself promises no more than that the time is right within the hour.
const SORTED: usize = 1000;

pub fn streams(call: &Call<'_>) -> Result<Reply, Fail> {
    let limit = page::limit(call, "limit", 1, 50, 50)?;
    let by_time = match call.text("orderBy") {
        None | Some("LogStreamName") => false,
        Some("LastEventTime") => true,
        Some(other) => {
            let message = format!(
                "1 validation error detected: Value '{other}' at 'orderBy' failed to satisfy constraint: Member must \
                 satisfy enum value set: [LogStreamName, LastEventTime]"
            );
            return Err(Fail::bad(INVALID, message));
        }
    };
    let prefix = call.text("logStreamNamePrefix").map(str::to_owned);
    if by_time && prefix.is_some() {
        return Err(invalid("Cannot order by LastEventTime with a logStreamNamePrefix."));
    }
    let identifier = asked(call)?;
    let choice = Choice { names: vec![], prefixes: prefix.into_iter().collect() };
    let (mut rows, arn, oldest, now) = call.look(|world, region| {
        let group = group(world, region, &identifier)?;
        let rows = source::streams(world, region, group, &choice);
        Ok::<_, Fail>((rows, arn(world, region, &group.name), source::oldest(group, world.now), world.now))
    })??;
    if by_time {
        rows = sorted(rows, oldest, now);
    }
    if call.flag("descending") {
        rows.reverse();
    }
    let Page { rows, next } = page(call, rows, |stream| stream.name.clone(), limit, call.text("nextToken"))?;
    let rows: Vec<Value> = rows.iter().map(|stream| stream_told(stream, &arn, oldest, now, call.skew)).collect();
    Ok(json!({ "logStreams": rows, "nextToken": next }).into())
}

fn sorted(rows: Vec<Stream>, oldest: i64, now: i64) -> Vec<Stream> {
    let exact = rows.len() <= SORTED;
    let last = |stream: &Stream| {
        if exact {
            stream.ends(oldest, now).map_or(stream.from, |(_, last)| last.at)
        } else {
            stream.until.unwrap_or(now)
        }
    };
    let mut keyed: Vec<(i64, Stream)> = rows.into_iter().map(|stream| (last(&stream), stream)).collect();
    keyed.sort_by(|(a, one), (b, other)| a.cmp(b).then_with(|| one.name.cmp(&other.name)));
    keyed.into_iter().map(|(_, stream)| stream).collect()
}

fn stream_told(stream: &Stream, arn: &str, oldest: i64, now: i64, skew: i64) -> Value {
    let ends = stream.ends(oldest, now);
    json!({
        "logStreamName": stream.name,
        "creationTime": stream.courier.ingested(stream.from).min(now) + skew,
        "firstEventTimestamp": ends.map(|(first, _)| first),
        "lastEventTimestamp": ends.map(|(_, last)| last.at),
        "lastIngestionTime": ends.map(|(_, last)| last.ingested + skew),
        "uploadSequenceToken": "49039859639218600000000000000000000000000000000000000000",
        "arn": format!("{arn}:log-stream:{}", stream.name),
        // not told any more since 2019
        "storedBytes": 0,
    })
}
