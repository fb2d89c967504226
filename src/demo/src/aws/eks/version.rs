//! Which versions of Kubernetes EKS has, and until when it supports them.
use serde_json::{Value, json};

use crate::aws::{
    call::Call,
    fail::Fail,
    page::{self, Page, page},
    service::Reply,
    wire::time,
};

struct Version {
    name: &'static str,
    patch: &'static str,
    platform: &'static str,
    released: &'static str,
    standard: &'static str,
    extended: &'static str,
}

/// Newest first; the dates are those that EKS publishes.
const ALL: [Version; 6] = [
    Version {
        name: "1.34",
        patch: "1.34.2",
        platform: "eks.9",
        released: "2025-10-02",
        standard: "2026-12-02",
        extended: "2027-12-02",
    },
    Version {
        name: "1.33",
        patch: "1.33.5",
        platform: "eks.9",
        released: "2025-05-29",
        standard: "2026-07-29",
        extended: "2027-07-29",
    },
    Version {
        name: "1.32",
        patch: "1.32.9",
        platform: "eks.26",
        released: "2025-01-23",
        standard: "2026-03-23",
        extended: "2027-03-23",
    },
    Version {
        name: "1.31",
        patch: "1.31.13",
        platform: "eks.42",
        released: "2024-09-26",
        standard: "2025-11-26",
        extended: "2026-11-26",
    },
    Version {
        name: "1.30",
        patch: "1.30.14",
        platform: "eks.50",
        released: "2024-05-23",
        standard: "2025-07-23",
        extended: "2026-07-23",
    },
    Version {
        name: "1.29",
        patch: "1.29.15",
        platform: "eks.53",
        released: "2024-01-23",
        standard: "2025-03-23",
        extended: "2026-03-23",
    },
];

fn day(text: &str) -> i64 {
    format!("{text}T00:00:00Z").parse::<jiff::Timestamp>().map(|at| at.as_millisecond()).unwrap_or_default()
}

impl Version {
    fn status(&self, now: i64) -> &'static str {
        match now {
            now if now < day(self.standard) => "STANDARD_SUPPORT",
            now if now < day(self.extended) => "EXTENDED_SUPPORT",
            _ => "UNSUPPORTED",
        }
    }
}

pub fn in_standard_support(version: &str, now: i64) -> bool {
    ALL.iter().find(|one| one.name == version).is_none_or(|one| one.status(now) == "STANDARD_SUPPORT")
}

/// `1.34` after `1.33`.
pub fn next(version: &str) -> String {
    let minor = version.split_once('.').and_then(|(_, minor)| minor.parse::<u32>().ok()).unwrap_or_default();
    format!("1.{}", minor + 1)
}

pub fn describe(call: &Call<'_>) -> Result<Reply, Fail> {
    let limit = page::limit(call, "maxResults", 1, 100, 100)?;
    let now = call.look(|world, _| world.now)?;
    let only = call.texts("clusterVersions");
    let status =
        call.text("versionStatus").or(call.text("status")).map(|status| status.to_uppercase().replace('-', "_"));
    let (all, default) = (call.flag("includeAll"), call.flag("defaultOnly"));
    let wanted = |(number, one): &(usize, &Version)| {
        let is = one.status(now);
        (only.is_empty() || only.iter().any(|name| name == one.name))
            && status.as_ref().is_none_or(|wish| wish == is)
            && (all || is != "UNSUPPORTED" || status.is_some())
            && (!default || *number == 0)
    };
    let row = |(number, one): (usize, &Version)| {
        let status = one.status(now);
        json!({
            "clusterVersion": one.name,
            "clusterType": "eks",
            "defaultPlatformVersion": one.platform,
            "defaultVersion": number == 0,
            "releaseDate": time(day(one.released)),
            "endOfStandardSupportDate": time(day(one.standard)),
            "endOfExtendedSupportDate": time(day(one.extended)),
            "status": status.to_lowercase().replace('_', "-"),
            "versionStatus": status,
            "kubernetesPatchVersion": one.patch,
        })
    };
    let rows: Vec<Value> = ALL.iter().enumerate().filter(wanted).map(row).collect();
    let key = |row: &Value| row["clusterVersion"].as_str().unwrap_or_default().to_owned();
    let Page { rows, next } = page(call, rows, key, limit, call.text("nextToken"))?;
    Ok(json!({ "clusterVersions": rows, "nextToken": next }).into())
}
