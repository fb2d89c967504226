//! Taking rules of security groups away: by their ids, or by what they say.
use serde_json::{Value, json};

use super::{
    super::{
        call::Call,
        fail::{self, Fail},
        service::Reply,
    },
    listing::dry_run,
};
use crate::world::network::{Peer, Rule};

pub fn ingress(call: &Call<'_>) -> Result<Reply, Fail> {
    revoke(call, false)
}

pub fn egress(call: &Call<'_>) -> Result<Reply, Fail> {
    revoke(call, true)
}

fn revoke(call: &Call<'_>, outward: bool) -> Result<Reply, Fail> {
    let id = call.text("GroupId").ok_or_else(|| fail::missing(call, "groupId"))?;
    let ids = call.texts("SecurityGroupRuleId");
    let said: Vec<Said> = call.objects("IpPermissions").into_iter().flat_map(said).collect();
    if ids.is_empty() && said.is_empty() {
        return Err(fail::missing(call, "ipPermissions"));
    }
    dry_run(call)?;
    call.change(|world| {
        let groups = world.region_mut(call.region).map(|region| &mut region.groups);
        let group = groups.into_iter().flatten().find(|group| group.id == id);
        let group = group
            .ok_or_else(|| Fail::bad("InvalidGroup.NotFound", format!("The security group '{id}' does not exist")))?;
        let rules = if outward { &mut group.egress } else { &mut group.ingress };
        if let Some(unknown) = ids.iter().find(|id| rules.iter().all(|rule| rule.id != **id)) {
            let message = format!("The security group rule ID '{unknown}' does not exist");
            return Err(Fail::bad("InvalidSecurityGroupRuleId.NotFound", message));
        }
        if said.iter().any(|said| !rules.iter().any(|rule| said.means(rule))) {
            let message = "The specified rule does not exist in this security group.";
            return Err(Fail::bad("InvalidPermission.NotFound", message));
        }
        let meant = |rule: &Rule| ids.contains(&rule.id) || said.iter().any(|said| said.means(rule));
        let gone: Vec<Value> = rules.iter().filter(|rule| meant(rule)).map(|rule| row(rule, id, outward)).collect();
        rules.retain(|rule| !meant(rule));
        Ok(json!({ "return": true, "revokedSecurityGroupRuleSet": gone }).into())
    })
}

/// A rule as a permission says it.
struct Said {
    protocol: String,
    ports: Option<(u16, u16)>,
    peer: Peer,
}

impl Said {
    fn means(&self, rule: &Rule) -> bool {
        (self.protocol.as_str(), self.ports, &self.peer) == (rule.protocol, rule.ports, &rule.peer)
    }
}

/// One for each block and each group of a permission.
fn said(permission: &Value) -> Vec<Said> {
    let text = |at: &Value, name: &str| at.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let port = |name: &str| text(permission, name).parse::<u16>().ok();
    let (protocol, ports) = (text(permission, "IpProtocol"), port("FromPort").zip(port("ToPort")));
    let list = |name: &str| permission.get(name).and_then(Value::as_array).into_iter().flatten();
    let blocks = list("IpRanges").map(|one| Peer::Block(text(one, "CidrIp")));
    let groups = list("Groups").map(|one| Peer::Group(text(one, "GroupId")));
    blocks.chain(groups).map(|peer| Said { protocol: protocol.clone(), ports, peer }).collect()
}

fn row(rule: &Rule, group: &str, outward: bool) -> Value {
    let (block, peer) = match &rule.peer {
        Peer::Block(block) => (Some(block), None),
        Peer::Group(id) => (None, Some(id)),
    };
    json!({
        "securityGroupRuleId": rule.id,
        "groupId": group,
        "isEgress": outward,
        "ipProtocol": rule.protocol,
        "fromPort": rule.ports.map_or(-1, |(from, _)| i32::from(from)),
        "toPort": rule.ports.map_or(-1, |(_, to)| i32::from(to)),
        "cidrIpv4": block,
        "referencedGroupId": peer,
        "description": rule.description,
    })
}
