//! GetMetricData: up to 500 metrics and expressions in one call.
use serde_json::{Value, json};

use super::{
    math::{self, Known, Points, Worked},
    metric,
    statistic::{Span, Statistic, find, period},
};
use crate::{
    aws::{
        call::Call,
        fail::{self, Fail},
        page::bad_token,
        service::Reply,
        wire::time,
    },
    world::watch::Metrics,
};

const MOST_QUERIES: usize = 500;
const MOST_POINTS: i64 = 100_800;

struct Query {
    id: String,
    label: Option<String>,
    told: bool,
    what: What,
}

enum What {
    Metric { namespace: String, name: String, dimensions: Vec<(String, String)>, period: i64, statistic: Statistic },
    Expression(String),
}

/// The words with which CloudWatch refuses queries.
fn wrong(message: impl Into<String>) -> Fail {
    Fail::bad("ValidationError", message)
}

pub fn metric_data(call: &Call<'_>) -> Result<Reply, Fail> {
    let from = call.moment("StartTime").ok_or_else(|| fail::missing(call, "startTime"))?;
    let to = call.moment("EndTime").ok_or_else(|| fail::missing(call, "endTime"))?;
    if from >= to {
        return Err(wrong("The parameter StartTime must be less than the parameter EndTime."));
    }
    let most = call.number("MaxDatapoints")?.unwrap_or(MOST_POINTS);
    if !(1..=MOST_POINTS).contains(&most) {
        return Err(wrong(format!("MaxDatapoints must be between 1 and {MOST_POINTS}")));
    }
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let given = call.objects("MetricDataQueries");
    if given.is_empty() || given.len() > MOST_QUERIES {
        return Err(wrong(format!("The collection MetricDataQueries must have 1 to {MOST_QUERIES} entries.")));
    }
    let queries = given.into_iter().map(query).collect::<Result<Vec<_>, _>>()?;
    let all: Vec<(String, Points)> = call.look(|_, region| worked_out(&queries, &region.metrics, (from, to)))??;
    let descending = call.text("ScanBy") != Some("TimestampAscending");
    let rows = queries.iter().zip(all).filter(|(query, _)| query.told);
    let rows = rows.map(|(query, (label, points))| {
        let mut points: Vec<(i64, f64)> = points.into_iter().collect();
        if descending {
            points.reverse();
        }
        Row { id: query.id.clone(), label, points }
    });
    let skipped = match call.text("NextToken") {
        None => 0,
        Some(token) => {
            token.strip_prefix("points-").and_then(|n| n.parse().ok()).ok_or_else(|| bad_token(call, token))?
        }
    };
    Ok(answer(rows.collect(), skipped, most).into())
}

struct Row {
    id: String,
    label: String,
    points: Vec<(i64, f64)>,
}

/// So many points after those that were told; each metric is told in every page, those that are not done as partial.
fn answer(rows: Vec<Row>, mut skip: usize, most: usize) -> Value {
    let (already, total) = (skip, rows.iter().map(|row| row.points.len()).sum::<usize>());
    let mut left = most;
    let told: Vec<Value> = rows
        .into_iter()
        .map(|row| {
            let before = skip.min(row.points.len());
            let taken = left.min(row.points.len() - before);
            (skip, left) = (skip - before, left - taken);
            let points = &row.points[before..before + taken];
            let done = before + taken == row.points.len();
            json!({
                "Id": row.id,
                "Label": row.label,
                "Timestamps": points.iter().map(|(at, _)| time(*at)).collect::<Vec<_>>(),
                "Values": points.iter().map(|(_, value)| *value).collect::<Vec<_>>(),
                "StatusCode": if done { "Complete" } else { "PartialData" },
            })
        })
        .collect();
    let next = (already + most < total).then(|| format!("points-{}", already + most));
    json!({ "MetricDataResults": told, "NextToken": next, "Messages": [] })
}

fn query(given: &Value) -> Result<Query, Fail> {
    let text = |of: &Value, name: &str| of.get(name).and_then(Value::as_str).map(str::to_owned);
    let id = text(given, "Id").unwrap_or_default();
    let begins = id.chars().next().is_some_and(|c| c.is_ascii_lowercase());
    if !begins || !id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Err(wrong(format!(
            "The value {id} for parameter MetricDataQueries.member.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$."
        )));
    }
    let told = !matches!(given.get("ReturnData"), Some(Value::Bool(false)))
        && text(given, "ReturnData").as_deref() != Some("false");
    let stat = given.get("MetricStat").filter(|stat| stat.is_object());
    let what = match (stat, text(given, "Expression")) {
        (Some(_), Some(_)) | (None, None) => {
            return Err(wrong(format!("Exactly one of MetricStat and Expression must be given for {id}.")));
        }
        (None, Some(expression)) => What::Expression(expression),
        (Some(stat), None) => metric_stat(stat)?,
    };
    Ok(Query { id, label: text(given, "Label"), told, what })
}

fn metric_stat(stat: &Value) -> Result<What, Fail> {
    let metric = stat.get("Metric").cloned().unwrap_or_default();
    let text = |of: &Value, name: &str| of.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let seconds = match stat.get("Period") {
        Some(Value::String(text)) => text.parse().ok(),
        Some(value) => value.as_i64(),
        None => None,
    };
    let name = text(stat, "Stat");
    let statistic = Statistic::named(&name)
        .ok_or_else(|| wrong(format!("The value {name} for parameter Stat is not supported.")))?;
    let given: Vec<&Value> = metric.get("Dimensions").and_then(Value::as_array).into_iter().flatten().collect();
    Ok(What::Metric {
        namespace: text(&metric, "Namespace"),
        name: text(&metric, "MetricName"),
        dimensions: metric::asked(&given),
        period: period(seconds.ok_or_else(|| wrong("MetricStat must have a Period."))?)?,
        statistic,
    })
}

/// The label and the points of each query, in their order; expressions may stand before what they are made of.
fn worked_out(queries: &[Query], metrics: &Metrics, (from, to): (i64, i64)) -> Result<Vec<(String, Points)>, Fail> {
    let mut known: Known = vec![];
    for query in queries {
        if let What::Metric { namespace, name, dimensions, period, statistic } = &query.what {
            let span = Span { from, to, period: *period };
            let periods = find(metrics, namespace, name, dimensions).map(|found| span.cut(metrics, found));
            let points = periods.unwrap_or_default().into_iter().map(|(at, values)| (at, statistic.of(&values)));
            known.push((query.id.clone(), points.collect()));
        }
    }
    let mut waiting: Vec<&Query> = queries.iter().filter(|query| matches!(query.what, What::Expression(_))).collect();
    while !waiting.is_empty() {
        let (mut later, mut why) = (vec![], String::new());
        let before = waiting.len();
        for query in waiting {
            let What::Expression(text) = &query.what else { continue };
            match math::work_out(text, &known) {
                Ok(worked) => known.push((query.id.clone(), points(worked, &known))),
                Err(reason) => {
                    why = format!("Error in expression '{}': {reason}", query.id);
                    later.push(query);
                }
            }
        }
        if later.len() == before {
            return Err(wrong(why));
        }
        waiting = later;
    }
    let of = |query: &Query| {
        let label = query.label.clone().unwrap_or_else(|| match &query.what {
            What::Metric { name, .. } => name.clone(),
            What::Expression(_) => query.id.clone(),
        });
        let points = known.iter().find(|(id, _)| *id == query.id).map(|(_, points)| points.clone());
        (label, points.unwrap_or_default())
    };
    Ok(queries.iter().map(of).collect())
}

/// A number is drawn as a line over all times; of a list the first is told.
fn points(worked: Worked, known: &Known) -> Points {
    match worked {
        Worked::Points(points) => points,
        Worked::Many(all) => all.into_iter().next().unwrap_or_default(),
        Worked::Number(number) => known.iter().flat_map(|(_, points)| points.keys()).map(|at| (*at, number)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_told_in_pages_and_together_are_all() {
        let rows = || {
            vec![
                Row { id: "a".into(), label: "a".into(), points: (0..5).map(|n| (n, 0.0)).collect() },
                Row { id: "b".into(), label: "b".into(), points: (0..4).map(|n| (n, 1.0)).collect() },
            ]
        };
        let mut told = [0, 0];
        let mut skipped = 0;
        for (counts, next) in [([4, 0], true), ([1, 3], true), ([0, 1], false)] {
            let page = answer(rows(), skipped, 4);
            let found: Vec<usize> =
                (0..2).map(|n| page["MetricDataResults"][n]["Values"].as_array().unwrap().len()).collect();
            assert_eq!(found, counts);
            assert_eq!(page["NextToken"].is_string(), next);
            told = [told[0] + found[0], told[1] + found[1]];
            skipped += 4;
        }
        assert_eq!(told, [5, 4]);
    }
}
