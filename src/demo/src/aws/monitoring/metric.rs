//! Which metrics there are.
use serde_json::{Value, json};

use crate::{
    aws::{
        call::Call,
        fail::Fail,
        page::{Page, page},
        service::Reply,
    },
    clock::{HOUR, MINUTE},
    world::watch::{Metric, Series},
};

const PAGE: usize = 500;

pub fn dimensions(metric: &Metric) -> Value {
    metric.dimensions.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect()
}

/// The dimensions of a request, in the order of their names.
pub fn asked(given: &[&Value]) -> Vec<(String, String)> {
    let text = |one: &Value, name: &str| one.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut all: Vec<(String, String)> = given.iter().map(|one| (text(one, "Name"), text(one, "Value"))).collect();
    all.sort();
    all
}

fn last(series: &Series) -> i64 {
    series.first + i64::try_from(series.values.len()).unwrap_or(0) * MINUTE
}

pub fn list(call: &Call<'_>) -> Result<Reply, Fail> {
    let (namespace, name) = (call.text("Namespace"), call.text("MetricName"));
    let recent = match call.text("RecentlyActive") {
        None => false,
        Some("PT3H") => true,
        Some(other) => return Err(super::invalid(format!("{other} is not allowed for RecentlyActive: PT3H is"))),
    };
    let filters = asked(&call.objects("Dimensions"));
    let has = |metric: &Metric, (name, value): &(String, String)| {
        metric.dimensions.iter().any(|(n, v)| n == name && (value.is_empty() || v == value))
    };
    let rows = call.look(|world, region| {
        let there = region.metrics.iter().filter(|(metric, series)| {
            namespace.is_none_or(|wish| metric.namespace == wish)
                && name.is_none_or(|wish| metric.name == wish)
                && filters.iter().all(|filter| has(metric, filter))
                && (!recent || last(series) > world.now - 3 * HOUR)
        });
        there
            .map(|(metric, _)| {
                json!({ "Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": dimensions(metric) })
            })
            .collect::<Vec<_>>()
    })?;
    let Page { rows, next } = page(call, rows, Value::to_string, PAGE, call.text("NextToken"))?;
    Ok(json!({ "Metrics": rows, "NextToken": next }).into())
}

/// The estate has none.
pub fn dashboards(call: &Call<'_>) -> Result<Reply, Fail> {
    call.look(|_, _| json!({ "DashboardEntries": [] }).into())
}
