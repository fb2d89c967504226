//! EKS: the cluster of a region and what belongs to it.
mod addon;
mod cluster;
mod insight;
mod nodegroup;
mod update;
mod version;

use serde_json::{Map, Value};

use super::{
    call::Call,
    fail::Fail,
    page::{self, Page, page},
    service::{Operation, Service},
    wire::Wire,
};
use crate::world::{Region, World, tag::Tags};

pub const SERVICE: Service = Service {
    name: "eks",
    wire: Wire::RestJson,
    namespace: "",
    bad_token: ("InvalidParameterException", "The specified nextToken is invalid: {}"),
    operations: &[
        Operation::at("eks:ListClusters", "GET /clusters", cluster::list),
        Operation::at("eks:DescribeCluster", "GET /clusters/{name}", cluster::describe),
        Operation::at("eks:ListNodegroups", "GET /clusters/{name}/node-groups", nodegroup::list),
        Operation::at("eks:DescribeNodegroup", "GET /clusters/{name}/node-groups/{nodegroupName}", nodegroup::describe),
        Operation::at(
            "eks:UpdateNodegroupConfig",
            "POST /clusters/{name}/node-groups/{nodegroupName}/update-config",
            nodegroup::configure,
        ),
        Operation::at("eks:ListUpdates", "GET /clusters/{name}/updates", update::list),
        Operation::at("eks:DescribeUpdate", "GET /clusters/{name}/updates/{updateId}", update::describe),
        Operation::at("eks:ListAddons", "GET /clusters/{name}/addons", addon::list),
        Operation::at("eks:DescribeAddon", "GET /clusters/{name}/addons/{addonName}", addon::describe),
        Operation::at("eks:ListAccessEntries", "GET /clusters/{name}/access-entries", cluster::access_entries),
        Operation::at(
            "eks:DescribeAccessEntry",
            "GET /clusters/{name}/access-entries/{principalArn}",
            cluster::access_entry,
        ),
        Operation::at(
            "eks:ListAssociatedAccessPolicies",
            "GET /clusters/{name}/access-entries/{principalArn}/access-policies",
            cluster::access_policies,
        ),
        Operation::at("eks:ListInsights", "POST /clusters/{name}/insights", insight::list),
        Operation::at("eks:DescribeInsight", "GET /clusters/{name}/insights/{id}", insight::describe),
        Operation::at("eks:DescribeClusterVersions", "GET /cluster-versions", version::describe),
        Operation::at(
            "eks:ListPodIdentityAssociations",
            "GET /clusters/{name}/pod-identity-associations",
            cluster::pod_identities,
        ),
        Operation::at("eks:ListFargateProfiles", "GET /clusters/{name}/fargate-profiles", cluster::fargate_profiles),
    ],
};

const NOT_FOUND: &str = "ResourceNotFoundException";

fn not_found(message: String, fields: &[(&'static str, &str)]) -> Fail {
    fields.iter().fold(Fail::new(404, NOT_FOUND, message), |fail, (name, value)| fail.with(name, *value))
}

/// The cluster that the path names, if the region has it.
fn with_cluster<T>(call: &Call<'_>, at: impl FnOnce(&World, &Region) -> Result<T, Fail>) -> Result<T, Fail> {
    let name = call.text("name").unwrap_or_default();
    call.look(|world, region| {
        if region.eks.name != name {
            return Err(not_found(format!("No cluster found for name: {name}."), &[("clusterName", name)]));
        }
        at(world, region)
    })?
}

/// A page of names or the like.
fn names(call: &Call<'_>, all: Vec<String>) -> Result<Page<String>, Fail> {
    let limit = page::limit(call, "maxResults", 1, 100, 100)?;
    page(call, all, Clone::clone, limit, call.text("nextToken"))
}

fn tags(tags: &Tags) -> Map<String, Value> {
    tags.0.iter().map(|(key, value)| (key.clone(), Value::from(value.as_str()))).collect()
}

fn invalid(message: impl Into<String>) -> Fail {
    Fail::bad("InvalidParameterException", message)
}
