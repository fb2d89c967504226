//! Durations and selectors in the words of kubectl.
use serde_json::Value;

use crate::{
    clock::{DAY, HOUR, MINUTE, SECOND},
    kube::field,
};

/// `85s`, `3m20s`, `5h`, `3d4h`: the longer, the coarser.
#[must_use]
pub fn duration(ms: i64) -> String {
    let (seconds, minutes, hours, days) = (ms / SECOND, ms / MINUTE, ms / HOUR, ms / DAY);
    let pair = |big: i64, unit: &str, small: i64, of: &str| {
        if small == 0 { format!("{big}{unit}") } else { format!("{big}{unit}{small}{of}") }
    };
    match () {
        () if seconds < -1 => "<invalid>".to_owned(),
        () if seconds < 0 => "0s".to_owned(),
        () if seconds < 120 => format!("{seconds}s"),
        () if minutes < 10 => pair(minutes, "m", seconds % 60, "s"),
        () if minutes < 180 => format!("{minutes}m"),
        () if hours < 8 => pair(hours, "h", minutes % 60, "m"),
        () if hours < 48 => format!("{hours}h"),
        () if hours < 192 => pair(days, "d", hours % 24, "h"),
        () if days < 730 => format!("{days}d"),
        () if days < 2920 => pair(days / 365, "y", days % 365, "d"),
        () => format!("{}y", days / 365),
    }
}

/// A label selector, as text; `<none>` if it selects nothing by label.
#[must_use]
pub fn selector(selector: Option<&Value>) -> String {
    let Some(selector) = selector else { return "<none>".to_owned() };
    let mut parts = vec![];
    for (key, value) in field::labels(selector, "/matchLabels") {
        parts.push(format!("{key}={value}"));
    }
    for expression in field::list(selector, "/matchExpressions") {
        let key = field::text(expression, "/key");
        let mut values: Vec<&str> = field::list(expression, "/values").iter().filter_map(Value::as_str).collect();
        values.sort_unstable();
        let values = values.join(",");
        parts.push(match field::text(expression, "/operator") {
            "In" => format!("{key} in ({values})"),
            "NotIn" => format!("{key} notin ({values})"),
            "Exists" => key.to_owned(),
            _ => format!("!{key}"),
        });
    }
    if parts.is_empty() { "<none>".to_owned() } else { parts.join(",") }
}

/// Plain labels, as text.
#[must_use]
pub fn labels(value: &Value, pointer: &str) -> String {
    let labels = field::labels(value, pointer);
    let pairs: Vec<String> = labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
    if pairs.is_empty() { "<none>".to_owned() } else { pairs.join(",") }
}

/// The first three of a list, and how many more there are.
#[must_use]
pub fn some(list: &[String]) -> String {
    match list {
        [] => "<none>".to_owned(),
        [a, b, c, rest @ ..] if !rest.is_empty() => format!("{a},{b},{c} + {} more...", rest.len()),
        all => all.join(","),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_grow_coarser() {
        let told = [
            (-5, "<invalid>"),
            (-1, "0s"),
            (119, "119s"),
            (120, "2m"),
            (200, "3m20s"),
            (60 * 179, "179m"),
            (3600 * 3, "3h"),
            (3600 * 3 + 300, "3h5m"),
            (3600 * 47, "47h"),
            (3600 * 50, "2d2h"),
            (86_400 * 9, "9d"),
            (86_400 * 800, "2y70d"),
            (86_400 * 4000, "10y"),
        ];
        for (seconds, text) in told {
            assert_eq!(duration(seconds * SECOND), text);
        }
    }
}
