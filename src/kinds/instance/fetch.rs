//! Asks EC2 for instances; and beside it their checks, SSM's view of them, and the age of their images.
use std::collections::{BTreeSet, HashMap};

use aws_sdk_ec2::types::{self, Filter, SummaryStatus};

use super::Instance;
use crate::{
    clients::{
        Clients, Fetch, Sink,
        aws::{
            Ask, Caller,
            describe::{self, Style},
            field::{self, seconds, tag, text},
        },
    },
    error::Result,
    kinds::{Scope, rows::Step},
};

const ASK: Ask = Ask::new("list instances", "ec2:DescribeInstances");
const STATUS: Ask = Ask::new("list instance status", "ec2:DescribeInstanceStatus");
const IMAGES: Ask = Ask::new("list images", "ec2:DescribeImages");
const SSM: Ask = Ask::new("list SSM agents", "ssm:DescribeInstanceInformation");
/// As many as a filter takes.
const IMAGES_AT_ONCE: usize = 200;

type ById<T> = HashMap<Box<str>, T>;

/// What the calls beside the main one know; kept, so that a refreshed row does not lose it for the moment until they answer.
#[derive(Clone, Debug, Default)]
struct Vitals {
    status: ById<Box<str>>,
    ssm: ById<Box<str>>,
}

/// When images were made; `None` for those that are gone.
#[derive(Clone, Debug, Default)]
struct Images(ById<Option<i64>>);

impl Fetch for Instance {
    async fn list(clients: &Clients, scope: &Scope, sink: &Sink<Self>) -> Result<()> {
        let caller = clients.aws.at(scope).await;
        let before = caller.recall::<Vitals>().map(|v| (*v).clone()).unwrap_or_default();
        let known = caller.recall::<Images>().map(|i| (*i).clone()).unwrap_or_default();
        let (rows, status, ssm) =
            tokio::join!(instances(&caller, sink, &before, &known), statuses(&caller), agents(&caller));
        let mut rows = rows?;
        let mut vitals = before;
        match status {
            Ok(status) => vitals.status = status,
            Err(error) => sink.partial(error).await,
        }
        match ssm {
            Ok(ssm) => vitals.ssm = ssm,
            Err(error) => sink.partial(error).await,
        }
        let made = match images(&caller, &rows, known.clone()).await {
            Ok(made) => made,
            Err(error) => {
                sink.partial(error).await;
                known
            }
        };
        rows.iter_mut().for_each(|row| complete(row, &vitals, &made));
        caller.remember(vitals);
        caller.remember(made);
        sink.send(Step::whole(rows)).await;
        Ok(())
    }

    async fn describe(clients: &Clients, scope: &Scope, id: &str) -> Result<serde_json::Value> {
        let caller = clients.aws.at(scope).await;
        let told = caller.ask(ASK, caller.ec2().describe_instances().instance_ids(id).send()).await?;
        let found = told.reservations().iter().flat_map(types::Reservation::instances).next();
        let found = found.ok_or_else(|| field::gone("instance", id, caller.region()))?;
        let words = [
            types::InstanceType::values(),
            types::ArchitectureValues::values(),
            types::HypervisorType::values(),
            types::InstanceLifecycleType::values(),
            types::PlatformValues::values(),
        ];
        Ok(describe::json(found, Style::Upper, &words))
    }
}

async fn instances(caller: &Caller, sink: &Sink<Instance>, before: &Vitals, known: &Images) -> Result<Vec<Instance>> {
    let mut pages = caller.pages(ASK);
    let estate = caller.vpcs().await?;
    let mut all = vec![];
    let ask = |token| caller.ec2().describe_instances().max_results(1000).set_next_token(token).send();
    while let Some(page) = pages.next(ask, |page| page.next_token()).await? {
        let owned = page.reservations().iter().flat_map(|r| r.instances().iter().map(|i| (i, r.owner_id())));
        let mut rows: Vec<Instance> = owned.filter_map(|(raw, owner)| instance(raw, owner, &caller.tags().role)).collect();
        rows.retain(|row| estate.holds(&row.vpc));
        rows.iter_mut().for_each(|row| complete(row, before, known));
        sink.send(Step::Page(rows.clone())).await;
        all.append(&mut rows);
    }
    Ok(all)
}

async fn statuses(caller: &Caller) -> Result<ById<Box<str>>> {
    let mut pages = caller.pages(STATUS);
    let mut all = HashMap::new();
    let ask = |token| caller.ec2().describe_instance_status().max_results(1000).set_next_token(token).send();
    while let Some(page) = pages.next(ask, |page| page.next_token()).await? {
        let told = page.instance_statuses().iter();
        all.extend(told.filter_map(|raw| Some((raw.instance_id()?.into(), status(raw)))));
    }
    Ok(all)
}

async fn agents(caller: &Caller) -> Result<ById<Box<str>>> {
    let mut pages = caller.pages(SSM);
    let mut all = HashMap::new();
    let ask = |token| caller.ssm().describe_instance_information().max_results(50).set_next_token(token).send();
    while let Some(page) = pages.next(ask, |page| page.next_token()).await? {
        let told = page.instance_information_list().iter();
        all.extend(told.filter_map(|raw| Some((raw.instance_id()?.into(), raw.ping_status()?.as_str().into()))));
    }
    Ok(all)
}

/// An image's age does not change, so each image is asked for once. By a filter: an id that is gone would be an error.
async fn images(caller: &Caller, rows: &[Instance], mut known: Images) -> Result<Images> {
    let used = rows.iter().map(|row| &*row.image).filter(|id| !id.is_empty() && !known.0.contains_key(*id));
    let new: Vec<String> = used.map(str::to_owned).collect::<BTreeSet<_>>().into_iter().collect();
    for some in new.chunks(IMAGES_AT_ONCE) {
        let these = Filter::builder().name("image-id").set_values(Some(some.to_vec())).build();
        let asked = caller.ec2().describe_images().filters(these).include_deprecated(true).include_disabled(true);
        let told = caller.ask(IMAGES, asked.send()).await?;
        known.0.extend(some.iter().map(|id| (id.as_str().into(), None)));
        let found = told.images().iter().filter_map(|raw| Some((raw.image_id()?.into(), made(raw))));
        known.0.extend(found);
    }
    Ok(known)
}

fn made(raw: &types::Image) -> Option<i64> {
    raw.creation_date()?.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_second)
}

fn instance(raw: &types::Instance, owner: Option<&str>, role: &str) -> Option<Instance> {
    let tags = raw.tags();
    let cluster = ["eks:cluster-name", "aws:eks:cluster-name"].map(|key| tag(tags, key)).into_iter().find(|c| !c.is_empty());
    // clusters that were not made by EKS's node groups are known by this tag alone
    let owned = || tags.iter().find_map(|t| t.key()?.strip_prefix("kubernetes.io/cluster/"));
    Some(Instance {
        id: raw.instance_id()?.into(),
        name: tag(tags, "Name").into(),
        role: tag(tags, role).into(),
        state: text(raw.state().and_then(types::InstanceState::name).map(types::InstanceStateName::as_str)),
        shape: text(raw.instance_type().map(types::InstanceType::as_str)),
        zone: text(raw.placement().and_then(types::Placement::availability_zone)),
        private_ip: text(raw.private_ip_address()),
        public_ip: text(raw.public_ip_address()),
        image: text(raw.image_id()),
        launched: seconds(raw.launch_time()),
        vpc: text(raw.vpc_id()),
        subnet: text(raw.subnet_id()),
        asg: tag(tags, "aws:autoscaling:groupName").into(),
        cluster: cluster.or_else(owned).unwrap_or_default().into(),
        nodegroup: tag(tags, "eks:nodegroup-name").into(),
        groups: raw.security_groups().iter().filter_map(|g| g.group_id().map(Into::into)).collect(),
        owner: text(owner),
        ..Instance::default()
    })
}

fn complete(row: &mut Instance, vitals: &Vitals, images: &Images) {
    row.status = vitals.status.get(&row.id).filter(|_| &*row.state == "running").cloned().unwrap_or_default();
    row.ssm = vitals.ssm.get(&row.id).cloned().unwrap_or_default();
    row.image_made = images.0.get(&row.image).copied().flatten();
}

/// The worse of what AWS says of the host and of the instance.
fn status(raw: &types::InstanceStatus) -> Box<str> {
    let all = [raw.system_status(), raw.instance_status()].map(|s| s.and_then(types::InstanceStatusSummary::status));
    let ebs = raw.attached_ebs_status().and_then(types::EbsStatusSummary::status).map(SummaryStatus::as_str);
    let all = [all[0].map(SummaryStatus::as_str), all[1].map(SummaryStatus::as_str), ebs];
    let worst = ["impaired", "insufficient-data", "initializing", "ok"].into_iter().find(|word| all.contains(&Some(word)));
    worst.unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::{InstanceStatus, InstanceStatusSummary, Tag};

    use super::*;

    fn checks(system: SummaryStatus, instance: SummaryStatus) -> InstanceStatus {
        let of = |status| InstanceStatusSummary::builder().status(status).build();
        InstanceStatus::builder().instance_id("i-1").system_status(of(system)).instance_status(of(instance)).build()
    }

    #[test]
    fn the_worse_of_two_checks_is_shown() {
        assert_eq!(&*status(&checks(SummaryStatus::Ok, SummaryStatus::Ok)), "ok");
        assert_eq!(&*status(&checks(SummaryStatus::Ok, SummaryStatus::Impaired)), "impaired");
        assert_eq!(&*status(&checks(SummaryStatus::Impaired, SummaryStatus::Initializing)), "impaired");
        assert_eq!(&*status(&checks(SummaryStatus::Ok, SummaryStatus::Initializing)), "initializing");
    }

    #[test]
    fn a_node_knows_its_cluster_its_group_and_its_role_by_tags() {
        let tag = |k: &str, v: &str| Tag::builder().key(k).value(v).build();
        let raw = types::Instance::builder()
            .instance_id("i-1")
            .tags(tag("eks:cluster-name", "app"))
            .tags(tag("eks:nodegroup-name", "blue"))
            .tags(tag("aws:autoscaling:groupName", "eks-blue-1"))
            .tags(tag("quarterdeck:role", "node"))
            .build();
        let row = instance(&raw, Some("1"), "quarterdeck:role").unwrap();
        assert_eq!([&*row.cluster, &*row.nodegroup, &*row.asg, &*row.role], ["app", "blue", "eks-blue-1", "node"]);
        let karpenter = types::Instance::builder().instance_id("i-2").tags(tag("kubernetes.io/cluster/app", "owned")).build();
        assert_eq!(&*instance(&karpenter, None, "quarterdeck:role").unwrap().cluster, "app");
    }

    #[test]
    fn what_is_known_of_an_instance_is_put_into_its_row() {
        let mut row = Instance { id: "i-1".into(), state: "running".into(), image: "ami-1".into(), ..Instance::default() };
        let vitals = Vitals {
            status: HashMap::from([("i-1".into(), "ok".into())]),
            ssm: HashMap::from([("i-1".into(), "Online".into())]),
        };
        complete(&mut row, &vitals, &Images(HashMap::from([("ami-1".into(), Some(5))])));
        assert_eq!((&*row.status, &*row.ssm, row.image_made), ("ok", "Online", Some(5)));
        row.image = "ami-gone".into();
        row.state = "stopped".into();
        complete(&mut row, &vitals, &Images(HashMap::from([("ami-gone".into(), None)])));
        assert_eq!((&*row.status, row.image_made), ("", None), "checks of before the stop say nothing");
    }

    #[test]
    fn an_image_says_when_it_was_made() {
        let image = |date| types::Image::builder().creation_date(date).build();
        assert_eq!(made(&image("2023-11-14T22:13:20.000Z")), Some(1_700_000_000));
        assert_eq!(made(&image("once")), None);
    }
}
