//! CloudWatch: log groups, metrics as the world records them each minute, and the alarms that follow from them.
use std::collections::{BTreeMap, VecDeque};

use super::tag::Tags;

#[derive(Clone, Debug)]
pub struct LogGroup {
    pub name: String,
    pub created: i64,
    pub retention_days: Option<u32>,
    pub kms_key: String,
    pub source: Source,
    pub tags: Tags,
}

/// Who writes into a log group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Fluent Bit: the containers of this namespace (empty: of all but the system's).
    Containers(&'static str),
    /// Fluent Bit: what the nodes themselves say.
    Hosts,
    /// The EKS control plane: api, audit, authenticator, scheduler, controller-manager.
    ControlPlane,
    FlowLog,
    VpnConnections,
}

/// Namespace, name, and dimensions in the order of their names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Metric {
    pub namespace: String,
    pub name: String,
    pub dimensions: Vec<(String, String)>,
    pub unit: &'static str,
}

/// A value for each minute, the newest last.
#[derive(Clone, Debug, Default)]
pub struct Series {
    /// The minute (milliseconds, a whole minute) of the first value.
    pub first: i64,
    pub values: VecDeque<f64>,
}

pub type Metrics = BTreeMap<Metric, Series>;

#[derive(Clone, Debug)]
pub struct Alarm {
    pub name: String,
    pub arn: String,
    pub description: String,
    pub what: Watched,
    pub state: AlarmState,
    pub reason: String,
    pub since: i64,
    pub configured: i64,
    pub actions: Vec<String>,
    /// Newest first: when, from, to, reason.
    pub history: VecDeque<(i64, AlarmState, AlarmState, String)>,
    pub tags: Tags,
}

#[derive(Clone, Debug)]
pub enum Watched {
    Metric {
        metric: Metric,
        statistic: &'static str,
        comparison: Comparison,
        threshold: f64,
        periods: u32,
        datapoints: u32,
    },
    /// The names of the alarms below it: any of them.
    Composite(Vec<String>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Above,
    AtLeast,
    Below,
}

impl Comparison {
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Above => "GreaterThanThreshold",
            Self::AtLeast => "GreaterThanOrEqualToThreshold",
            Self::Below => "LessThanThreshold",
        }
    }

    #[must_use]
    pub fn breached(self, value: f64, threshold: f64) -> bool {
        match self {
            Self::Above => value > threshold,
            Self::AtLeast => value >= threshold,
            Self::Below => value < threshold,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlarmState {
    Ok,
    Alarm,
    Insufficient,
}

impl AlarmState {
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Alarm => "ALARM",
            Self::Insufficient => "INSUFFICIENT_DATA",
        }
    }
}
