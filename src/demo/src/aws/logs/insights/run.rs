//! A query at work: it is fed records, and can be asked for what it has so far at any time.
use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    Aggregate, Query, Stats,
    expr::{Expr, Record},
};

/// A row of the answer: names and values in their order.
pub type Cells = Vec<(String, String)>;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Statistics {
    pub matched: u64,
    pub scanned: u64,
    pub bytes: u64,
}

#[derive(Debug)]
pub struct Run {
    query: Arc<Query>,
    pub statistics: Statistics,
    /// With what they are sorted by.
    rows: Vec<(Vec<Option<String>>, Record)>,
    groups: BTreeMap<Vec<Option<String>>, Vec<Sum>>,
}

/// What an aggregate has gathered.
#[derive(Clone, Debug, Default)]
struct Sum {
    count: u64,
    sum: f64,
    min: Option<String>,
    max: Option<String>,
    numbers: Vec<f64>,
    distinct: BTreeSet<String>,
    /// When, and what it was then.
    first: Option<(i64, String)>,
    last: Option<(i64, String)>,
}

/// So many values a percentile is worked out from; of more, some.
const SAMPLE: usize = 20_000;

impl Run {
    #[must_use]
    pub fn new(query: Arc<Query>) -> Self {
        Self { query, statistics: Statistics::default(), rows: vec![], groups: BTreeMap::new() }
    }

    /// Whether nothing that comes from now on (older than all before) could change the answer.
    #[must_use]
    pub fn enough(&self) -> bool {
        self.query.newest_first() && self.rows.len() >= self.query.limit()
    }

    pub fn take(&mut self, record: Record) {
        self.statistics.scanned += 1;
        self.statistics.bytes += record.message.len() as u64;
        if !self.query.filters.iter().all(|filter| filter.holds(&record)) {
            return;
        }
        self.statistics.matched += 1;
        let query = self.query.clone();
        if let Some(stats) = &query.stats {
            self.count(stats, &record);
            return;
        }
        let sort = self.query.sort.iter().map(|(by, _)| self.value(by, &record)).collect();
        self.rows.push((sort, record));
        if self.rows.len() > 2 * self.query.limit() + 1000 && self.query.dedup.is_empty() {
            self.order();
            self.rows.truncate(self.query.limit());
        }
    }

    fn count(&mut self, stats: &Stats, record: &Record) {
        let key = stats.by.iter().map(|(_, by)| self.value(by, record)).collect();
        let sums = self.groups.entry(key).or_insert_with(|| vec![Sum::default(); stats.aggregates.len()]);
        for (sum, (_, aggregate)) in sums.iter_mut().zip(&stats.aggregates) {
            sum.take(aggregate, record);
        }
    }

    /// A field may be the name that `fields … as` gave.
    fn value(&self, expr: &Expr, record: &Record) -> Option<String> {
        if let Expr::Field(name) = expr
            && let Some((_, named)) = self.query.fields.iter().find(|(alias, _)| alias == name)
        {
            return named.value(record);
        }
        expr.value(record)
    }

    fn order(&mut self) {
        let descending: Vec<bool> = self.query.sort.iter().map(|(_, descending)| *descending).collect();
        self.rows.sort_by(|(a, one), (b, other)| {
            by_keys(a, b, &descending)
                .then_with(|| (other.timestamp, &one.pointer).cmp(&(one.timestamp, &other.pointer)))
        });
    }

    /// What there is so far.
    #[must_use]
    pub fn results(&mut self) -> Vec<Cells> {
        if let Some(stats) = self.query.clone().stats.as_ref() {
            return self.grouped(stats);
        }
        self.order();
        let mut seen = BTreeSet::new();
        let query = &self.query;
        let fresh = |record: &Record| {
            query.dedup.is_empty() || seen.insert(query.dedup.iter().map(|by| by.value(record)).collect::<Vec<_>>())
        };
        let mut fresh = fresh;
        let kept = self.rows.iter().filter(|(_, record)| fresh(record)).take(query.limit());
        kept.map(|(_, record)| shown(query, record)).collect()
    }

    fn grouped(&self, stats: &Stats) -> Vec<Cells> {
        let mut rows: Vec<Cells> = self
            .groups
            .iter()
            .map(|(key, sums)| {
                let keys =
                    stats.by.iter().zip(key).filter_map(|((name, _), value)| Some((name.clone(), value.clone()?)));
                let values = stats.aggregates.iter().zip(sums);
                let values = values.filter_map(|((name, aggregate), sum)| Some((name.clone(), sum.value(aggregate)?)));
                keys.chain(values).collect()
            })
            .collect();
        let descending: Vec<bool> = self.query.sort.iter().map(|(_, descending)| *descending).collect();
        let key = |row: &Cells| -> Vec<Option<String>> {
            let names =
                self.query.sort.iter().map(|(by, _)| if let Expr::Field(name) = by { name.as_str() } else { "" });
            names.map(|name| row.iter().find(|(is, _)| is == name).map(|(_, value)| value.clone())).collect()
        };
        rows.sort_by(|a, b| by_keys(&key(a), &key(b), &descending));
        rows.truncate(self.query.limit());
        rows
    }
}

fn shown(query: &Query, record: &Record) -> Cells {
    let mut cells: Cells = if query.fields.is_empty() {
        ["@timestamp", "@message"].iter().filter_map(|name| Some(((*name).to_owned(), record.field(name)?))).collect()
    } else {
        query.fields.iter().filter_map(|(name, expr)| Some((name.clone(), expr.value(record)?))).collect()
    };
    cells.push(("@ptr".to_owned(), record.pointer.clone()));
    cells
}

fn by_keys(a: &[Option<String>], b: &[Option<String>], descending: &[bool]) -> Ordering {
    let each = a.iter().zip(b).zip(descending).map(|((a, b), descending)| {
        let order = by_value(a.as_deref(), b.as_deref());
        if *descending { order.reverse() } else { order }
    });
    each.fold(Ordering::Equal, Ordering::then)
}

fn by_value(a: Option<&str>, b: Option<&str>) -> Ordering {
    match (a.and_then(|a| a.parse::<f64>().ok()), b.and_then(|b| b.parse::<f64>().ok())) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ => a.cmp(&b),
    }
}

impl Sum {
    fn take(&mut self, aggregate: &Aggregate, record: &Record) {
        let of = match aggregate {
            Aggregate::Count(None) => {
                self.count += 1;
                return;
            }
            Aggregate::Count(Some(of))
            | Aggregate::CountDistinct(of)
            | Aggregate::Sum(of)
            | Aggregate::Avg(of)
            | Aggregate::Min(of)
            | Aggregate::Max(of)
            | Aggregate::Pct(of, _)
            | Aggregate::Earliest(of)
            | Aggregate::Latest(of) => of,
        };
        let Some(value) = of.value(record) else { return };
        match aggregate {
            Aggregate::Count(_) => self.count += 1,
            Aggregate::CountDistinct(_) => drop(self.distinct.insert(value)),
            Aggregate::Min(_) if self.min.is_none() || by_value(Some(&value), self.min.as_deref()).is_lt() => {
                self.min = Some(value);
            }
            Aggregate::Max(_) if self.max.is_none() || by_value(Some(&value), self.max.as_deref()).is_gt() => {
                self.max = Some(value);
            }
            Aggregate::Earliest(_) if self.first.as_ref().is_none_or(|(at, _)| record.timestamp < *at) => {
                self.first = Some((record.timestamp, value));
            }
            Aggregate::Latest(_) if self.last.as_ref().is_none_or(|(at, _)| record.timestamp >= *at) => {
                self.last = Some((record.timestamp, value));
            }
            Aggregate::Sum(_) | Aggregate::Avg(_) | Aggregate::Pct(..) => self.number(&value),
            _ => {}
        }
    }

    fn number(&mut self, value: &str) {
        let Ok(number) = value.parse::<f64>() else { return };
        self.count += 1;
        self.sum += number;
        if self.numbers.len() < SAMPLE {
            self.numbers.push(number);
        }
    }

    fn value(&self, aggregate: &Aggregate) -> Option<String> {
        match aggregate {
            Aggregate::Count(_) => Some(self.count.to_string()),
            Aggregate::CountDistinct(_) => Some(self.distinct.len().to_string()),
            Aggregate::Min(_) => self.min.clone(),
            Aggregate::Max(_) => self.max.clone(),
            Aggregate::Earliest(_) => self.first.as_ref().map(|(_, value)| value.clone()),
            Aggregate::Latest(_) => self.last.as_ref().map(|(_, value)| value.clone()),
            Aggregate::Sum(_) => (self.count > 0).then(|| self.sum.to_string()),
            Aggregate::Avg(_) => (self.count > 0).then(|| (self.sum / self.count as f64).to_string()),
            Aggregate::Pct(_, share) => {
                let mut numbers = self.numbers.clone();
                numbers.sort_by(f64::total_cmp);
                let rank = (share / 100.0 * numbers.len() as f64).ceil().max(1.0) as usize;
                numbers.get(rank - 1).map(ToString::to_string)
            }
        }
    }
}
