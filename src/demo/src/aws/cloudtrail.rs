//! CloudTrail: who did what.
use serde_json::{Value, json};

use super::{
    call::Call,
    fail::Fail,
    pace,
    page::{Page, page},
    service::{Operation, Reply, Service},
    wire::{Wire, time},
};
use crate::{
    clock::{self, DAY},
    rng::Rng,
    world::record::TrailEvent,
};

pub const SERVICE: Service = Service {
    name: "cloudtrail",
    wire: Wire::Json11,
    namespace: "",
    bad_token: ("InvalidNextTokenException", "Invalid Next token"),
    operations: &[
        Operation::new("cloudtrail:LookupEvents", lookup),
        Operation::new("cloudtrail:DescribeTrails", trails),
    ],
};

/// Calls of an account in a region within a second; no quota can raise it.
const A_SECOND: usize = 2;
const MOST: i64 = 50;
const KEPT: i64 = 90 * DAY;

fn lookup(call: &Call<'_>) -> Result<Reply, Fail> {
    pace::admit(call, |count| count < A_SECOND)?;
    let limit = match call.number("MaxResults")? {
        None => 50,
        Some(count @ 1..=MOST) => usize::try_from(count).unwrap_or(50),
        Some(_) => {
            return Err(Fail::bad("InvalidMaxResultsException", "MaxResults must be between 1 and 50."));
        }
    };
    let wish = wish(call)?;
    let (from, to) = (call.moment("StartTime"), call.moment("EndTime"));
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        return Err(Fail::bad("InvalidTimeRangeException", "StartTime must not be after EndTime."));
    }
    if call.text("EventCategory").is_some() {
        // none was ever found to be unusual
        return Ok(json!({ "Events": [] }).into());
    }
    let rows = call.look(|world, region| {
        let (from, to) = (from.unwrap_or(i64::MIN).max(world.now - KEPT), to.unwrap_or(i64::MAX));
        let there = region.trail.iter().filter(|event| event.visible <= world.now && (from..=to).contains(&event.at));
        let wanted = there.filter(|event| wish.as_ref().is_none_or(|wish| wish.is(world.seed, event)));
        let mut rows: Vec<(i64, Value)> =
            wanted.map(|event| (event.at, told(event, world.seed, &world.account, &region.name))).collect();
        rows.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        rows
    })?;
    let key = |(_, row): &(i64, Value)| row["EventId"].as_str().unwrap_or_default().to_owned();
    let Page { rows, next } = page(call, rows, key, limit, call.text("NextToken"))?;
    let rows: Vec<Value> = rows.into_iter().map(|(_, row)| row).collect();
    Ok(json!({ "Events": rows, "NextToken": next }).into())
}

/// What an event must be like; AWS takes a single attribute.
struct Wish {
    key: String,
    value: String,
}

fn wish(call: &Call<'_>) -> Result<Option<Wish>, Fail> {
    let invalid = |why: &str| Fail::bad("InvalidLookupAttributesException", why.to_owned());
    let all = call.objects("LookupAttributes");
    let given = match all.as_slice() {
        [] => return Ok(None),
        [one] => one,
        _ => return Err(invalid("You cannot use more than one lookup attribute.")),
    };
    let text = |name: &str| given.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (key, value) = (text("AttributeKey"), text("AttributeValue"));
    let known =
        ["EventId", "EventName", "ReadOnly", "Username", "ResourceType", "ResourceName", "EventSource", "AccessKeyId"];
    if !known.contains(&key.as_str()) || value.is_empty() {
        return Err(invalid("A lookup attribute must have a known key and a value."));
    }
    Ok(Some(Wish { key, value }))
}

impl Wish {
    fn is(&self, seed: u64, event: &TrailEvent) -> bool {
        let value = self.value.as_str();
        match self.key.as_str() {
            "EventId" => event.id == value,
            "EventName" => event.name == value,
            "ReadOnly" => event.read_only.to_string() == value,
            "Username" => event.user == value,
            "EventSource" => event.source == value,
            "AccessKeyId" => access_key(seed, event) == value,
            "ResourceType" => event.resources.iter().any(|(kind, _)| kind == value),
            _ => event.resources.iter().any(|(_, name)| name == value),
        }
    }
}

/// Each session of a role has a key of its own.
fn access_key(seed: u64, event: &TrailEvent) -> String {
    format!("ASIA{}", Rng::of(seed, &event.arn).letters(16, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
}

fn told(event: &TrailEvent, seed: u64, account: &str, region: &str) -> Value {
    let resources = event.resources.iter().map(|(kind, name)| json!({ "ResourceType": kind, "ResourceName": name }));
    json!({
        "EventId": event.id,
        "EventName": event.name,
        "ReadOnly": event.read_only.to_string(),
        "AccessKeyId": access_key(seed, event),
        "EventTime": time(event.at / 1000 * 1000),
        "EventSource": event.source,
        "Username": event.user,
        "Resources": resources.collect::<Vec<_>>(),
        "CloudTrailEvent": whole(event, seed, account, region).to_string(),
    })
}

/// The event as CloudTrail writes it into its files.
fn whole(event: &TrailEvent, seed: u64, account: &str, region: &str) -> Value {
    let mut rng = Rng::of(seed, &event.id);
    let role = event.arn.split('/').nth(1).unwrap_or_default();
    let role_id = format!("AROA{}", Rng::of(seed, role).letters(17, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"));
    let person = event.user.contains('.');
    let agent =
        if person { "aws-cli/2.31.2 md/awscrt#0.27.6 ua/2.1 os/linux" } else { "Boto3/1.40.4 md/Botocore#1.40.4" };
    let mut whole = json!({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": format!("{role_id}:{}", event.user),
            "arn": event.arn,
            "accountId": account,
            "accessKeyId": access_key(seed, event),
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": role_id,
                    "arn": format!("arn:aws:iam::{account}:role/{role}"),
                    "accountId": account,
                    "userName": role,
                },
                "attributes": {
                    "creationDate": clock::seconds(event.at - rng.between(60_000, 2_400_000)),
                    "mfaAuthenticated": if person { "true" } else { "false" },
                },
            },
        },
        "eventTime": clock::seconds(event.at),
        "eventSource": event.source,
        "eventName": event.name,
        "awsRegion": region,
        "sourceIPAddress": event.ip,
        "userAgent": agent,
        "requestParameters": event.request,
        "responseElements": event.response,
        "requestID": rng.uuid(),
        "eventID": event.id,
        "readOnly": event.read_only,
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": account,
        "eventCategory": "Management",
    });
    if let Some(error) = &event.error {
        let (code, message) = error.split_once(": ").unwrap_or((error, ""));
        whole["errorCode"] = Value::from(code);
        whole["errorMessage"] = Value::from(message);
    }
    whole
}

/// The account has no trail: what LookupEvents tells is the event history that every account has.
fn trails(call: &Call<'_>) -> Result<Reply, Fail> {
    call.look(|_, _| json!({ "trailList": [] }).into())
}
