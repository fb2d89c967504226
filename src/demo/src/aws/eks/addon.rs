//! Add-ons.
use serde_json::json;

use super::{names, not_found, with_cluster};
use crate::{
    aws::{call::Call, fail::Fail, page::Page, service::Reply, wire::time},
    rng,
};

pub fn list(call: &Call<'_>) -> Result<Reply, Fail> {
    let all = with_cluster(call, |_, region| {
        let mut all: Vec<String> = region.eks.addons.iter().map(|addon| addon.name.clone()).collect();
        all.sort();
        Ok(all)
    })?;
    let Page { rows, next } = names(call, all)?;
    Ok(json!({ "addons": rows, "nextToken": next }).into())
}

pub fn describe(call: &Call<'_>) -> Result<Reply, Fail> {
    let name = call.text("addonName").unwrap_or_default();
    with_cluster(call, |world, region| {
        let cluster = &region.eks;
        let addon = cluster.addons.iter().find(|addon| addon.name == name).ok_or_else(|| {
            let fields = [("clusterName", cluster.name.as_str()), ("addonName", name)];
            not_found(format!("No addon: {name} found in cluster: {}", cluster.name), &fields)
        })?;
        let id = rng::Rng::of(world.seed, &format!("{}/addon/{name}", cluster.name)).uuid();
        let arn = format!("{}/{name}/{id}", cluster.arn.replace(":cluster/", ":addon/"));
        let told = json!({
            "addonName": addon.name,
            "clusterName": cluster.name,
            "status": "ACTIVE",
            "addonVersion": addon.version,
            "health": { "issues": [] },
            "addonArn": arn,
            "createdAt": time(addon.created),
            "modifiedAt": time(addon.created),
            "tags": {},
            "publisher": "eks",
            "owner": "aws",
            "podIdentityAssociations": [],
            "namespaceConfig": { "namespace": "kube-system" },
        });
        Ok(json!({ "addon": told }).into())
    })
}
