//! Starting, stopping, rebooting and terminating, and the steps that an instance then goes through.
use super::{
    super::{
        World, cluster,
        host::{Check, Instance, State},
    },
    Due, Step, node_spec,
};
use crate::clock::{HOUR, MINUTE, SECOND};

/// An instance's state before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub id: String,
    pub before: State,
    pub after: State,
}

/// Why an instance cannot be stopped, started or the like, in EC2's terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    NotFound,
    /// `IncorrectInstanceState`.
    State(State),
}

impl World {
    /// Takes an instance in that was just asked for: it comes up as all do.
    pub fn run(&mut self, region: usize, instance: Instance) {
        let id = instance.id.clone();
        self.regions[region].instances.push(instance);
        self.soon(region, &id, Step::Running, 9 * SECOND);
    }

    /// # Errors
    /// If there is no such instance, or it cannot be stopped in its state.
    pub fn stop(&mut self, region: usize, id: &str) -> Result<Change, Refusal> {
        self.power(region, id, State::Stopping, |state| {
            matches!(state, State::Running | State::Stopping | State::Stopped)
        })
    }

    /// # Errors
    /// If there is no such instance, or it cannot be started in its state.
    pub fn start(&mut self, region: usize, id: &str) -> Result<Change, Refusal> {
        self.power(region, id, State::Pending, |state| {
            matches!(state, State::Stopped | State::Running | State::Pending)
        })
    }

    /// # Errors
    /// If there is no such instance.
    pub fn terminate(&mut self, region: usize, id: &str) -> Result<Change, Refusal> {
        self.power(region, id, State::ShuttingDown, |_| true)
    }

    /// # Errors
    /// If there is no such instance, or it does not run.
    pub fn reboot(&mut self, region: usize, id: &str) -> Result<Change, Refusal> {
        let now = self.now;
        let state = self.known(region, id)?.state;
        if state != State::Running {
            return Err(Refusal::State(state));
        }
        self.with_node(region, id, |kube, node, _| cluster::lose(kube, node, now));
        self.soon(region, id, Step::Rebooted, 45 * SECOND);
        Ok(Change { id: id.to_owned(), before: state, after: state })
    }

    fn known(&self, region: usize, id: &str) -> Result<&Instance, Refusal> {
        self.regions[region].instance(id).ok_or(Refusal::NotFound)
    }

    fn power(&mut self, region: usize, id: &str, to: State, may: fn(State) -> bool) -> Result<Change, Refusal> {
        let before = self.known(region, id)?.state;
        if !may(before) {
            return Err(Refusal::State(before));
        }
        let (step, after, reason) = match to {
            State::Stopping => (
                Step::Stopped,
                25 * SECOND,
                Some(("Client.UserInitiatedShutdown", "Client.UserInitiatedShutdown: User initiated shutdown")),
            ),
            State::Pending => (Step::Running, 9 * SECOND, None),
            _ => (
                Step::Terminated,
                20 * SECOND,
                Some(("Client.UserInitiatedShutdown", "Client.UserInitiatedShutdown: User initiated shutdown")),
            ),
        };
        // what is there already, or on its way, stays as it is
        let there = matches!(
            (to, before),
            (State::Stopping, State::Stopping | State::Stopped)
                | (State::Pending, State::Running | State::Pending)
                | (State::ShuttingDown, State::ShuttingDown | State::Terminated)
        );
        if there {
            return Ok(Change { id: id.to_owned(), before, after: before });
        }
        let now = self.now;
        if let Some(instance) = self.regions[region].instance_mut(id) {
            (instance.state, instance.since, instance.reason) = (to, now, reason);
        }
        if to != State::Pending {
            self.with_node(region, id, |kube, node, _| cluster::lose(kube, node, now));
            self.look_at_group_of(region, id, 8 * SECOND);
        }
        self.soon(region, id, step, after);
        Ok(Change { id: id.to_owned(), before, after: to })
    }

    pub(in crate::world) fn soon(&mut self, region: usize, id: &str, step: Step, after: i64) {
        self.plan(self.now + after, Due::Host { region, id: id.to_owned(), step });
    }

    pub(super) fn look_at_group_of(&mut self, region: usize, id: &str, after: i64) {
        if let Some(group) = self.regions[region].instance(id).and_then(|i| i.asg.clone()) {
            self.plan(self.now + after, Due::Scaling { region, group });
        }
    }

    /// Tells the cluster of something that befell a node; hosts that are none are no matter to it.
    pub(in crate::world) fn with_node(
        &mut self,
        region: usize,
        id: &str,
        tell: impl FnOnce(&mut crate::kube::Cluster, &str, &Instance),
    ) {
        let region = &mut self.regions[region];
        let Some(instance) = region.instances.iter().find(|i| i.id == id && i.nodegroup.is_some()) else { return };
        tell(&mut region.kube, &instance.private_dns(&region.name), instance);
    }

    pub(super) fn step(&mut self, region: usize, id: &str, step: Step) {
        let now = self.now;
        let Some(instance) = self.regions[region].instance_mut(id) else { return };
        match step {
            Step::Running if instance.state == State::Pending => {
                (instance.state, instance.since, instance.reason) = (State::Running, now, None);
                (instance.system, instance.reachability) = (Check::Initializing, Check::Initializing);
                instance.impaired_since = None;
                self.soon(region, id, Step::Speaking, 60 * SECOND);
                self.soon(region, id, Step::ChecksPassed, 2 * MINUTE);
            }
            Step::Speaking if instance.state == State::Running => {
                instance.agent = Some(now);
                self.node_up(region, id);
            }
            Step::ChecksPassed if instance.state == State::Running => {
                (instance.system, instance.reachability) = (Check::Ok, Check::Ok);
            }
            Step::Rebooted if instance.healthy() => self.node_up(region, id),
            Step::Impaired if instance.state == State::Running => {
                (instance.system, instance.reachability) = (Check::Impaired, Check::Impaired);
                instance.impaired_since = Some(now);
                self.look_at_group_of(region, id, 3 * MINUTE);
            }
            Step::Stopped if instance.state == State::Stopping => {
                (instance.state, instance.since) = (State::Stopped, now);
                self.look_at_group_of(region, id, 40 * SECOND);
            }
            Step::Terminated if instance.state == State::ShuttingDown => {
                (instance.state, instance.since) = (State::Terminated, now);
                self.with_node(region, id, |kube, node, _| cluster::remove(kube, node, now));
                self.soon(region, id, Step::Forgotten, HOUR);
            }
            Step::Forgotten => self.regions[region].instances.retain(|i| i.id != id),
            _ => {}
        }
    }

    fn node_up(&mut self, region: usize, id: &str) {
        let now = self.now;
        let place = &mut self.regions[region];
        let Some(instance) = place.instances.iter().find(|i| i.id == id && i.nodegroup.is_some()) else { return };
        let mut spec = node_spec(instance, &place.name, &place.zones, &place.subnets);
        if cluster::has_node(&place.kube, &spec.name) {
            cluster::recover(&mut place.kube, &spec.name, now);
        } else {
            spec.joined = now;
            cluster::join(&mut place.kube, spec, now);
        }
    }
}
