//! Minutes gathered into periods.
use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{invalid, metric};
use crate::{
    aws::{
        call::Call,
        fail::{self, Fail},
        service::Reply,
        wire::time,
    },
    clock::{MINUTE, SECOND},
    world::watch::{Metric, Metrics},
};

/// What is made of the values of a period.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Statistic {
    Average,
    Sum,
    Minimum,
    Maximum,
    SampleCount,
    /// From 0 to 100.
    Percentile(f64),
}

impl Statistic {
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "Average" => Self::Average,
            "Sum" => Self::Sum,
            "Minimum" => Self::Minimum,
            "Maximum" => Self::Maximum,
            "SampleCount" => Self::SampleCount,
            _ => {
                let share = name.strip_prefix('p')?.parse().ok()?;
                (0.0..=100.0).contains(&share).then_some(Self::Percentile(share))?
            }
        })
    }

    pub fn of(self, values: &[f64]) -> f64 {
        let (sum, count) = (values.iter().sum::<f64>(), values.len().max(1) as f64);
        match self {
            Self::Average => sum / count,
            Self::Sum => sum,
            Self::Minimum => values.iter().copied().fold(f64::INFINITY, f64::min),
            Self::Maximum => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            Self::SampleCount => values.len() as f64,
            Self::Percentile(share) => {
                let mut sorted = values.to_vec();
                sorted.sort_by(f64::total_cmp);
                let rank = (share / 100.0 * count).ceil().max(1.0) as usize;
                sorted.get(rank - 1).copied().unwrap_or_default()
            }
        }
    }
}

/// A stretch of time, cut into periods (milliseconds).
#[derive(Clone, Copy, Debug)]
pub struct Span {
    pub from: i64,
    pub to: i64,
    pub period: i64,
}

/// No more values than this in an answer of GetMetricStatistics.
const MOST: i64 = 1440;

impl Span {
    /// The values of each period, by its beginning. Periods lie on whole multiples of their length.
    pub fn cut(self, metrics: &Metrics, metric: &Metric) -> BTreeMap<i64, Vec<f64>> {
        let mut periods: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
        let Some(series) = metrics.get(metric) else { return periods };
        let from = self.from.div_euclid(self.period) * self.period;
        let skip = (from - series.first).max(0).div_euclid(MINUTE);
        let rest = series.values.iter().zip(0_i64..).skip(usize::try_from(skip).unwrap_or(usize::MAX));
        for (value, number) in rest {
            let at = series.first + number * MINUTE;
            if at >= self.to {
                break;
            }
            if at >= from && value.is_finite() {
                periods.entry(at.div_euclid(self.period) * self.period).or_default().push(*value);
            }
        }
        periods
    }
}

/// The period of a request: whole minutes, or the 1 to 30 seconds that high-resolution metrics have and the world has not.
pub fn period(seconds: i64) -> Result<i64, Fail> {
    if seconds > 0 && (seconds % 60 == 0 || [1, 5, 10, 20, 30].contains(&seconds)) {
        return Ok(seconds.max(60) * SECOND);
    }
    Err(invalid("The parameter Period must be 1, 5, 10, 20, 30, or a multiple of 60"))
}

/// The metric that is meant; its unit plays no part in finding it.
pub fn find<'a>(
    metrics: &'a Metrics,
    namespace: &str,
    name: &str,
    dimensions: &[(String, String)],
) -> Option<&'a Metric> {
    let is = |metric: &&Metric| metric.namespace == namespace && metric.name == name && metric.dimensions == dimensions;
    let first = Metric { namespace: namespace.to_owned(), name: name.to_owned(), dimensions: vec![], unit: "" };
    metrics.range(first..).map(|(metric, _)| metric).take_while(|m| m.namespace == namespace && m.name == name).find(is)
}

pub fn statistics(call: &Call<'_>) -> Result<Reply, Fail> {
    let need = |name: &str, lower: &str| call.text(name).ok_or_else(|| fail::missing(call, lower));
    let (namespace, name) = (need("Namespace", "namespace")?, need("MetricName", "metricName")?);
    let moment = |name: &str, lower: &str| call.moment(name).ok_or_else(|| fail::missing(call, lower));
    let (from, to) = (moment("StartTime", "startTime")?, moment("EndTime", "endTime")?);
    let period = period(call.number("Period")?.ok_or_else(|| fail::missing(call, "period"))?)?;
    if from >= to {
        return Err(invalid("The parameter StartTime must be less than the parameter EndTime."));
    }
    if (to - from) / period > MOST {
        let message = format!(
            "You have requested up to {} datapoints, which exceeds the limit of {MOST}. You may reduce the datapoints \
             requested by \
             increasing Period, or decreasing the time range.",
            (to - from) / period
        );
        return Err(Fail::bad("InvalidParameterCombination", message));
    }
    let (plain, extended) = (call.texts("Statistics"), call.texts("ExtendedStatistics"));
    if plain.is_empty() && extended.is_empty() {
        return Err(Fail::bad(
            "InvalidParameterCombination",
            "At least one of Statistics and ExtendedStatistics must be given",
        ));
    }
    let (plain, extended) = (known(&plain)?, known(&extended)?);
    let wanted = metric::asked(&call.objects("Dimensions"));
    let unit = call.text("Unit");
    let rows = call.look(|_, region| {
        let found = find(&region.metrics, namespace, name, &wanted)
            .filter(|metric| unit.is_none_or(|unit| metric.unit == unit));
        let Some(found) = found else { return vec![] };
        let periods = Span { from, to, period }.cut(&region.metrics, found);
        periods.iter().map(|(at, values)| point(*at, values, &plain, &extended, found.unit)).collect::<Vec<_>>()
    })?;
    Ok(json!({ "Label": name, "Datapoints": rows }).into())
}

type Named = [(String, Statistic)];

fn known(names: &[String]) -> Result<Vec<(String, Statistic)>, Fail> {
    let one = |name: &String| Some((name.clone(), Statistic::named(name)?));
    names.iter().map(|name| one(name).ok_or_else(|| invalid(format!("{name} is not a statistic")))).collect()
}

fn point(at: i64, values: &[f64], plain: &Named, extended: &Named, unit: &str) -> Value {
    let mut row = Map::from_iter([("Timestamp".to_owned(), time(at)), ("Unit".to_owned(), Value::from(unit))]);
    row.extend(plain.iter().map(|(name, one)| (name.clone(), Value::from(one.of(values)))));
    if !extended.is_empty() {
        let values = extended.iter().map(|(name, one)| (name.clone(), Value::from(one.of(values))));
        row.insert("ExtendedStatistics".to_owned(), Value::Object(values.collect()));
    }
    Value::Object(row)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::watch::Series;

    #[test]
    fn minutes_are_gathered_into_the_periods_they_lie_in() {
        let metric = Metric { namespace: "N".into(), name: "m".into(), dimensions: vec![], unit: "Count" };
        let first = 28_333_333 * 5 * MINUTE;
        let values = (0..12).map(f64::from).collect();
        let metrics = Metrics::from([(metric.clone(), Series { first: first + MINUTE, values })]);
        let span = Span { from: first + 2 * MINUTE, to: first + 11 * MINUTE, period: 5 * MINUTE };
        let periods: Vec<(i64, f64)> =
            span.cut(&metrics, &metric).iter().map(|(at, values)| (at - first, Statistic::Sum.of(values))).collect();
        // the first period is whole, though the start lies within it; the last goes to the end
        assert_eq!(periods, [(0, 6.0), (5 * MINUTE, 30.0), (10 * MINUTE, 9.0)]);
        assert_eq!(find(&metrics, "N", "m", &[]), Some(&metric));
        assert_eq!(find(&metrics, "N", "m", &[("a".into(), "b".into())]), None);
    }

    #[test]
    fn statistics_are_what_their_names_say() {
        let values: Vec<f64> = (1..=10).map(f64::from).collect();
        for (name, is) in [
            ("Average", 5.5),
            ("Sum", 55.0),
            ("Minimum", 1.0),
            ("Maximum", 10.0),
            ("SampleCount", 10.0),
            ("p90", 9.0),
            ("p99.9", 10.0),
        ] {
            assert_eq!(Statistic::named(name).map(|one| one.of(&values)), Some(is), "{name}");
        }
        assert_eq!(Statistic::named("p101"), None);
        assert_eq!(Statistic::named("Median"), None);
    }
}
