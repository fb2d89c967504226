//! What became of alarms: made, changed their state, called somebody.
use serde_json::{Value, json};

use super::alarm::{is_composite, kinds, reason_data};
use crate::{
    aws::{
        call::Call,
        fail::Fail,
        page::{self, Page, page},
        service::Reply,
        wire::time,
    },
    world::watch::{Alarm, AlarmState},
};

struct Item {
    at: i64,
    kind: &'static str,
    summary: String,
    data: Value,
}

pub fn describe(call: &Call<'_>) -> Result<Reply, Fail> {
    let limit = page::limit(call, "MaxRecords", 1, 100, 100)?;
    let (metric, composite) = kinds(call)?;
    let (name, kind) = (call.text("AlarmName"), call.text("HistoryItemType"));
    let (from, to) = (call.moment("StartDate").unwrap_or(i64::MIN), call.moment("EndDate").unwrap_or(i64::MAX));
    let mut rows = call.look(|_, region| {
        let wanted = region.alarms.iter().filter(|alarm| {
            (if is_composite(alarm) { composite } else { metric }) && name.is_none_or(|name| alarm.name == name)
        });
        wanted
            .flat_map(|alarm| items(alarm).into_iter().map(move |item| (item.at, told(alarm, &item), item.kind)))
            .filter(|(at, _, of)| (from..to).contains(at) && kind.is_none_or(|kind| kind == *of))
            .map(|(at, row, _)| (at, row))
            .collect::<Vec<_>>()
    })?;
    rows.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    if call.text("ScanBy") == Some("TimestampAscending") {
        rows.reverse();
    }
    let key = |(at, row): &(i64, Value)| format!("{at}/{}/{}", row["AlarmName"], row["HistorySummary"]);
    let Page { rows, next } = page(call, rows, key, limit, call.text("NextToken"))?;
    let rows: Vec<Value> = rows.into_iter().map(|(_, row)| row).collect();
    Ok(json!({ "AlarmHistoryItems": rows, "NextToken": next }).into())
}

fn told(alarm: &Alarm, item: &Item) -> Value {
    json!({
        "AlarmName": alarm.name,
        "AlarmType": if is_composite(alarm) { "CompositeAlarm" } else { "MetricAlarm" },
        "Timestamp": time(item.at),
        "HistoryItemType": item.kind,
        "HistorySummary": item.summary,
        "HistoryData": item.data.to_string(),
    })
}

fn items(alarm: &Alarm) -> Vec<Item> {
    let mut all = vec![Item {
        at: alarm.configured,
        kind: "ConfigurationUpdate",
        summary: format!("Alarm \"{}\" created", alarm.name),
        data: json!({ "version": "1.0", "type": "Create" }),
    }];
    for (at, from, to, reason) in &alarm.history {
        let state = |state: &AlarmState| json!({ "stateValue": state.word() });
        let mut new = json!({ "stateValue": to.word(), "stateReason": reason });
        if *at == alarm.since {
            new["stateReasonData"] = reason_data(alarm);
        }
        all.push(Item {
            at: *at,
            kind: "StateUpdate",
            summary: format!("Alarm updated from {} to {}", from.word(), to.word()),
            data: json!({ "version": "1.0", "oldState": state(from), "newState": new }),
        });
        let called = *to != AlarmState::Insufficient && *from != AlarmState::Insufficient;
        all.extend(alarm.actions.iter().filter(|_| called).map(|action| Item {
            at: at + 12,
            kind: "Action",
            summary: format!("Successfully executed action {action}"),
            data: json!({ "actionState": "Succeeded", "stateUpdateTimestamp": at, "notificationResource": action }),
        }));
    }
    all
}
