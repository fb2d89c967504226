//! Alarms as they are now.
use serde_json::{Value, json};

use super::{invalid, metric::dimensions};
use crate::{
    aws::{
        call::Call,
        fail::{self, Fail},
        page::{self, Page, page},
        service::Reply,
        wire::time,
    },
    clock::{self, MINUTE},
    world::{
        Region,
        watch::{Alarm, AlarmState, Metric, Watched},
    },
};

pub fn is_composite(alarm: &Alarm) -> bool {
    matches!(alarm.what, Watched::Composite(_))
}

/// Unless composite alarms are asked for, only metric alarms are told.
pub fn kinds(call: &Call<'_>) -> Result<(bool, bool), Fail> {
    let kinds = call.texts("AlarmTypes");
    if let Some(other) = kinds.iter().find(|kind| !["MetricAlarm", "CompositeAlarm"].contains(&kind.as_str())) {
        return Err(invalid(format!("{other} is not a type of alarm")));
    }
    let has = |kind: &str| kinds.iter().any(|one| one == kind);
    Ok((kinds.is_empty() || has("MetricAlarm"), has("CompositeAlarm")))
}

pub fn describe(call: &Call<'_>) -> Result<Reply, Fail> {
    let limit = page::limit(call, "MaxRecords", 1, 100, 50)?;
    let names = call.texts("AlarmNames");
    let prefix = call.text("AlarmNamePrefix");
    if !names.is_empty() && prefix.is_some() {
        return Err(Fail::bad(
            "InvalidParameterCombination",
            "AlarmNames and AlarmNamePrefix must not be given together",
        ));
    }
    let (metric, composite) = kinds(call)?;
    let state = call.text("StateValue");
    if let Some(other) = state.filter(|state| {
        ![AlarmState::Ok, AlarmState::Alarm, AlarmState::Insufficient].iter().any(|one| one.word() == *state)
    }) {
        return Err(invalid(format!("{other} is not a state of alarms")));
    }
    let related = (call.text("ChildrenOfAlarmName"), call.text("ParentsOfAlarmName"));
    let action = call.text("ActionPrefix");
    let rows = call.look(|_, region| {
        let mut alarms: Vec<&Alarm> = region.alarms.iter().filter(|alarm| kin(region, alarm, related)).collect();
        alarms.retain(|alarm| {
            (if is_composite(alarm) { composite } else { metric } || related != (None, None))
                && (names.is_empty() || names.contains(&alarm.name))
                && prefix.is_none_or(|prefix| alarm.name.starts_with(prefix))
                && state.is_none_or(|state| alarm.state.word() == state)
                && action.is_none_or(|action| alarm.actions.iter().any(|one| one.starts_with(action)))
        });
        alarms.sort_by(|a, b| a.name.cmp(&b.name));
        alarms.into_iter().map(|alarm| (is_composite(alarm), told(alarm))).collect::<Vec<_>>()
    })?;
    let key = |(_, row): &(bool, Value)| row["AlarmName"].as_str().unwrap_or_default().to_owned();
    let Page { rows, next } = page(call, rows, key, limit, call.text("NextToken"))?;
    let (composite, metric): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(composite, _)| *composite);
    let bare = |rows: Vec<(bool, Value)>| rows.into_iter().map(|(_, row)| row).collect::<Vec<_>>();
    Ok(json!({ "CompositeAlarms": bare(composite), "MetricAlarms": bare(metric), "NextToken": next }).into())
}

/// Whether an alarm is below, or above, the one that is named.
fn kin(region: &Region, alarm: &Alarm, (children_of, parents_of): (Option<&str>, Option<&str>)) -> bool {
    let below = |parent: &str, child: &str| {
        let parent = region.alarms.iter().find(|alarm| alarm.name == parent);
        matches!(parent.map(|parent| &parent.what), Some(Watched::Composite(all)) if all.iter().any(|one| one == child))
    };
    children_of.is_none_or(|parent| below(parent, &alarm.name))
        && parents_of.is_none_or(|child| below(&alarm.name, child))
}

fn told(alarm: &Alarm) -> Value {
    let mut row = json!({
        "AlarmName": alarm.name,
        "AlarmArn": alarm.arn,
        "AlarmDescription": alarm.description,
        "AlarmConfigurationUpdatedTimestamp": time(alarm.configured),
        "ActionsEnabled": true,
        "OKActions": alarm.actions,
        "AlarmActions": alarm.actions,
        "InsufficientDataActions": [],
        "StateValue": alarm.state.word(),
        "StateReason": alarm.reason,
        "StateReasonData": reason_data(alarm).to_string(),
        "StateUpdatedTimestamp": time(alarm.since),
        "StateTransitionedTimestamp": time(alarm.since),
    });
    match &alarm.what {
        Watched::Metric { metric, statistic, comparison, threshold, periods, datapoints } => {
            for (name, value) in [
                ("MetricName", json!(metric.name)),
                ("Namespace", json!(metric.namespace)),
                ("Statistic", json!(statistic)),
                ("Dimensions", dimensions(metric)),
                ("Period", json!(60)),
                ("Unit", json!(metric.unit)),
                ("EvaluationPeriods", json!(periods)),
                ("DatapointsToAlarm", json!(datapoints)),
                ("Threshold", json!(threshold)),
                ("ComparisonOperator", json!(comparison.word())),
                ("TreatMissingData", json!("missing")),
            ] {
                row[name] = value;
            }
        }
        Watched::Composite(below) => {
            let each: Vec<String> = below.iter().map(|name| format!("ALARM(\"{name}\")")).collect();
            row["AlarmRule"] = json!(each.join(" OR "));
        }
    }
    row
}

/// What CloudWatch keeps with a state, for machines.
pub fn reason_data(alarm: &Alarm) -> Value {
    let at = clock::millis(alarm.since).replace('Z', "+0000");
    match &alarm.what {
        Watched::Metric { statistic, threshold, periods, metric, .. } => json!({
            "version": "1.0",
            "queryDate": at,
            "startDate": clock::millis(alarm.since - i64::from(*periods) * MINUTE).replace('Z', "+0000"),
            "unit": metric.unit,
            "statistic": statistic,
            "period": 60,
            "recentDatapoints": points(&alarm.reason),
            "threshold": threshold,
        }),
        Watched::Composite(below) => {
            let alarms: Vec<Value> = below.iter().map(|name| json!({ "name": name })).collect();
            json!({ "triggeringAlarms": alarms, "queryDate": at })
        }
    }
}

/// The values between the brackets of a reason.
fn points(reason: &str) -> Vec<f64> {
    let inner = reason.split_once('[').and_then(|(_, rest)| rest.split_once(']')).map_or("", |(inner, _)| inner);
    inner.split(',').filter_map(|value| value.trim().parse().ok()).collect()
}

pub fn for_metric(call: &Call<'_>) -> Result<Reply, Fail> {
    let namespace = call.text("Namespace").ok_or_else(|| fail::missing(call, "namespace"))?;
    let name = call.text("MetricName").ok_or_else(|| fail::missing(call, "metricName"))?;
    let wanted = super::metric::asked(&call.objects("Dimensions"));
    let statistic = call.text("Statistic");
    let period = call.number("Period")?;
    let is = |metric: &Metric, of: &str| {
        metric.namespace == namespace
            && metric.name == name
            && metric.dimensions == wanted
            && statistic.is_none_or(|wish| wish == of)
            && period.is_none_or(|period| period == 60)
    };
    let rows = call.look(|_, region| {
        let there = region
            .alarms
            .iter()
            .filter(|alarm| matches!(&alarm.what, Watched::Metric { metric, statistic, .. } if is(metric, statistic)));
        there.map(told).collect::<Vec<_>>()
    })?;
    Ok(json!({ "MetricAlarms": rows }).into())
}

/// Sets a state by hand; the next look at the metric may set it right again.
pub fn set(call: &Call<'_>) -> Result<Reply, Fail> {
    let name = call.text("AlarmName").ok_or_else(|| fail::missing(call, "alarmName"))?.to_owned();
    let reason = call.text("StateReason").ok_or_else(|| fail::missing(call, "stateReason"))?.to_owned();
    let word = call.text("StateValue").ok_or_else(|| fail::missing(call, "stateValue"))?;
    let state =
        [AlarmState::Ok, AlarmState::Alarm, AlarmState::Insufficient].into_iter().find(|one| one.word() == word);
    let state = state.ok_or_else(|| invalid(format!("{word} is not a state of alarms")))?;
    call.change(|world| {
        let now = world.now;
        let alarms = &mut world.region_mut(call.region).ok_or_else(|| fail::unknown_key(call.wire))?.alarms;
        let missing = || Fail::new(404, "ResourceNotFound", format!("The alarm {name} does not exist"));
        let alarm = alarms.iter_mut().find(|alarm| alarm.name == name).ok_or_else(missing)?;
        if alarm.state != state {
            alarm.history.push_front((now, alarm.state, state, reason.clone()));
            (alarm.state, alarm.since) = (state, now);
        }
        alarm.reason = reason;
        Ok(Value::Null.into())
    })
}

pub fn tags(call: &Call<'_>) -> Result<Reply, Fail> {
    let arn = call.text("ResourceARN").ok_or_else(|| fail::missing(call, "resourceARN"))?;
    call.look(|_, region| {
        let alarm = region.alarms.iter().find(|alarm| alarm.arn == arn);
        let missing = || Fail::new(404, "ResourceNotFoundException", format!("{arn} does not exist"));
        let tags = alarm.ok_or_else(missing)?.tags.0.iter().map(|(key, value)| json!({ "Key": key, "Value": value }));
        Ok(json!({ "Tags": tags.collect::<Vec<_>>() }).into())
    })?
}
