//! Switching instances off, on, and away for ever. What that means is the world's affair.
use serde_json::{Value, json};

use super::{
    super::{call::Call, fail::Fail, service::Reply},
    instance::{state, wanted},
    listing::dry_run,
};
use crate::world::{
    World,
    life::{Change, Refusal},
};

type Deed = fn(&mut World, usize, &str) -> Result<Change, Refusal>;

pub fn stop(call: &Call<'_>) -> Result<Reply, Fail> {
    Ok(told(each(call, "stopped", World::stop)?))
}

pub fn start(call: &Call<'_>) -> Result<Reply, Fail> {
    Ok(told(each(call, "started", World::start)?))
}

pub fn terminate(call: &Call<'_>) -> Result<Reply, Fail> {
    Ok(told(each(call, "terminated", World::terminate)?))
}

pub fn reboot(call: &Call<'_>) -> Result<Reply, Fail> {
    each(call, "rebooted", World::reboot)?;
    Ok(json!({ "return": true }).into())
}

fn told(changes: Vec<Change>) -> Reply {
    let row = |change: Change| {
        json!({
            "instanceId": change.id,
            "currentState": state(change.after),
            "previousState": state(change.before),
        })
    };
    json!({ "instancesSet": changes.into_iter().map(row).collect::<Value>() }).into()
}

fn each(call: &Call<'_>, done: &str, deed: Deed) -> Result<Vec<Change>, Fail> {
    let ids = wanted(call)?;
    dry_run(call)?;
    call.change(|world| {
        let region = world.regions.iter().position(|region| region.name == call.region).unwrap_or_default();
        ids.iter().map(|id| deed(world, region, id).map_err(|refusal| refused(id, done, &refusal))).collect()
    })
}

fn refused(id: &str, done: &str, refusal: &Refusal) -> Fail {
    match refusal {
        Refusal::NotFound => Fail::bad("InvalidInstanceID.NotFound", format!("The instance ID '{id}' does not exist")),
        Refusal::State(state) => {
            let word = state.told().1;
            let message = format!("The instance '{id}' is not in a state from which it can be {done} (it is {word}).");
            Fail::bad("IncorrectInstanceState", message)
        }
    }
}
