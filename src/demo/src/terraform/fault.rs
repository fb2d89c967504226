//! Faults of the provider on request: an object that fails, takes its time, is changed or removed beside Terraform, or hangs.
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::value::Value;

/// What is being done to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deed {
    Plan,
    Create,
    Update,
    Delete,
    Read,
}

impl Deed {
    const fn changes(self) -> bool {
        matches!(self, Self::Create | Self::Update | Self::Delete)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum What {
    /// It is refused, in the words of AWS.
    Fail { code: Option<String>, message: Option<String> },
    /// It takes so much longer.
    Slow { ms: u64 },
    /// It does not end until the fault is taken away or Terraform says stop: whoever applies keeps the lock of the state.
    Hang,
    /// Somebody changed it beside Terraform: the next read finds it so.
    Drift { attribute: String, value: serde_json::Value },
    /// Somebody removed it beside Terraform.
    Vanish,
    /// What is under way goes on, whoever says stop.
    IgnoreStop,
}

/// Which objects, and what befalls them. What is not said may be anything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// `aws_nat_gateway`.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// The object's name, its tag `Name`, or its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Without it whatever changes an object; for drift and vanish: the next read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Deed>,
    /// So many go by unharmed first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u32>,
    /// So many; without it all, until it is taken away, but for drift and vanish, which happen once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    pub what: What,
}

/// An object, as faults tell objects apart.
#[derive(Clone, Copy, Debug)]
pub struct Met<'a> {
    pub of: &'a str,
    pub names: &'a [String],
    pub region: &'a str,
    pub deed: Deed,
}

#[derive(Debug, Default)]
pub struct Faults(Mutex<Rows>);

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
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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

    /// What befalls this object now; counts it.
    #[must_use]
    pub fn meet(&self, met: &Met<'_>) -> Vec<(u32, What)> {
        let mut befalls = vec![];
        let mut rows = self.rows();
        for row in rows.all.iter_mut().filter(|row| row.fault.concerns(met)) {
            row.matched += 1;
            let unharmed = row.fault.after.unwrap_or(0);
            if row.matched > unharmed && row.fault.most().is_none_or(|most| row.matched - unharmed <= most) {
                befalls.push((row.id, row.fault.what.clone()));
            }
        }
        // one that hangs is held by its row
        let spent = |row: &Row| row.fault.most().is_some_and(|most| row.matched >= most + row.fault.after.unwrap_or(0));
        rows.all.retain(|row| row.fault.what == What::Hang || !spent(row));
        befalls
    }

    /// Whether it is still there.
    #[must_use]
    pub fn stands(&self, id: u32) -> bool {
        self.rows().all.iter().any(|row| row.id == id)
    }

    #[must_use]
    pub fn ignores_stop(&self) -> bool {
        self.rows().all.iter().any(|row| row.fault.what == What::IgnoreStop)
    }
}

impl Fault {
    fn most(&self) -> Option<u32> {
        let once = matches!(self.what, What::Drift { .. } | What::Vanish);
        self.times.or(once.then_some(1))
    }

    fn concerns(&self, met: &Met<'_>) -> bool {
        let when = match (&self.what, self.on) {
            (What::IgnoreStop, _) => false,
            (What::Drift { .. } | What::Vanish, _) => met.deed == Deed::Read,
            (_, Some(on)) => on == met.deed,
            (_, None) => met.deed.changes(),
        };
        when && self.of.as_deref().is_none_or(|of| of == met.of)
            && self.region.as_deref().is_none_or(|region| region == met.region)
            && self.name.as_ref().is_none_or(|name| met.names.contains(name))
    }
}

/// What an object answers to.
#[must_use]
pub fn names(state: &Value) -> Vec<String> {
    const FIELDS: [&[&str]; 7] = [
        &["tags", "Name"],
        &["tags_all", "Name"],
        &["name"],
        &["id"],
        &["bucket"],
        &["alarm_name"],
        &["node_group_name"],
    ];
    FIELDS.iter().filter_map(|path| state.at(path).text()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Fault {
        serde_json::from_str(text).unwrap()
    }

    fn met<'a>(of: &'a str, names: &'a [String], deed: Deed) -> Met<'a> {
        Met { of, names, region: "us-east-1", deed }
    }

    #[test]
    fn the_third_of_a_type_fails_and_only_it() {
        let faults = Faults::default();
        faults.add(fault(r#"{"type": "aws_subnet", "after": 2, "times": 1, "what": {"kind": "fail"}}"#));
        let hit = |of: &str| faults.meet(&met(of, &[], Deed::Create)).len();
        assert_eq!(
            [hit("aws_subnet"), hit("aws_vpc"), hit("aws_subnet"), hit("aws_subnet"), hit("aws_subnet")],
            [0, 0, 0, 1, 0]
        );
    }

    #[test]
    fn drift_waits_for_a_read_and_happens_once() {
        let faults = Faults::default();
        faults.add(fault(r#"{"name": "one", "what": {"kind": "drift", "attribute": "a", "value": 1}}"#));
        let names = ["one".to_owned()];
        assert!(faults.meet(&met("aws_vpc", &names, Deed::Update)).is_empty());
        assert_eq!(faults.meet(&met("aws_vpc", &names, Deed::Read)).len(), 1);
        assert!(faults.meet(&met("aws_vpc", &names, Deed::Read)).is_empty() && faults.list().is_empty());
    }

    #[test]
    fn a_misspelt_fault_is_refused() {
        assert!(serde_json::from_str::<Fault>(r#"{"typ": "aws_vpc", "what": {"kind": "fail"}}"#).is_err());
        assert!(serde_json::from_str::<Fault>(r#"{"what": {"kind": "vanished"}}"#).is_err());
    }
}
