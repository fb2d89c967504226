//! CloudWatch's metrics: what the world knows is recorded each minute, what it has no notion of (traffic, CPU) follows a daily curve. Alarms
//! are looked at right after.
mod alarms;

use std::f64::consts::TAU;

use super::{
    Region, World,
    balancer::{Balancer, TargetGroup},
    cluster as joined,
    health::{self, Health},
    watch::{LogGroup, Metric, Series, Source},
};
use crate::{
    clock::{DAY, HOUR, MINUTE, SECOND},
    lines,
    rng::Rng,
};

/// Minutes that are kept: a day.
const KEPT: usize = 1440;
/// What is there when the world begins.
const BEFORE: i64 = 3 * HOUR;
/// Hosts of a region that have metrics of their own.
const HOSTS: usize = 60;

fn metric(namespace: &str, name: &str, dimensions: &[(&str, &str)], unit: &'static str) -> Metric {
    Metric {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        dimensions: dimensions.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        unit,
    }
}

/// The part of an ARN that CloudWatch has as a dimension.
fn short(arn: &str) -> &str {
    let last = arn.rsplit(':').next().unwrap_or_default();
    last.strip_prefix("loadbalancer/").unwrap_or(last)
}

fn hosts(name: &str, group: &TargetGroup, balancer: &Balancer) -> Metric {
    let dimensions = [("LoadBalancer", short(&balancer.arn)), ("TargetGroup", short(&group.arn))];
    metric("AWS/NetworkELB", name, &dimensions, "Count")
}

#[must_use]
pub fn healthy(group: &TargetGroup, balancer: &Balancer) -> Metric {
    hosts("HealthyHostCount", group, balancer)
}

#[must_use]
pub fn unhealthy(group: &TargetGroup, balancer: &Balancer) -> Metric {
    hosts("UnHealthyHostCount", group, balancer)
}

#[must_use]
pub fn failed_nodes(cluster: &str) -> Metric {
    metric("ContainerInsights", "cluster_failed_node_count", &[("ClusterName", cluster)], "Count")
}

#[must_use]
pub fn restarts(cluster: &str, namespace: &str, workload: &str) -> Metric {
    let dimensions = [("ClusterName", cluster), ("Namespace", namespace), ("PodName", workload)];
    metric("ContainerInsights", "pod_number_of_container_restarts", &dimensions, "Count")
}

/// The share of failed requests, by a metric filter on the access log.
#[must_use]
pub fn errors() -> Metric {
    metric("Shop", "ErrorRate", &[], "Percent")
}

#[must_use]
pub fn incoming(log_group: &str) -> Metric {
    metric("AWS/Logs", "IncomingLogEvents", &[("LogGroupName", log_group)], "Count")
}

/// How much is going on at a time of the day, about 1; weekdays the same.
fn load(at: i64) -> f64 {
    let share = (at.rem_euclid(DAY)) as f64 / DAY as f64;
    1.0 + 0.45 * (TAU * (share - 0.35)).sin()
}

pub(super) fn backfill(world: &mut World) {
    let first = (world.now - BEFORE) / MINUTE * MINUTE;
    let last = world.now / MINUTE * MINUTE;
    for number in 0..world.regions.len() {
        let now = sample(world.seed, &world.regions[number], last, world.now);
        for (metric, calm) in now {
            let mut rng = Rng::of(world.seed, &format!("{}/{metric:?}", world.regions[number].name));
            let mut series = Series { first, values: std::collections::VecDeque::new() };
            let mut at = first;
            while at <= last {
                // counts of what is wrong were nil; what follows the day is bent back along its curve
                let value = if calm == 0.0 { 0.0 } else { calm * load(at) / load(last) * (0.95 + 0.1 * rng.share()) };
                series.values.push_back(if metric.unit == "Count" { value.round() } else { value });
                at += MINUTE;
            }
            world.regions[number].metrics.insert(metric, series);
        }
    }
}

pub(super) fn minute(world: &mut World) {
    let at = world.now / MINUTE * MINUTE - MINUTE;
    for number in 0..world.regions.len() {
        let values = sample(world.seed, &world.regions[number], at, world.now);
        let region = &mut world.regions[number];
        for (metric, value) in values {
            let series = region
                .metrics
                .entry(metric)
                .or_insert_with(|| Series { first: at, values: std::collections::VecDeque::new() });
            // what was not there for a while said nothing meanwhile
            while series.first + series.values.len() as i64 * MINUTE < at {
                series.values.push_back(0.0);
            }
            series.values.push_back(value);
            while series.values.len() > KEPT {
                series.values.pop_front();
                series.first += MINUTE;
            }
        }
        // what has not spoken for a day is gone
        region.metrics.retain(|_, series| series.first + (series.values.len() + KEPT) as i64 * MINUTE > at);
        region.vpn_minute(world.seed, at);
        alarms::look(region, world.now);
        heal(region, world.now);
    }
}

/// A zone is whole again when there is capacity and nothing in it is impaired.
fn heal(region: &mut Region, now: i64) {
    let sick: Vec<usize> =
        region.instances.iter().filter(|i| i.impaired_since.is_some() && region_counts(i)).map(|i| i.zone).collect();
    region.broken.retain(|broken| now < broken.capacity_from || sick.contains(&broken.zone));
}

const fn region_counts(instance: &super::host::Instance) -> bool {
    !matches!(instance.state, super::host::State::ShuttingDown | super::host::State::Terminated)
}

/// What is so `now`, as the minute `at` has it.
fn sample(seed: u64, region: &Region, at: i64, now: i64) -> Vec<(Metric, f64)> {
    let mut all = vec![];
    let mut rng = Rng::of(seed, &format!("{}/metrics/{at}", region.name));
    let ready = entry(region, now, &mut all);
    let failing = insights(region, at, &mut all);
    let wanted = ready.0 + ready.1;
    let share = if wanted == 0 { 100.0 } else { 100.0 * ready.1 as f64 / wanted as f64 };
    // what is not ready takes some requests with it until it is out of service
    let rate = 0.2 + 0.1 * rng.share() + share * 0.35 + failing * 4.0;
    all.push((errors(), rate.min(100.0)));
    let requests = 42_000.0 * load(at) * (0.95 + 0.1 * rng.share());
    all.push((metric("Shop", "Requests", &[], "Count"), requests.round()));
    all.push((metric("Shop", "LatencyP99", &[], "Milliseconds"), 140.0 + 60.0 * rng.share() + share * 9.0));
    if let Some(balancer) = region.balancers.first() {
        let of = |name, unit| metric("AWS/NetworkELB", name, &[("LoadBalancer", short(&balancer.arn))], unit);
        all.push((of("ActiveFlowCount", "Count"), (requests / 21.0).round()));
        all.push((of("NewFlowCount", "Count"), (requests / 6.0).round()));
        all.push((of("ProcessedBytes", "Bytes"), requests * 18_500.0));
    }
    for nat in &region.nats {
        let of = |name, unit| metric("AWS/NATGateway", name, &[("NatGatewayId", &nat.id)], unit);
        all.push((of("BytesOutToDestination", "Bytes"), 2_000_000.0 * load(at) * (0.8 + 0.4 * rng.share())));
        all.push((of("ErrorPortAllocation", "Count"), 0.0));
    }
    logs(seed, region, at, &mut all);
    machines(region, at, &mut rng, &mut all);
    all
}

/// Healthy and unhealthy targets of the load balancer.
fn entry(region: &Region, now: i64, all: &mut Vec<(Metric, f64)>) -> (usize, usize) {
    let mut sum = (0, 0);
    for group in &region.target_groups {
        let Some(balancer) = region.balancers.iter().find(|b| b.arn == group.balancer) else { continue };
        let targets = health::targets(region, group, now);
        let count = |which: fn(Health) -> bool| targets.iter().filter(|target| which(target.health)).count();
        let (good, bad) = (count(|health| health == Health::Healthy), count(Health::is_bad));
        all.push((healthy(group, balancer), good as f64));
        all.push((unhealthy(group, balancer), bad as f64));
        sum = (sum.0 + good, sum.1 + bad);
    }
    sum
}

/// What Container Insights tells of the cluster; returns the share of the shop's pods that are not ready.
fn insights(region: &Region, at: i64, all: &mut Vec<(Metric, f64)>) -> f64 {
    let name = region.eks.name.as_str();
    let census = joined::census(&region.kube, at);
    let of = |metric_name| metric("ContainerInsights", metric_name, &[("ClusterName", name)], "Count");
    all.push((of("cluster_node_count"), census.nodes as f64));
    all.push((failed_nodes(name), census.failed_nodes as f64));
    all.push((of("cluster_number_of_running_pods"), census.running as f64));
    for workload in &census.workloads {
        let dimensions = [("ClusterName", name), ("Namespace", &workload.namespace), ("PodName", &workload.name)];
        let of = |metric_name, unit| metric("ContainerInsights", metric_name, &dimensions, unit);
        all.push((restarts(name, &workload.namespace, &workload.name), f64::from(workload.restarts_last_minute)));
        all.push((of("pod_cpu_utilization", "Percent"), workload.cpu_percent));
        all.push((of("pod_memory_utilization", "Percent"), workload.memory_percent));
        let service = [("ClusterName", name), ("Namespace", &*workload.namespace), ("Service", &*workload.name)];
        all.push((
            metric("ContainerInsights", "service_number_of_running_pods", &service, "Count"),
            workload.running as f64,
        ));
    }
    census.not_ready_share
}

fn logs(seed: u64, region: &Region, at: i64, all: &mut Vec<(Metric, f64)>) {
    for group in &region.log_groups {
        let events = match group.source {
            Source::Containers(namespace) => spoken(seed, region, group, namespace),
            Source::Hosts => region.instances.len() as f64 * 2.0,
            Source::ControlPlane => 420.0 * load(at),
            Source::FlowLog => 900.0 * load(at),
            Source::VpnConnections => 0.0,
        };
        all.push((incoming(&group.name), events.round()));
        all.push((metric("AWS/Logs", "IncomingBytes", &[("LogGroupName", &group.name)], "Bytes"), events * 610.0));
    }
}

/// How many lines the containers of a group say in a minute, from how fast each of them talks.
fn spoken(seed: u64, region: &Region, _group: &LogGroup, namespace: &str) -> f64 {
    let mut sum = 0.0;
    joined::each_speaking(&region.kube, |pod| {
        let system = pod.namespace == "kube-system";
        if system == (namespace == "kube-system") {
            sum += lines::rate(&lines::Voice { seed, region: &region.name, ..pod });
        }
    });
    sum * (MINUTE / SECOND) as f64
}

fn machines(region: &Region, at: i64, rng: &mut Rng, all: &mut Vec<(Metric, f64)>) {
    for instance in region.instances.iter().filter(|i| i.state == super::host::State::Running).take(HOSTS) {
        let of = |name, unit| metric("AWS/EC2", name, &[("InstanceId", &instance.id)], unit);
        all.push((of("StatusCheckFailed", "Count"), f64::from(u8::from(instance.impaired_since.is_some()))));
        let cpu = if instance.nodegroup.is_some() { 34.0 } else { 3.0 };
        all.push((
            of("CPUUtilization", "Percent"),
            if instance.healthy() { cpu * load(at) * (0.9 + 0.2 * rng.share()) } else { 0.0 },
        ));
    }
}

impl Region {
    /// Whether a container of this region floods its log group, so that its readers share what is left of the quota.
    #[must_use]
    pub fn flooded(&self) -> bool {
        joined::floods(&self.kube)
    }

    /// What VPN clients sent in a minute.
    fn vpn_minute(&mut self, seed: u64, at: i64) {
        let mut rng = Rng::of(seed, &format!("{}/vpn/{at}", self.name));
        for connection in self.vpn.connections.iter_mut().filter(|c| c.ended.is_none()) {
            connection.bytes_in += rng.below(60_000);
            connection.bytes_out += rng.below(900_000);
        }
    }
}
