//! Which field of the oracle is which cell of ours, kind by kind.
use serde_json::{Value, json};

pub struct Shape {
    pub kind: &'static str,
    pub fields: &'static [Field],
    /// Cells that nobody else is asked for, and why.
    pub alone: &'static [(&'static str, &'static str)],
}

pub struct Field {
    pub ours: &'static str,
    /// One of the oracle's, but for what is made of several.
    pub theirs: &'static [&'static str],
    pub how: How,
}

pub enum How {
    /// The same value.
    Same,
    /// RFC 3339 with us, seconds since 1970 there.
    Moment,
    /// Names, joined by a comma with us; their order means nothing.
    List,
    /// Our cell from their row.
    Made(fn(&Value) -> Value),
}

const fn same(name: &'static [&'static str; 1]) -> Field {
    Field { ours: name[0], theirs: name, how: How::Same }
}

const fn moment(name: &'static [&'static str; 1]) -> Field {
    Field { ours: name[0], theirs: name, how: How::Moment }
}

const fn list(name: &'static [&'static str; 1]) -> Field {
    Field { ours: name[0], theirs: name, how: How::List }
}

const fn made(ours: &'static str, theirs: &'static [&'static str], cell: fn(&Value) -> Value) -> Field {
    Field { ours, theirs, how: How::Made(cell) }
}

fn access(row: &Value) -> Value {
    match (row["private"] == true, row["public"] == true) {
        (true, true) => json!("private+public"),
        (true, false) => json!("private"),
        (false, true) => json!("public"),
        (false, false) => Value::Null,
    }
}

fn reasons(row: &Value) -> Value {
    let told = row["reasons"].as_object().expect("reasons are counted");
    let named = |(reason, times): (&String, &Value)| match times.as_u64() {
        Some(1) => reason.clone(),
        times => format!("{reason}×{}", times.unwrap_or(0)),
    };
    let named: Vec<String> = told.iter().map(named).collect();
    if named.is_empty() { Value::Null } else { named.join(",").into() }
}

fn healthy(row: &Value) -> Value {
    json!({"have": row["healthy"], "of": row["health"].as_object().map_or(0, serde_json::Map::len)})
}

fn balancers(row: &Value) -> Value {
    let arns = row["load_balancer_arn"].as_array().expect("there is a list");
    let named = arns.iter().filter_map(|arn| arn.as_str()?.split('/').nth(2));
    let named: Vec<&str> = named.collect();
    if named.is_empty() { Value::Null } else { named.join(",").into() }
}

/// The oracle does not ask for these; the unit tests of the kind show how they are read.
const UNASKED: &str = "the oracle does not tell it";

pub const KINDS: &[Shape] = &[
    Shape {
        kind: "vpc",
        fields: &[
            same(&["id"]),
            same(&["name"]),
            same(&["role"]),
            same(&["cidr"]),
            same(&["state"]),
            same(&["default"]),
            same(&["owner"]),
        ],
        alone: &[],
    },
    Shape {
        kind: "subnet",
        fields: &[
            same(&["id"]),
            same(&["name"]),
            same(&["az"]),
            same(&["cidr"]),
            same(&["free_ips"]),
            same(&["state"]),
            same(&["vpc"]),
            same(&["routes"]),
            same(&["via"]),
            same(&["public_ips"]),
            same(&["route_table"]),
            same(&["main_table"]),
            same(&["arn"]),
        ],
        alone: &[("blackholes", UNASKED)],
    },
    Shape {
        kind: "instance",
        fields: &[
            same(&["id"]),
            same(&["name"]),
            same(&["role"]),
            same(&["state"]),
            same(&["status"]),
            same(&["type"]),
            same(&["az"]),
            same(&["private_ip"]),
            same(&["public_ip"]),
            same(&["ssm"]),
            moment(&["age"]),
            same(&["ami"]),
            moment(&["ami_age"]),
            same(&["vpc"]),
            same(&["subnet"]),
            same(&["cluster"]),
            same(&["nodegroup"]),
            same(&["asg"]),
            list(&["security_groups"]),
            made("nodegroup_id", &["cluster", "nodegroup"], |row| match &row["nodegroup"] {
                Value::String(name) => format!("{}/{name}", row["cluster"].as_str().unwrap_or_default()).into(),
                _ => Value::Null,
            }),
        ],
        alone: &[],
    },
    Shape {
        kind: "security-group",
        fields: &[
            same(&["id"]),
            same(&["name"]),
            same(&["description"]),
            same(&["vpc"]),
            same(&["ingress"]),
            same(&["egress"]),
            same(&["owner"]),
            list(&["open_to_world"]),
        ],
        alone: &[],
    },
    Shape {
        kind: "cluster",
        fields: &[
            same(&["name"]),
            same(&["version"]),
            same(&["status"]),
            same(&["url"]),
            same(&["platform"]),
            moment(&["age"]),
            same(&["arn"]),
            same(&["vpc"]),
            made("endpoint", &["private", "public"], access),
        ],
        alone: &[
            ("source", "it tells EKS from a kubeconfig, which AWS does not know"),
            ("issues", UNASKED),
            ("auth", UNASKED),
            ("public_cidrs", UNASKED),
            ("security_groups", UNASKED),
        ],
    },
    Shape {
        kind: "nodegroup",
        fields: &[
            same(&["name"]),
            same(&["cluster"]),
            same(&["status"]),
            same(&["version"]),
            same(&["release"]),
            same(&["desired"]),
            same(&["min"]),
            same(&["max"]),
            same(&["ami_type"]),
            same(&["capacity"]),
            list(&["types"]),
            moment(&["age"]),
            same(&["arn"]),
            list(&["asg"]),
        ],
        alone: &[("id", "it is the row's id, which is compared"), ("issues", UNASKED)],
    },
    Shape {
        kind: "asg",
        fields: &[
            same(&["name"]),
            same(&["arn"]),
            same(&["desired"]),
            same(&["min"]),
            same(&["max"]),
            same(&["unhealthy"]),
            same(&["cluster"]),
            list(&["azs"]),
            moment(&["age"]),
            made(
                "in_service",
                &["in_service", "desired"],
                |row| json!({"have": row["in_service"], "of": row["desired"]}),
            ),
        ],
        alone: &[("suspended", UNASKED), ("status", UNASKED)],
    },
    Shape {
        kind: "load-balancer",
        fields: &[
            same(&["name"]),
            same(&["arn"]),
            same(&["type"]),
            same(&["scheme"]),
            same(&["state"]),
            same(&["dns"]),
            same(&["vpc"]),
            moment(&["age"]),
            list(&["azs"]),
        ],
        alone: &[("reason", UNASKED), ("security_groups", UNASKED)],
    },
    Shape {
        kind: "target-group",
        fields: &[
            same(&["name"]),
            same(&["arn"]),
            same(&["protocol"]),
            same(&["type"]),
            same(&["vpc"]),
            list(&["load_balancer_arn"]),
            list(&["targets"]),
            made("load_balancer", &["load_balancer_arn"], balancers),
            made("healthy", &["healthy", "health"], healthy),
            made("reasons", &["reasons"], reasons),
        ],
        alone: &[],
    },
    Shape {
        kind: "log-group",
        fields: &[
            same(&["name"]),
            same(&["stored"]),
            moment(&["age"]),
            same(&["arn"]),
            made("days", &["days"], |row| if row["days"].is_null() { json!("ever") } else { row["days"].clone() }),
        ],
        alone: &[("class", UNASKED), ("kms", UNASKED)],
    },
];
