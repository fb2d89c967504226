//! The EKS cluster of a region, as AWS sees it; what is in it lives in `kube`.
use super::tag::Tags;

#[derive(Clone, Debug)]
pub struct Cluster {
    pub name: String,
    pub arn: String,
    /// `1.33`.
    pub version: String,
    pub platform: String,
    pub created: i64,
    /// Where its API server listens, and the certificate authority (PEM) that vouches for it: set when it is served.
    pub endpoint: String,
    pub authority: String,
    pub role: String,
    pub kms_key: String,
    pub vpc: String,
    pub subnets: Vec<String>,
    pub group: String,
    pub oidc: String,
    pub updates: Vec<Update>,
    pub addons: Vec<Addon>,
    pub access: Vec<AccessEntry>,
    pub nodegroups: Vec<Nodegroup>,
    pub tags: Tags,
}

impl Cluster {
    /// Whether the region has one: where it has none, the name is empty, and the port and its certificate wait for one.
    #[must_use]
    pub const fn is_there(&self) -> bool {
        !self.name.is_empty()
    }
}

#[derive(Clone, Debug)]
pub struct Nodegroup {
    pub name: String,
    pub arn: String,
    pub asg: String,
    pub shape: String,
    pub release: String,
    pub template: super::host::LaunchTemplate,
    pub subnets: Vec<String>,
    pub role: String,
    pub created: i64,
    pub tags: Tags,
}

#[derive(Clone, Debug)]
pub struct Update {
    pub id: String,
    /// `VersionUpdate`, `ConfigUpdate`, …
    pub kind: &'static str,
    /// `Successful`, `InProgress`, `Failed`.
    pub status: &'static str,
    pub created: i64,
    /// Parameter type and value.
    pub params: Vec<(String, String)>,
    pub nodegroup: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Addon {
    pub name: String,
    pub version: String,
    pub created: i64,
}

#[derive(Clone, Debug)]
pub struct AccessEntry {
    pub principal: String,
    pub groups: Vec<String>,
    pub created: i64,
}
