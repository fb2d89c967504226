//! CloudWatch: metrics, what is worked out from them, and alarms.
mod alarm;
mod data;
mod history;
mod math;
mod metric;
mod statistic;

use super::{
    fail::Fail,
    service::{Operation, Service},
    wire::Wire,
};

pub const SERVICE: Service = Service {
    name: "monitoring",
    wire: Wire::Query,
    namespace: "http://monitoring.amazonaws.com/doc/2010-08-01/",
    bad_token: ("InvalidNextToken", "The next token {} is invalid"),
    operations: &[
        Operation::new("cloudwatch:DescribeAlarms", alarm::describe),
        Operation::new("cloudwatch:DescribeAlarmsForMetric", alarm::for_metric),
        Operation::new("cloudwatch:SetAlarmState", alarm::set),
        Operation::new("cloudwatch:ListTagsForResource", alarm::tags),
        Operation::new("cloudwatch:DescribeAlarmHistory", history::describe),
        Operation::new("cloudwatch:ListMetrics", metric::list),
        Operation::new("cloudwatch:GetMetricData", data::metric_data),
        Operation::new("cloudwatch:GetMetricStatistics", statistic::statistics),
        Operation::new("cloudwatch:ListDashboards", metric::dashboards),
    ],
};

/// A value of a field that is not allowed: CloudWatch's code for it in every protocol.
fn invalid(message: impl Into<String>) -> Fail {
    Fail::bad("InvalidParameterValue", message)
}
