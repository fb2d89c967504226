//! That listings are read to their end, and that nothing is asked for twice: the requests themselves are counted.
use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};

use super::{
    fake::Fake,
    lab::{Run, Said, told, var, word},
    rules::{Rules, post},
};

/// The lab's pages: this many rows of EC2, and one of whatever it holds two of. The others page by AWS's own size.
const PAGE: usize = 40;
const PAGE_OF_LOGS: usize = 50;

/// Requests by operation: those that went on from an earlier page, and all.
type Counts = BTreeMap<String, (usize, usize)>;

fn counted(kind: &str, region: &str) -> (Said, Counts) {
    let rules = Rules::new(&format!("PAGES{kind}{region}").replace('-', ""));
    // a delay that nobody notices: only what is counted
    let further = "NextToken || nextToken || Marker";
    rules.add(&[json!({"body": further, "latency": 1}), json!({"latency": 1})]);
    let said = rules.list(kind, &[region]).said();
    let mut counts = Counts::new();
    for (n, further) in [(0, true), (1, false)] {
        for request in rules.requests(n) {
            // EKS has its token in the address
            let further = further || request["path"].as_str().is_some_and(|path| path.contains("nextToken="));
            let count = counts.entry(word(&request["operation"])).or_default();
            count.0 += usize::from(further);
            count.1 += 1;
        }
    }
    (said, counts)
}

fn pages(rows: usize, page: usize) -> usize {
    rows.div_ceil(page).max(1)
}

/// Each operation that a listing takes, and how many requests of it there must be; 0: it depends on what is not told.
fn reads(kind: &str, region: &str, expected: &[(&str, usize)]) -> Counts {
    let (said, counts) = counted(kind, region);
    assert_eq!(said.code, 0, "{said:?}");
    let ids: Vec<String> = told(kind, region).into_keys().collect();
    assert_eq!(said.ids(region), ids);
    let names: Vec<&str> = counts.keys().map(String::as_str).collect();
    let mut wanted: Vec<&str> = expected.iter().map(|(name, _)| *name).collect();
    wanted.sort_unstable();
    assert_eq!(names, wanted, "{counts:?}");
    for (operation, calls) in expected.iter().filter(|(_, calls)| *calls > 0) {
        assert_eq!(counts[*operation].1, *calls, "{operation}: {counts:?}");
    }
    println!("{kind} in {region}: {counts:?}");
    counts
}

/// As [`reads`], where there must be more than one page of `operation`.
fn reads_on(kind: &str, operation: &str, pages: usize, expected: &[(&str, usize)]) -> Counts {
    assert!(pages > 1, "the lab has but one page of {kind}");
    let counts = reads(kind, "us-east-1", expected);
    assert_eq!(counts[operation].0, pages - 1, "{operation}, with a token: {counts:?}");
    counts
}

fn many(kind: &str) -> usize {
    told(kind, "us-east-1").len()
}

#[test]
fn vpcs_are_read_to_their_last_page() {
    let all = pages(many("vpc"), PAGE);
    reads_on("vpc", "DescribeVpcs", all, &[("DescribeVpcs", all)]);
}

#[test]
fn subnets_and_their_route_tables_are_read_to_their_last_page() {
    let all = pages(many("subnet"), PAGE);
    // each VPC has its main table
    assert!(many("vpc") > PAGE);
    let expected = [("DescribeSubnets", all), ("DescribeRouteTables", 0)];
    let counts = reads_on("subnet", "DescribeSubnets", all, &expected);
    assert!(counts["DescribeRouteTables"].0 > 0, "{counts:?}");
}

#[test]
fn instances_with_their_checks_and_agents_are_read_to_their_last_page() {
    let rows = told("instance", "us-east-1");
    let with = |field: &str, is: fn(&Value) -> bool| rows.values().filter(|row| is(&row[field])).count();
    let (running, agents) = (with("state", |state| state == "running"), with("ssm", Value::is_string));
    let all = pages(rows.len(), PAGE);
    let expected = [
        ("DescribeInstances", all),
        ("DescribeInstanceStatus", pages(running, PAGE)),
        ("DescribeInstanceInformation", pages(agents, PAGE)),
        ("DescribeImages", 1),
    ];
    reads_on("instance", "DescribeInstances", all, &expected);
    assert!(pages(running, PAGE) > 1, "the checks have more than a page too");
}

#[test]
fn security_groups_are_read_to_their_last_page() {
    let all = pages(many("security-group"), PAGE);
    reads_on("security-group", "DescribeSecurityGroups", all, &[("DescribeSecurityGroups", all)]);
}

#[test]
fn log_groups_are_read_to_their_last_page() {
    let all = pages(many("log-group"), PAGE_OF_LOGS);
    reads_on("log-group", "DescribeLogGroups", all, &[("DescribeLogGroups", all)]);
}

#[test]
fn auto_scaling_groups_are_read_to_their_last_page() {
    let all = many("asg");
    reads_on("asg", "DescribeAutoScalingGroups", all, &[("DescribeAutoScalingGroups", all)]);
}

#[test]
fn clusters_are_named_page_by_page_and_described_once_each() {
    let all = many("cluster");
    reads_on("cluster", "ListClusters", all, &[("ListClusters", all), ("DescribeCluster", all)]);
}

#[test]
fn nodegroups_are_named_page_by_page_and_described_once_each() {
    let clusters = told("cluster", "us-east-1");
    let of = |cluster: &String| many_of("nodegroup", cluster).max(1);
    let lists: usize = clusters.keys().map(of).sum();
    let all = many("nodegroup");
    assert!(lists > clusters.len(), "no cluster has two node groups");
    let expected = [("ListClusters", clusters.len()), ("ListNodegroups", lists), ("DescribeNodegroup", all)];
    reads_on("nodegroup", "ListClusters", clusters.len(), &expected);
}

fn many_of(kind: &str, cluster: &str) -> usize {
    told(kind, "us-east-1").values().filter(|row| row["cluster"] == cluster).count()
}

/// A region with nothing in it until this puts more than a page of each there.
fn many_balancers_and_groups(region: &str) {
    let ask = |service: &str, asked: &str| {
        let place = (service, region);
        post(&var("MOTO_URL"), &var("AWS_ACCESS_KEY_ID"), place, asked, Duration::from_secs(30)).expect("moto answers")
    };
    let told = ask("ec2", "Action=DescribeSubnets&Version=2016-11-15");
    let subnet = told.split("<subnetId>").nth(1).and_then(|rest| rest.split('<').next()).expect("there is a subnet");
    let elb = |asked: &str| ask("elasticloadbalancing", &format!("{asked}&Version=2015-12-01"));
    for n in 0..3 {
        // moto takes a name twice, and goes from page to page by name: round and round
        if elb(&format!("Action=DescribeLoadBalancers&Names.member.1=paged-{n}")).contains("<LoadBalancerArn>") {
            continue;
        }
        elb(&format!("Action=CreateLoadBalancer&Name=paged-{n}&Type=network&Subnets.member.1={subnet}"));
    }
    for n in 0..=PAGE {
        elb(&format!("Action=CreateTargetGroup&Name=paged-{n}&TargetType=lambda"));
    }
}

/// The estate has less than a page of these, so that more are made where nobody looks.
#[test]
fn load_balancers_and_target_groups_are_read_to_their_last_page() {
    let region = "sa-east-1";
    many_balancers_and_groups(region);
    let (said, counts) = counted("load-balancer", region);
    assert_eq!((said.code, said.ids(region).len()), (0, 3), "{said:?}");
    assert_eq!(counts, Counts::from([("DescribeLoadBalancers".to_owned(), (2, 3))]));
    let (said, counts) = counted("target-group", region);
    assert_eq!((said.code, said.ids(region).len()), (0, PAGE + 1), "{said:?}");
    let health = ("DescribeTargetHealth".to_owned(), (0, PAGE + 1));
    assert_eq!(counts, Counts::from([("DescribeTargetGroups".to_owned(), (1, 2)), health]));
    println!("{} target groups with their health: {:?}", PAGE + 1, said.took);
}

#[test]
fn each_target_group_is_asked_for_its_health_once() {
    let groups = many("target-group");
    reads("target-group", "us-east-1", &[("DescribeTargetGroups", 1), ("DescribeTargetHealth", groups)]);
}

/// An EC2 whose pages name the next by this table.
fn leading(next: &'static [(&'static str, &'static str)]) -> Fake {
    Fake::new(move |request| {
        let here = request.split("NextToken=").nth(1).map_or("", |rest| rest.split('&').next().unwrap_or_default());
        let next = next.iter().find(|(from, _)| *from == here).map_or("", |(_, to)| to);
        let vpc = format!("<vpcSet><item><vpcId>vpc-{here}</vpcId></item></vpcSet>");
        (200, format!("<DescribeVpcsResponse>{vpc}<nextToken>{next}</nextToken></DescribeVpcsResponse>"))
    })
}

#[test]
fn pages_that_lead_in_a_circle_are_an_error_and_no_list() {
    for (next, calls) in [(&[("", "a"), ("a", "a")][..], 2), (&[("", "a"), ("a", "b"), ("b", "a")][..], 3)] {
        let ec2 = leading(next);
        let said = Run::list("vpc", &["us-east-1"]).env("AWS_ENDPOINT_URL", &ec2.url).said();
        assert_eq!((said.code, said.rows().len()), (1, 0), "{said:?}");
        assert!(word(&said.error()["why"]).contains("the list does not end"), "{said:?}");
        assert_eq!(ec2.asked().len(), calls, "it is not asked round and round");
    }
    let ec2 = leading(&[("", "a"), ("a", "b")]);
    let said = Run::list("vpc", &["us-east-1"]).env("AWS_ENDPOINT_URL", &ec2.url).said();
    assert_eq!((said.code, said.rows().len()), (0, 3), "the same server with an end: {said:?}");
}
