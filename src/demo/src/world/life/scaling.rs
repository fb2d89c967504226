//! Auto Scaling groups: they launch what is missing, terminate what is too much, and replace what fails its checks.
use super::{
    super::{
        World,
        host::{Activity, Instance, ScalingGroup, State},
    },
    Draft, Due, Step, address, draft, role,
};
use crate::{
    clock::{self, MINUTE, SECOND},
    rng::Rng,
};

/// So many activities a group remembers.
const REMEMBERED: usize = 50;

impl World {
    /// Sets what a group wants; `None` leaves a number as it is. Whether there is such a group.
    pub fn resize(
        &mut self,
        region: usize,
        group: &str,
        min: Option<u32>,
        max: Option<u32>,
        desired: Option<u32>,
    ) -> bool {
        let Some(found) = self.regions[region].scaling.iter_mut().find(|g| g.name == group) else { return false };
        found.min = min.unwrap_or(found.min);
        found.max = max.unwrap_or(found.max).max(found.min);
        found.desired = desired.unwrap_or(found.desired).clamp(found.min, found.max);
        self.plan(self.now + 3 * SECOND, Due::Scaling { region, group: group.to_owned() });
        true
    }

    /// Terminates an instance of a group, by its wish or by somebody's; with `shrink` the group then wants one less.
    ///
    /// # Errors
    /// As `terminate`.
    pub fn discard(&mut self, region: usize, id: &str, shrink: bool, cause: &str) -> Result<Activity, super::Refusal> {
        let group = self.regions[region].instance(id).and_then(|i| i.asg.clone());
        self.terminate(region, id)?;
        let now = self.now;
        let activity = Activity {
            id: self.chance("activity").uuid(),
            description: format!("Terminating EC2 instance: {id}"),
            cause: format!("At {} {cause}", clock::seconds(now)),
            started: now,
            ended: Some(now + 20 * SECOND),
            status: "Successful",
            message: String::new(),
        };
        if let Some(found) = self.regions[region].scaling.iter_mut().find(|g| Some(&g.name) == group.as_ref()) {
            if shrink {
                found.desired = found.desired.saturating_sub(1).max(found.min);
            }
            remember(found, activity.clone());
        }
        Ok(activity)
    }

    pub(super) fn scale(&mut self, region: usize, name: &str) {
        let Some(group) = self.regions[region].group(name).cloned() else { return };
        let members: Vec<Instance> = self.regions[region].members(name).cloned().collect();
        if self.replaces_the_unhealthy(region) {
            for instance in members.iter().filter(|i| unhealthy(i)) {
                let cause = "an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped.";
                // it was found a moment ago
                let _gone = self.discard(region, &instance.id, false, cause);
            }
        }
        let count = u32::try_from(self.regions[region].members(name).count()).unwrap_or(u32::MAX);
        if count < group.desired {
            for _ in count..group.desired {
                self.launch(region, &group);
            }
        } else {
            let spare = (count - group.desired) as usize;
            // the oldest image first, which is the oldest instance
            let mut oldest: Vec<(i64, String)> =
                self.regions[region].members(name).map(|i| (i.launched, i.id.clone())).collect();
            oldest.sort();
            for (_, id) in oldest.into_iter().take(spare) {
                let _gone = self.discard(region, &id, false, "an instance was taken out of service in response to a difference between desired and actual capacity.");
            }
        }
    }

    /// While a zone is broken its hosts fail their checks at once; the estate's groups have that replacement suspended then, so that they
    /// do not launch into a zone without capacity again and again.
    fn replaces_the_unhealthy(&self, region: usize) -> bool {
        self.regions[region].broken.is_empty()
    }

    fn launch(&mut self, region: usize, group: &ScalingGroup) {
        let now = self.now;
        let mut rng = self.chance(&format!("launch/{}", group.name));
        let zone = group.zones[0];
        let lacking = self.regions[region].broken.iter().any(|b| b.zone == zone && now < b.capacity_from);
        let activity = Activity {
            id: rng.uuid(),
            description: "Launching a new EC2 instance".to_owned(),
            cause: format!(
                "At {} an instance was started in response to a difference between desired and actual capacity.",
                clock::seconds(now)
            ),
            started: now,
            ended: Some(now + if lacking { SECOND } else { 30 * SECOND }),
            status: if lacking { "Failed" } else { "Successful" },
            message: if lacking {
                format!(
                    "We currently do not have sufficient capacity in the Availability Zone you requested ({}). Our system will be working on \
                     provisioning additional capacity. Launching EC2 instance failed.",
                    self.regions[region].zones[zone].name,
                )
            } else {
                String::new()
            },
        };
        if lacking {
            self.plan(now + MINUTE, Due::Scaling { region, group: group.name.clone() });
            self.note(region, &group.name, activity);
            return;
        }
        let instance = self.new_instance(region, group, &mut rng);
        let id = instance.id.clone();
        self.note(
            region,
            &group.name,
            Activity { description: format!("Launching a new EC2 instance: {id}"), ..activity },
        );
        self.regions[region].instances.push(instance);
        self.soon(region, &id, Step::Running, 9 * SECOND);
    }

    fn new_instance(&self, region: usize, group: &ScalingGroup, rng: &mut Rng) -> Instance {
        let place = &self.regions[region];
        let role = role(group);
        // the emptiest of its subnets; the first of those
        let members = |id: &String| place.members(&group.name).filter(|i| i.subnet == *id).count();
        let emptiest = group.subnets.iter().min_by_key(|id| members(id));
        let subnet = place.subnets.iter().find(|s| Some(&s.id) == emptiest).unwrap_or(&place.subnets[0]);
        let taken = |number: &u32| {
            place
                .instances
                .iter()
                .any(|i| i.private_ip == address(subnet, role, *number) && i.state != State::Terminated)
        };
        let number = (0..super::NODE_ADDRESSES).find(|number| !taken(number)).unwrap_or(0);
        let ami = place
            .amis
            .iter()
            .filter(|a| a.tags.value(super::super::tag::ROLE) == Some(role.name()))
            .max_by_key(|a| a.created);
        let security_group = place.groups.iter().find(|g| g.name == role.name());
        let mut instance = draft(Draft {
            id: format!("i-0{}", rng.hex(16)),
            group,
            zone_name: &place.zones[subnet.zone].name,
            subnet,
            address: address(subnet, role, number),
            ami: ami.map(|a| a.id.clone()).unwrap_or_default(),
            security_group: security_group.map(|g| g.id.clone()).unwrap_or_default(),
            account: &self.account,
            now: self.now,
            rng,
        });
        if let Some(launch) = group.launch.clone() {
            (instance.ami, instance.groups) = (launch.ami, launch.groups);
            (instance.shape, instance.profile) = (launch.shape, launch.profile);
        }
        instance
    }

    fn note(&mut self, region: usize, group: &str, activity: Activity) {
        if let Some(group) = self.regions[region].scaling.iter_mut().find(|g| g.name == group) {
            remember(group, activity);
        }
    }
}

fn remember(group: &mut ScalingGroup, activity: Activity) {
    group.activities.insert(0, activity);
    group.activities.truncate(REMEMBERED);
}

const fn unhealthy(instance: &Instance) -> bool {
    instance.impaired_since.is_some() || matches!(instance.state, State::Stopped)
}
