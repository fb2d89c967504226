//! Log groups and alarms.
use std::collections::VecDeque;

use super::{ESTATE, Site, founded, network::tags};
use crate::{
    clock::{DAY, HOUR},
    world::{
        apps,
        balancer::{Balancer, TargetGroup},
        metrics,
        watch::{Alarm, AlarmState, Comparison, LogGroup, Metric, Source, Watched},
    },
};

pub fn log_groups(site: &Site<'_>) -> Vec<LogGroup> {
    let insights = format!("/aws/containerinsights/{}", site.cluster());
    let group = |name: String, days: Option<u32>, source: Source| LogGroup {
        created: founded(site.now) + 4 * HOUR,
        retention_days: days,
        kms_key: site.arn("kms", &format!("key/{}", site.rng("kms").uuid())),
        source,
        tags: tags(&name),
        name,
    };
    vec![
        group(format!("{insights}/application"), Some(30), Source::Containers("")),
        group(format!("{insights}/dataplane"), Some(14), Source::Containers("kube-system")),
        group(format!("{insights}/host"), Some(14), Source::Hosts),
        group(format!("/aws/eks/{}/cluster", site.cluster()), Some(90), Source::ControlPlane),
        group(format!("/{ESTATE}/flow"), Some(14), Source::FlowLog),
        group(format!("/{ESTATE}/client-vpn"), Some(365), Source::VpnConnections),
    ]
}

pub fn alarms(site: &Site<'_>, balancers: &[Balancer], groups: &[TargetGroup]) -> Vec<Alarm> {
    let cluster = site.cluster();
    let mut all: Vec<Alarm> = vec![];
    for group in groups {
        let metric = metrics::unhealthy(group, &balancers[0]);
        all.push(alarm(
            site,
            &format!("{}-unhealthy", group.name),
            "Targets fail their health checks",
            watched(metric, "Maximum", 1.0, 2),
        ));
    }
    all.push(alarm(
        site,
        "nodes-failed",
        "Nodes are not ready",
        watched(metrics::failed_nodes(&cluster), "Maximum", 1.0, 2),
    ));
    for program in &apps::PROGRAMS[..6] {
        let metric = metrics::restarts(&cluster, apps::NAMESPACE, program.name);
        let text = format!("Containers of {} restart again and again", program.name);
        // a container that falls over is started again later and later: it restarts in few of the minutes
        let again = Watched::Metric {
            metric,
            statistic: "Sum",
            comparison: Comparison::AtLeast,
            threshold: 1.0,
            periods: 5,
            datapoints: 2,
        };
        all.push(alarm(site, &format!("{}-restarts", program.name), &text, again));
    }
    all.push(alarm(
        site,
        "errors-5xx",
        "More than 2 % of the requests fail",
        watched(metrics::errors(), "Average", 2.0, 2),
    ));
    let group = format!("/aws/containerinsights/{cluster}/application");
    all.push(alarm(
        site,
        "log-flood",
        "A log group takes in far more than usual",
        watched(metrics::incoming(&group), "Sum", 20_000.0, 2),
    ));
    let below = ["web-https-unhealthy", "web-http-unhealthy", "errors-5xx"]
        .map(|name| full(site, &name.replace("web-", &format!("{ESTATE}-web-"))));
    all.push(alarm(site, "customer-impact", "Customers notice", Watched::Composite(below.into())));
    all
}

fn full(site: &Site<'_>, name: &str) -> String {
    if name.starts_with(ESTATE) { format!("{name}-{}", site.name) } else { format!("{ESTATE}-{name}-{}", site.name) }
}

fn watched(metric: Metric, statistic: &'static str, threshold: f64, periods: u32) -> Watched {
    Watched::Metric { metric, statistic, comparison: Comparison::AtLeast, threshold, periods, datapoints: periods }
}

fn alarm(site: &Site<'_>, name: &str, description: &str, what: Watched) -> Alarm {
    let name = full(site, name);
    let since = site.now - site.rng(&name).between(2 * DAY, 40 * DAY);
    Alarm {
        arn: site.arn("cloudwatch", &format!("alarm:{name}")),
        description: description.to_owned(),
        what,
        state: AlarmState::Ok,
        reason: "Threshold Crossed: no datapoints were breaching.".to_owned(),
        since,
        configured: founded(site.now) + 5 * HOUR,
        actions: vec![site.arn("sns", &format!("{ESTATE}-pages"))],
        history: VecDeque::from([(
            since,
            AlarmState::Insufficient,
            AlarmState::Ok,
            "Unchecked: Initial alarm creation".to_owned(),
        )]),
        tags: tags(&name),
        name,
    }
}
