//! Who am I, and what may I do: all, since rights are not part of this world.
use std::sync::Arc;

use hyper::StatusCode;
use serde_json::{Value, json};

use super::{Ask, Server, answer, auth, write};
use crate::{
    fault::{self, Asked},
    http::Answer,
    kube::{field, refused::Refused},
};

pub async fn answer(server: &Arc<Server>, kind: &str, ask: Ask) -> Result<Answer, Refused> {
    if ask.request.method() != "POST" {
        return Err(answer::method_not_allowed());
    }
    let content_type = ask.header("content-type").unwrap_or("application/json").to_owned();
    let wanted = ask.wanted;
    let body = write::body(ask.request.into_body()).await?;
    let mut review = write::object(&content_type, &body)?;
    if review.get("metadata").is_none() {
        review["metadata"] = json!({});
    }
    review["status"] = match kind {
        "selfsubjectreviews" => {
            let (account, cluster) = server.look(|cluster| (cluster.plan.account.clone(), cluster.plan.name.clone()));
            let user = auth::user(&account);
            let extra = json!({ "arn": [user], "clusterName": [cluster], "sessionName": ["engineer"] });
            json!({ "userInfo": { "username": user, "groups": ["system:masters", "system:authenticated"], "extra": extra } })
        }
        "selfsubjectrulesreviews" => json!({
            "resourceRules": [{ "verbs": ["*"], "apiGroups": ["*"], "resources": ["*"] }],
            "nonResourceRules": [{ "verbs": ["*"], "nonResourceURLs": ["*"] }],
            "incomplete": false,
        }),
        _ => {
            let asks = |key: &str| review["spec"].get(key).is_some_and(|value| !value.is_null());
            if asks("resourceAttributes") == asks("nonResourceAttributes") {
                let message = "SelfSubjectAccessReview.authorization.k8s.io \"\" is invalid: spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified";
                return Err(Refused { code: 422, reason: "Invalid", message: message.to_owned(), details: None });
            }
            access(server, &review)
        }
    };
    Ok(answer::value(wanted, StatusCode::CREATED, &review))
}

/// Allowed, unless a fault that denies the very thing stands. Asking does not use the fault up.
fn access(server: &Server, review: &Value) -> Value {
    let text = |key: &str| field::text(review, &format!("/spec/resourceAttributes/{key}"));
    let (resource, sub) = (text("resource"), text("subresource"));
    let resource = if sub.is_empty() { resource.to_owned() } else { format!("{resource}/{sub}") };
    let operation = format!("{} {resource}", text("verb"));
    let asked =
        Asked { region: &server.region, service: "kubernetes", operation: &operation, cluster: &server.cluster };
    let denied = server.estate.faults.list().into_iter().any(|(_, row)| {
        row.what == fault::Kind::Denied && {
            // a list of its own tells whether the row concerns it, and counts nothing
            let alone = fault::Faults::default();
            alone.add(fault::Fault { times: None, one_in: None, ..row });
            !alone.meet(&asked).is_empty()
        }
    });
    if denied { json!({ "allowed": false }) } else { json!({ "allowed": true, "reason": "EKS access policy" }) }
}
