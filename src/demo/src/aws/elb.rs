//! Elastic Load Balancing, version 2: the way in.
mod balancer;
mod health;
mod target;

use serde_json::{Value, json};

use super::{
    call::Call,
    fail::Fail,
    page,
    service::{Operation, Reply, Service},
    wire::Wire,
};

pub const SERVICE: Service = Service {
    name: "elasticloadbalancing",
    wire: Wire::Query,
    namespace: "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
    bad_token: ("ValidationError", "Marker '{}' is not valid"),
    operations: &[
        Operation::new("elasticloadbalancing:DescribeListeners", balancer::listeners),
        Operation::new("elasticloadbalancing:DescribeLoadBalancerAttributes", balancer::attributes),
        Operation::new("elasticloadbalancing:DescribeLoadBalancers", balancer::balancers),
        Operation::new("elasticloadbalancing:DescribeTags", target::tags),
        Operation::new("elasticloadbalancing:DescribeTargetGroupAttributes", target::attributes),
        Operation::new("elasticloadbalancing:DescribeTargetGroups", target::groups),
        Operation::new("elasticloadbalancing:DescribeTargetHealth", health::health),
    ],
};

const NO_BALANCER: &str = "LoadBalancerNotFound";
const NO_GROUP: &str = "TargetGroupNotFound";

/// A page of rows.
fn listed(call: &Call<'_>, set: &str, rows: Vec<Value>, key: &str) -> Result<Reply, Fail> {
    let limit = page::limit(call, "PageSize", 1, 400, 400)?;
    let page =
        page::page(call, rows, |row| row[key].as_str().unwrap_or_default().to_owned(), limit, call.text("Marker"))?;
    Ok(json!({ set: page.rows, "NextMarker": page.next }).into())
}

/// Those that are asked for by ARN or by name; all of them must be there.
fn chosen(
    rows: Vec<Value>,
    wished: &[String],
    field: &str,
    code: &'static str,
    what: &str,
) -> Result<Vec<Value>, Fail> {
    let gone: Vec<&str> =
        wished.iter().map(String::as_str).filter(|wish| !rows.iter().any(|row| row[field] == *wish)).collect();
    if !gone.is_empty() {
        return Err(Fail::bad(code, format!("{what} '[{}]' not found", gone.join(", "))));
    }
    let asked = |row: &Value| wished.is_empty() || wished.iter().any(|wish| row[field] == wish.as_str());
    Ok(rows.into_iter().filter(asked).collect())
}

/// An ARN that is none is told from one of nothing.
fn is_arn(arn: &str, kind: &str) -> Result<(), Fail> {
    if arn.starts_with("arn:aws:elasticloadbalancing:")
        && arn.split(':').nth(5).is_some_and(|rest| rest.starts_with(kind))
    {
        return Ok(());
    }
    Err(Fail::bad("ValidationError", format!("'{arn}' is not a valid {kind} ARN")))
}
