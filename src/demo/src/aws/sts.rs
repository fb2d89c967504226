//! STS: who asks.
use serde_json::json;

use super::{
    call::{Call, ROLE, ROLE_ID, SESSION},
    fail::{self, Fail},
    service::{Operation, Reply, Service},
    wire::{Wire, time},
};
use crate::clock::{HOUR, SECOND};

pub const SERVICE: Service = Service {
    name: "sts",
    wire: Wire::Query,
    namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
    bad_token: ("ValidationError", "The token {} is not valid"),
    operations: &[Operation::new("sts:GetCallerIdentity", identity), Operation::new("sts:AssumeRole", assume)],
};

fn identity(call: &Call<'_>) -> Result<Reply, Fail> {
    let account = call.look(|world, _| world.account.clone())?;
    Ok(json!({ "Arn": call.user, "UserId": format!("{ROLE_ID}:{SESSION}"), "Account": account }).into())
}

/// Whatever role is asked for is given, with the keys that one has already.
fn assume(call: &Call<'_>) -> Result<Reply, Fail> {
    let role = call.text("RoleArn").ok_or_else(|| fail::missing(call, "roleArn"))?;
    let session = call.text("RoleSessionName").ok_or_else(|| fail::missing(call, "roleSessionName"))?;
    let [_, _, _, _, account, name] = role.split(':').collect::<Vec<_>>()[..] else {
        return Err(Fail::bad("ValidationError", format!("{role} is invalid")));
    };
    let name = name.strip_prefix("role/").unwrap_or(ROLE).rsplit('/').next().unwrap_or(ROLE);
    let lasts = call.number("DurationSeconds")?.unwrap_or(HOUR / SECOND);
    if !(900..=43_200).contains(&lasts) {
        let message = format!("The requested DurationSeconds {lasts} is not between 900 and 43200");
        return Err(Fail::bad("ValidationError", message));
    }
    let now = call.look(|world, _| world.now)?;
    let keys = &call.estate.keys;
    Ok(json!({
        "AssumedRoleUser": {
            "AssumedRoleId": format!("{ROLE_ID}:{session}"),
            "Arn": format!("arn:aws:sts::{account}:assumed-role/{name}/{session}"),
        },
        "Credentials": {
            "AccessKeyId": keys.access,
            "SecretAccessKey": keys.secret,
            "SessionToken": keys.session,
            "Expiration": time(now + lasts * SECOND),
        },
    })
    .into())
}
