//! The health of a load balancer's targets. It is not kept anywhere: it follows from the pods behind the Kubernetes service, and from how
//! long they have been as they are.
use std::{collections::HashMap, net::Ipv4Addr};

use super::{
    Region,
    balancer::TargetGroup,
    cluster::{self, Endpoint},
};
use crate::{clock::SECOND, kube::Pod};

/// So long a pod must be ready before two checks have found it so.
const HEALTHY_AFTER: i64 = 10 * SECOND;
/// So long it must not be ready before two checks have failed.
const UNHEALTHY_AFTER: i64 = 20 * SECOND;
/// How long the connections of a target that is taken away may go on: its group's `deregistration_delay`.
const DRAINING: i64 = 30 * SECOND;
/// So long a new target is being registered before it is checked at all.
const REGISTRATION: i64 = 4 * SECOND;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    Registering,
    /// New, and not yet checked often enough.
    Checking,
    Healthy,
    /// It answers its checks, and says that it is not well.
    Failing,
    /// It does not answer at all.
    Silent,
    Draining,
}

impl Health {
    /// As `UnHealthyHostCount` counts: what is new or drained is neither healthy nor unhealthy.
    #[must_use]
    pub const fn is_bad(self) -> bool {
        matches!(self, Self::Failing | Self::Silent)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub ip: Ipv4Addr,
    pub zone: String,
    pub health: Health,
}

/// The targets of a group, as its load balancer sees them.
#[must_use]
pub fn targets(region: &Region, group: &TargetGroup, now: i64) -> Vec<Target> {
    let pods: HashMap<Ipv4Addr, &Pod> =
        region.kube.store().pods(Some(&group.namespace)).filter_map(|pod| Some((pod.ip?, pod.as_ref()))).collect();
    let seen = cluster::endpoints(&region.kube, &group.namespace, &group.service).into_iter();
    seen.filter_map(|of| {
        let pod = pods.get(&of.ip).copied();
        let silent = region.kube.host(&of.node).and_then(|host| host.silent);
        let seen = Seen { of: &of, leaving: pod.and_then(leaving), created: pod.map(|pod| pod.created), silent };
        let health = judged(&seen, now)?;
        Some(Target { ip: of.ip, zone: of.zone, health })
    })
    .collect()
}

/// Since when a pod is on its way out.
fn leaving(pod: &Pod) -> Option<i64> {
    pod.deletion.map(|deletion| deletion.at - deletion.grace * SECOND)
}

/// What there is to judge a pod by.
struct Seen<'a> {
    of: &'a Endpoint,
    /// Since when it is on its way out.
    leaving: Option<i64>,
    created: Option<i64>,
    /// Since when its node is silent, which the load balancer finds out before the cluster does.
    silent: Option<i64>,
}

/// What the load balancer thinks of a pod; nothing, once it has forgotten it. It finds things out by its own checks, so it is always a
/// little late.
fn judged(seen: &Seen<'_>, now: i64) -> Option<Health> {
    let (of, lasts) = (seen.of, now - seen.of.since);
    if let Some(since) = seen.leaving {
        return (now - since < DRAINING).then_some(Health::Draining);
    }
    if let Some(since) = seen.silent {
        return Some(if now - since < UNHEALTHY_AFTER { Health::Healthy } else { Health::Silent });
    }
    // what is not ready from its beginning was never found healthy
    let served = seen.created.is_some_and(|created| of.since > created + SECOND);
    Some(match (of.ready, lasts) {
        (true, ..REGISTRATION) => Health::Registering,
        (true, REGISTRATION..HEALTHY_AFTER) => Health::Checking,
        (true, _) => Health::Healthy,
        (false, ..UNHEALTHY_AFTER) if served => Health::Healthy,
        (false, ..UNHEALTHY_AFTER) => Health::Checking,
        (false, _) => Health::Failing,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn health(ready: bool, seconds: i64, silent: Option<i64>, leaving: Option<i64>) -> Option<Health> {
        let (ip, zone, node) = (Ipv4Addr::new(10, 0, 0, 1), "us-east-1a".to_owned(), "n".to_owned());
        let of = Endpoint { ip, port: 8080, zone, node, ready, since: 0, lost: silent.is_some() };
        judged(&Seen { of: &of, leaving, created: None, silent }, seconds * SECOND)
    }

    #[test]
    fn a_pod_is_healthy_some_checks_after_it_is_ready_and_unhealthy_some_after_it_is_not() {
        assert_eq!(health(true, 1, None, None), Some(Health::Registering));
        assert_eq!(health(true, 6, None, None), Some(Health::Checking));
        assert_eq!(health(true, 10, None, None), Some(Health::Healthy));
        assert_eq!(health(false, 19, None, None), Some(Health::Checking));
        assert_eq!(health(false, 20, None, None), Some(Health::Failing));
    }

    #[test]
    fn a_pod_on_a_silent_node_is_healthy_until_the_checks_have_timed_out_though_the_cluster_calls_it_ready() {
        assert_eq!(health(true, 119, Some(100 * SECOND), None), Some(Health::Healthy));
        assert_eq!(health(true, 120, Some(100 * SECOND), None), Some(Health::Silent));
    }

    #[test]
    fn a_pod_that_ends_is_drained_and_then_forgotten() {
        assert_eq!(health(false, 29, None, Some(0)), Some(Health::Draining));
        assert_eq!(health(false, 30, None, Some(0)), None);
    }
}
