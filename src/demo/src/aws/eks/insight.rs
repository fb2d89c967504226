//! Insights: whether the cluster is ready for its next version.
use serde_json::{Value, json};

use super::{not_found, version, with_cluster};
use crate::{
    aws::{
        call::{Call, texts},
        fail::Fail,
        page::{self, Page, page},
        service::Reply,
        wire::time,
    },
    clock::{DAY, HOUR},
    rng::Rng,
    world::{Region, World},
};

struct Insight {
    name: &'static str,
    description: &'static str,
    fine: &'static str,
    recommendation: &'static str,
}

const ALL: [Insight; 4] = [
    Insight {
        name: "Deprecated APIs removed in the next Kubernetes version",
        description: "Looks for use of APIs that the next version does not have any more, within the last 30 days.",
        fine: "No use of APIs that are removed was found within the last 30 days.",
        recommendation: "Move manifests and clients to the versions that replace the removed ones before the cluster is updated.",
    },
    Insight {
        name: "Kubelet version skew",
        description: "Looks for nodes whose kubelet would be too old for the next version of the control plane.",
        fine: "All kubelets are of the control plane's version.",
        recommendation: "Update the nodes before the control plane.",
    },
    Insight {
        name: "kube-proxy version skew",
        description: "Looks for a kube-proxy that would be too old for the next version of the control plane.",
        fine: "kube-proxy is of the control plane's version.",
        recommendation: "Update the kube-proxy add-on before the control plane.",
    },
    Insight {
        name: "EKS add-on version compatibility",
        description: "Looks for EKS add-ons whose installed version does not go with the next version.",
        fine: "All installed EKS add-ons go with the next version.",
        recommendation: "Update the add-ons to a version that goes with the next version of the cluster.",
    },
];

/// Looked at once a day, at three in the morning.
const fn refreshed(now: i64) -> i64 {
    (now - 3 * HOUR).div_euclid(DAY) * DAY + 3 * HOUR
}

fn told(world: &World, region: &Region, insight: &Insight) -> Value {
    let cluster = &region.eks;
    json!({
        "id": Rng::of(world.seed, &format!("{}/insight/{}", cluster.name, insight.name)).uuid(),
        "name": insight.name,
        "category": "UPGRADE_READINESS",
        "kubernetesVersion": version::next(&cluster.version),
        "lastRefreshTime": time(refreshed(world.now)),
        "lastTransitionTime": time(cluster.created + DAY),
        "description": insight.description,
        "insightStatus": { "status": "PASSING", "reason": insight.fine },
    })
}

pub fn list(call: &Call<'_>) -> Result<Reply, Fail> {
    let limit = page::limit(call, "maxResults", 1, 100, 100)?;
    let filter = call.input.get("filter").cloned().unwrap_or_default();
    let passes = |row: &Value| {
        let is = |wishes: &str, value: &Value| {
            let wishes = texts(filter.get(wishes).unwrap_or(&Value::Null));
            wishes.is_empty() || wishes.iter().any(|wish| value == wish)
        };
        is("categories", &row["category"])
            && is("kubernetesVersions", &row["kubernetesVersion"])
            && is("statuses", &row["insightStatus"]["status"])
    };
    let rows = with_cluster(call, |world, region| {
        Ok(ALL.iter().map(|insight| told(world, region, insight)).filter(passes).collect::<Vec<_>>())
    })?;
    let key = |row: &Value| row["id"].as_str().unwrap_or_default().to_owned();
    let Page { rows, next } = page(call, rows, key, limit, call.text("nextToken"))?;
    Ok(json!({ "insights": rows, "nextToken": next }).into())
}

pub fn describe(call: &Call<'_>) -> Result<Reply, Fail> {
    let id = call.text("id").unwrap_or_default();
    with_cluster(call, |world, region| {
        let found = ALL.iter().map(|insight| (insight, told(world, region, insight))).find(|(_, row)| row["id"] == id);
        let (insight, mut row) = found
            .ok_or_else(|| not_found(format!("No insight found for id: {id}"), &[("clusterName", &region.eks.name)]))?;
        row["recommendation"] = Value::from(insight.recommendation);
        let page = "https://docs.aws.amazon.com/eks/latest/userguide/update-cluster.html";
        row["additionalInfo"] = json!({ "EKS update cluster documentation": page });
        row["resources"] = json!([]);
        row["categorySpecificSummary"] = json!({ "deprecationDetails": [], "addonCompatibilityDetails": [] });
        Ok(json!({ "insight": row }).into())
    })
}
