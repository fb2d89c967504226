//! Alarms: each looks at the last minutes of its metric; a composite at the alarms below it.
use super::super::{
    Region,
    watch::{Alarm, AlarmState, Comparison, Metrics, Watched},
};

/// So many changes an alarm remembers.
const REMEMBERED: usize = 40;

pub fn look(region: &mut Region, now: i64) {
    for number in 0..region.alarms.len() {
        let found = match &region.alarms[number].what {
            Watched::Metric { .. } => judged(&region.alarms[number], &region.metrics),
            Watched::Composite(below) => {
                let firing: Vec<&str> = region
                    .alarms
                    .iter()
                    .filter(|a| below.contains(&a.name) && a.state == AlarmState::Alarm)
                    .map(|a| &*a.name)
                    .collect();
                let text = format!("{} of {} child alarms in ALARM", firing.len(), below.len());
                Some((if firing.is_empty() { AlarmState::Ok } else { AlarmState::Alarm }, text))
            }
        };
        if let Some((state, reason)) = found {
            turn(&mut region.alarms[number], state, reason, now);
        }
    }
}

fn judged(alarm: &Alarm, metrics: &Metrics) -> Option<(AlarmState, String)> {
    let Watched::Metric { metric, comparison, threshold, periods, datapoints, .. } = &alarm.what else { return None };
    let values: Vec<f64> = metrics.get(metric)?.values.iter().rev().take(*periods as usize).copied().collect();
    if values.len() < *periods as usize {
        return Some((AlarmState::Insufficient, "Insufficient Data".to_owned()));
    }
    let breaching = values.iter().filter(|value| comparison.breached(**value, *threshold)).count();
    let state = if breaching >= *datapoints as usize { AlarmState::Alarm } else { AlarmState::Ok };
    let shown = values.iter().rev().map(|value| format!("{value:.1}")).collect::<Vec<_>>().join(", ");
    let word = match comparison {
        Comparison::Above => "greater than",
        Comparison::AtLeast => "greater than or equal to",
        Comparison::Below => "less than",
    };
    let (of, not) =
        if state == AlarmState::Alarm { (breaching, "were") } else { (values.len() - breaching, "were not") };
    Some((
        state,
        format!(
            "Threshold Crossed: {of} out of the last {} datapoints [{shown}] {not} {word} the threshold ({threshold:.1}).",
            values.len()
        ),
    ))
}

fn turn(alarm: &mut Alarm, state: AlarmState, reason: String, now: i64) {
    if alarm.state == state {
        return;
    }
    alarm.history.push_front((now, alarm.state, state, reason.clone()));
    alarm.history.truncate(REMEMBERED);
    (alarm.state, alarm.reason, alarm.since) = (state, reason, now);
}
