//! Auto Scaling: the groups that keep the number of hosts.
mod activity;
mod group;
mod resize;

use serde_json::{Value, json};

use super::{
    call::Call,
    fail::Fail,
    filter::like,
    page,
    service::{Operation, Reply, Service},
    wire::Wire,
};

pub const SERVICE: Service = Service {
    name: "autoscaling",
    wire: Wire::Query,
    namespace: "http://autoscaling.amazonaws.com/doc/2011-01-01/",
    bad_token: ("InvalidNextToken", "The NextToken '{}' is not valid"),
    operations: &[
        Operation::new("autoscaling:DescribeAutoScalingGroups", group::groups),
        Operation::new("autoscaling:DescribeAutoScalingInstances", group::instances),
        Operation::new("autoscaling:DescribeLaunchConfigurations", launch_configurations),
        Operation::new("autoscaling:DescribeScalingActivities", activity::activities),
        Operation::new("autoscaling:SetDesiredCapacity", resize::desired),
        Operation::new("autoscaling:SetInstanceHealth", resize::health),
        Operation::new("autoscaling:TerminateInstanceInAutoScalingGroup", resize::terminate),
        Operation::new("autoscaling:UpdateAutoScalingGroup", resize::update),
    ],
};

/// The estate's groups all launch from templates.
fn launch_configurations(call: &Call<'_>) -> Result<Reply, Fail> {
    listed(call, "LaunchConfigurations", vec![], "LaunchConfigurationName", (1, 100), 50)
}

/// A page of rows.
fn listed(
    call: &Call<'_>,
    set: &str,
    rows: Vec<Value>,
    key: &str,
    bounds: (i64, i64),
    usual: usize,
) -> Result<Reply, Fail> {
    // more than may be asked for counts as the most
    let limit = match call.number("MaxRecords")? {
        Some(count) if count > bounds.1 => usize::try_from(bounds.1).unwrap_or(usual),
        _ => page::limit(call, "MaxRecords", bounds.0, bounds.1, usual)?,
    };
    let page =
        page::page(call, rows, |row| row[key].as_str().unwrap_or_default().to_owned(), limit, call.text("NextToken"))?;
    Ok(json!({ set: page.rows, "NextToken": page.next }).into())
}

/// Filters by tag, as groups have them: `tag-key`, `tag-value`, `tag:KEY`, and for activities nothing of the kind.
fn tagged(call: &Call<'_>, rows: Vec<Value>) -> Result<Vec<Value>, Fail> {
    let mut kept = rows;
    for filter in call.objects("Filters") {
        let name = filter.get("Name").and_then(Value::as_str).unwrap_or_default();
        let values = super::call::texts(filter.get("Values").unwrap_or(&Value::Null));
        let any = |text: &str| values.iter().any(|wish| like(wish, text));
        let wished = name.strip_prefix("tag:");
        let passes = |key: &str, value: &str| match (name, wished) {
            ("tag-key", _) => any(key),
            ("tag-value", _) => any(value),
            _ => wished == Some(key) && any(value),
        };
        if wished.is_none() && !matches!(name, "tag-key" | "tag-value") {
            let allowed = "Allowed Filter types are: tag-key, tag-value, tag:<key>";
            let message = format!("Filter type '{name}' is not correct. {allowed}");
            return Err(Fail::bad("ValidationError", message));
        }
        let text = |tag: &Value, field: &str| tag[field].as_str().unwrap_or_default().to_owned();
        kept.retain(|row| {
            row["Tags"].as_array().into_iter().flatten().any(|tag| passes(&text(tag, "Key"), &text(tag, "Value")))
        });
    }
    Ok(kept)
}

fn no_such_group(name: &str) -> Fail {
    Fail::bad("ValidationError", format!("AutoScalingGroup name not found - AutoScalingGroup {name} not found"))
}
