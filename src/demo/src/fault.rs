//! Faults on the wire, on request: the world goes on, and the answer is late, wrong, or never comes.
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// What befalls a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Kind {
    /// The answer comes so much later.
    Latency { ms: u64 },
    /// AWS: the service's throttling error; Kubernetes: 429 with `Retry-After`.
    Throttle,
    /// A 500 or 503, after the ways of the service.
    Error { status: u16 },
    /// The connection stands, and nothing comes.
    Hang,
    /// The connection is cut before the answer, or after so many bytes of it.
    Reset { after: Option<u64> },
    /// AWS: `ExpiredToken`; Kubernetes: 401.
    Expired,
    /// AWS: the service's access-denied error, naming the action; Kubernetes: 403.
    Denied,
    /// Kubernetes: a watch from an earlier version is told 410 Gone.
    Gone,
    /// The server's clock is so much ahead, or behind if it is less than nothing: its `Date` says so, signatures and tokens are held
    /// against it, and what it dates itself is off by as much.
    Skew { ms: i64 },
}

/// The worst that a clock is off: some sixty years, so that every date can still be written.
const WORST_SKEW: i64 = 2_000_000_000_000;

/// How far the clock of the server is off that these befall.
#[must_use]
pub fn skew(met: &[Kind]) -> i64 {
    let off = |kind: &Kind| if let Kind::Skew { ms } = kind { (*ms).clamp(-WORST_SKEW, WORST_SKEW) } else { 0 };
    met.iter().map(off).sum::<i64>().clamp(-WORST_SKEW, WORST_SKEW)
}

/// Which requests, and what befalls them. What is not said may be anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// AWS: as the endpoint is called (`ec2`, `logs`, `eks`, …); `kubernetes` for the API servers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// AWS: the operation. Kubernetes: verb and resource, such as `list pods`, or either alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The name of a cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// So many requests; without it all, until it is taken away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// One in so many of those that match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub one_in: Option<u32>,
    pub what: Kind,
}

/// A request, as faults tell requests apart.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    pub region: &'a str,
    pub service: &'a str,
    pub operation: &'a str,
    pub cluster: &'a str,
}

#[derive(Debug, Default)]
pub struct Faults {
    rows: Mutex<Rows>,
}

#[derive(Debug, Default)]
struct Rows {
    next: u32,
    all: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    id: u32,
    fault: Fault,
    matched: u32,
}

impl Faults {
    fn rows(&self) -> std::sync::MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its number, by which it is taken away again.
    pub fn add(&self, fault: Fault) -> u32 {
        let mut rows = self.rows();
        rows.next += 1;
        let id = rows.next;
        rows.all.push(Row { id, fault, matched: 0 });
        id
    }

    /// One, or all; whether there was any.
    pub fn remove(&self, id: Option<u32>) -> bool {
        let mut rows = self.rows();
        let before = rows.all.len();
        rows.all.retain(|row| id.is_some_and(|id| id != row.id));
        rows.all.len() < before
    }

    #[must_use]
    pub fn list(&self) -> Vec<(u32, Fault)> {
        self.rows().all.iter().map(|row| (row.id, row.fault.clone())).collect()
    }

    /// What befalls this request, if anything; counts it. Latency may come together with something worse, so all that match are told.
    #[must_use]
    pub fn meet(&self, asked: &Asked<'_>) -> Vec<Kind> {
        let mut met = vec![];
        let mut rows = self.rows();
        for row in rows.all.iter_mut().filter(|row| row.fault.concerns(asked)) {
            row.matched += 1;
            if row.matched.is_multiple_of(row.fault.one_in.unwrap_or(1).max(1)) {
                met.push(row.fault.what.clone());
            }
        }
        rows.all.retain(|row| row.fault.times.is_none_or(|times| row.matched < times));
        met
    }
}

impl Fault {
    fn concerns(&self, asked: &Asked<'_>) -> bool {
        let same = |wish: &Option<String>, is: &str| wish.as_deref().is_none_or(|wish| wish.eq_ignore_ascii_case(is));
        let operation = self.operation.as_deref().is_none_or(|wish| {
            wish.eq_ignore_ascii_case(asked.operation)
                || asked.operation.split(' ').any(|word| word.eq_ignore_ascii_case(wish))
        });
        same(&self.region, asked.region)
            && same(&self.service, asked.service)
            && same(&self.cluster, asked.cluster)
            && operation
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Fault {
        serde_json::from_str(text).unwrap()
    }

    const LIST: Asked<'_> = Asked { region: "us-east-1", service: "ec2", operation: "DescribeInstances", cluster: "" };

    #[test]
    fn a_fault_meets_what_it_names_and_nothing_else() {
        let faults = Faults::default();
        faults.add(fault(r#"{"service": "ec2", "operation": "DescribeInstances", "what": {"kind": "throttle"}}"#));
        assert_eq!(faults.meet(&LIST), [Kind::Throttle]);
        assert_eq!(faults.meet(&Asked { operation: "DescribeVpcs", ..LIST }), []);
        let pods = Asked { service: "kubernetes", operation: "list pods", cluster: "a", region: "us-east-1" };
        faults.add(fault(r#"{"service": "kubernetes", "operation": "pods", "what": {"kind": "reset", "after": 100}}"#));
        assert_eq!(faults.meet(&pods), [Kind::Reset { after: Some(100) }]);
    }

    #[test]
    fn a_fault_for_some_times_is_gone_after_them() {
        let faults = Faults::default();
        faults.add(fault(r#"{"what": {"kind": "hang"}, "times": 2}"#));
        assert_eq!([faults.meet(&LIST).len(), faults.meet(&LIST).len(), faults.meet(&LIST).len()], [1, 1, 0]);
        assert!(faults.list().is_empty());
    }

    #[test]
    fn one_in_three_meets_every_third() {
        let faults = Faults::default();
        let id = faults.add(fault(r#"{"what": {"kind": "expired"}, "one_in": 3}"#));
        let met: Vec<usize> = (0..6).map(|_| faults.meet(&LIST).len()).collect();
        assert_eq!(met, [0, 0, 1, 0, 0, 1]);
        assert!(faults.remove(Some(id)) && !faults.remove(None));
    }

    #[test]
    fn clocks_that_are_off_add_up_and_stay_within_the_calendar() {
        let read = |text: &str| fault(&format!(r#"{{"what": {text}}}"#)).what;
        let (ahead, behind) = (read(r#"{"kind": "skew", "ms": 600000}"#), read(r#"{"kind": "skew", "ms": -60000}"#));
        assert_eq!(skew(&[ahead, Kind::Throttle, behind]), 540_000);
        let absurd = [i64::MAX, i64::MIN].map(|ms| skew(&[Kind::Skew { ms }, Kind::Skew { ms }]));
        assert_eq!(absurd, [WORST_SKEW, -WORST_SKEW]);
        assert_eq!(skew(&[]), 0);
    }

    #[test]
    fn a_misspelt_fault_is_refused() {
        assert!(serde_json::from_str::<Fault>(r#"{"what": {"kind": "throtle"}}"#).is_err());
        assert!(serde_json::from_str::<Fault>(r#"{"servce": "ec2", "what": {"kind": "throttle"}}"#).is_err());
    }
}
