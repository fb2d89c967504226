//! The cluster itself, and who may come in.
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{names, not_found, tags, update, version, with_cluster};
use crate::{
    aws::{call::Call, fail::Fail, page::Page, service::Reply, wire::time},
    world::eks::AccessEntry,
};

pub fn list(call: &Call<'_>) -> Result<Reply, Fail> {
    let all = call.look(|_, region| {
        Some(&region.eks).filter(|eks| eks.is_there()).map(|eks| eks.name.clone()).into_iter().collect()
    })?;
    let Page { rows, next } = names(call, all)?;
    Ok(json!({ "clusters": rows, "nextToken": next }).into())
}

pub fn describe(call: &Call<'_>) -> Result<Reply, Fail> {
    with_cluster(call, |world, region| {
        let cluster = &region.eks;
        let changing = cluster
            .updates
            .iter()
            .any(|one| one.nodegroup.is_none() && update::status(one, region, world.now) == "InProgress");
        // who stays on a version beyond its time pays for it
        let support = if version::in_standard_support(&cluster.version, world.now) { "STANDARD" } else { "EXTENDED" };
        let told = json!({
            "name": cluster.name,
            "arn": cluster.arn,
            "createdAt": time(cluster.created),
            "version": cluster.version,
            "endpoint": cluster.endpoint,
            "roleArn": cluster.role,
            "resourcesVpcConfig": {
                "subnetIds": cluster.subnets,
                "securityGroupIds": [],
                "clusterSecurityGroupId": cluster.group,
                "vpcId": cluster.vpc,
                "endpointPublicAccess": false,
                "endpointPrivateAccess": true,
                "publicAccessCidrs": [],
            },
            "kubernetesNetworkConfig": {
                "serviceIpv4Cidr": "172.20.0.0/16",
                "ipFamily": "ipv4",
                "elasticLoadBalancing": { "enabled": false },
            },
            "logging": {
                "clusterLogging": [
                    { "types": ["api", "audit", "authenticator", "controllerManager", "scheduler"], "enabled": true },
                ],
            },
            "identity": { "oidc": { "issuer": cluster.oidc } },
            "status": if changing { "UPDATING" } else { "ACTIVE" },
            "certificateAuthority": { "data": STANDARD.encode(&cluster.authority) },
            "platformVersion": cluster.platform,
            "tags": tags(&cluster.tags),
            "encryptionConfig": [{ "resources": ["secrets"], "provider": { "keyArn": cluster.kms_key } }],
            "health": { "issues": [] },
            "accessConfig": { "bootstrapClusterCreatorAdminPermissions": false, "authenticationMode": "API" },
            "upgradePolicy": { "supportType": support },
            "zonalShiftConfig": { "enabled": true },
            "computeConfig": { "enabled": false },
            "storageConfig": { "blockStorage": { "enabled": false } },
            "deletionProtection": true,
            "controlPlaneScalingConfig": { "tier": "standard" },
        });
        Ok(json!({ "cluster": told }).into())
    })
}

pub fn access_entries(call: &Call<'_>) -> Result<Reply, Fail> {
    let policies = call.text("associatedPolicyArn").is_some();
    let all = with_cluster(call, |_, region| {
        // the estate gives rights by groups, and by no policy of AWS's
        let entries = region.eks.access.iter().filter(|_| !policies);
        Ok(entries.map(|entry| entry.principal.clone()).collect())
    })?;
    let Page { rows, next } = names(call, all)?;
    Ok(json!({ "accessEntries": rows, "nextToken": next }).into())
}

fn with_entry<T>(call: &Call<'_>, at: impl FnOnce(&str, &AccessEntry) -> T) -> Result<T, Fail> {
    let principal = call.text("principalArn").unwrap_or_default();
    with_cluster(call, |_, region| {
        let cluster = &region.eks;
        let entry = cluster.access.iter().find(|entry| entry.principal == principal);
        entry.map(|entry| at(&cluster.arn, entry)).ok_or_else(|| {
            let message = format!(
                "The specified principalArn could not be found. You can view your available access entries with 'aws eks \
                 list-access-entries'. ({principal})"
            );
            not_found(message, &[("clusterName", &cluster.name)])
        })
    })
}

pub fn access_entry(call: &Call<'_>) -> Result<Reply, Fail> {
    let cluster = call.text("name").unwrap_or_default();
    with_entry(call, |arn, entry| {
        let principal: Vec<&str> = entry.principal.split(':').collect();
        let (account, name) = (principal.get(4).unwrap_or(&""), entry.principal.rsplit('/').next().unwrap_or_default());
        let place = arn.replace(":cluster/", ":access-entry/");
        let digits = crate::rng::hash(0, &format!("{arn}/{name}"));
        json!({
            "accessEntry": {
                "clusterName": cluster,
                "principalArn": entry.principal,
                "kubernetesGroups": entry.groups,
                "accessEntryArn": format!("{place}/role/{account}/{name}/{digits:016x}"),
                "createdAt": time(entry.created),
                "modifiedAt": time(entry.created),
                "tags": {},
                "username": format!("arn:aws:sts::{account}:assumed-role/{name}/{{{{SessionName}}}}"),
                "type": "STANDARD",
            },
        })
        .into()
    })
}

pub fn access_policies(call: &Call<'_>) -> Result<Reply, Fail> {
    let cluster = call.text("name").unwrap_or_default();
    with_entry(call, |_, entry| {
        json!({ "clusterName": cluster, "principalArn": entry.principal, "associatedAccessPolicies": [] }).into()
    })
}

/// The estate has none: its service accounts have no business with AWS.
pub fn pod_identities(call: &Call<'_>) -> Result<Reply, Fail> {
    empty(call, "associations")
}

pub fn fargate_profiles(call: &Call<'_>) -> Result<Reply, Fail> {
    empty(call, "fargateProfileNames")
}

fn empty(call: &Call<'_>, of: &str) -> Result<Reply, Fail> {
    with_cluster(call, |_, _| Ok(Value::from_iter([(of, Value::Array(vec![]))]).into()))
}
