//! What was done and what was built: CloudTrail's events, ECR's images, the DNS zone.
use super::tag::Tags;

/// A CloudTrail management event.
#[derive(Clone, Debug)]
pub struct TrailEvent {
    pub id: String,
    pub at: i64,
    pub name: String,
    /// `ec2.amazonaws.com`.
    pub source: String,
    /// Who: the session of an assumed role.
    pub user: String,
    pub arn: String,
    pub ip: String,
    pub read_only: bool,
    /// Resource type and name.
    pub resources: Vec<(String, String)>,
    pub request: serde_json::Value,
    pub response: serde_json::Value,
    pub error: Option<String>,
    /// CloudTrail shows it only then.
    pub visible: i64,
}

/// An ECR repository.
#[derive(Clone, Debug)]
pub struct Repository {
    pub name: String,
    pub arn: String,
    pub uri: String,
    pub created: i64,
    /// Newest first.
    pub images: Vec<Image>,
}

#[derive(Clone, Debug)]
pub struct Image {
    pub digest: String,
    pub tags: Vec<String>,
    pub pushed: i64,
    pub pulled: i64,
    pub size: u64,
    /// Scan findings: severity and count.
    pub findings: Vec<(&'static str, u32)>,
}

#[derive(Clone, Debug)]
pub struct HostedZone {
    pub id: String,
    pub name: String,
    pub records: Vec<DnsRecord>,
    pub checks: Vec<HealthCheck>,
    pub tags: Tags,
}

impl HostedZone {
    /// Where there is none, its id is empty.
    #[must_use]
    pub const fn none() -> Self {
        Self { id: String::new(), name: String::new(), records: vec![], checks: vec![], tags: Tags(vec![]) }
    }
}

#[derive(Clone, Debug)]
pub struct DnsRecord {
    pub name: String,
    pub kind: &'static str,
    /// Of a latency record: the region, which is its set identifier too.
    pub region: Option<String>,
    /// An alias: the load balancer's name and zone; else values.
    pub alias: Option<(String, String)>,
    pub values: Vec<String>,
    pub ttl: u32,
    pub health_check: Option<String>,
}

#[derive(Clone, Debug)]
pub struct HealthCheck {
    pub id: String,
    /// The region whose entry it looks at.
    pub region: usize,
    pub host: String,
    pub port: u16,
    pub path: String,
}
