//! A log group of `CloudWatch` Logs.
#[cfg(feature = "live")]
pub mod fetch;

use super::{Cell, Column, Copyable, Kind, Link, Reach, Resource, Scope, Way, Wish,};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogGroup {
    pub name: Box<str>,
    pub bytes: u64,
    /// In days; `None`: kept for ever.
    pub retention: Option<i64>,
    pub class: Box<str>,
    pub created: Option<i64>,
    pub encrypted: bool,
    pub arn: Box<str>,
}

impl Resource for LogGroup {
    const REACH: Reach = Reach::Region;
    const COLUMNS: &'static [Column<Self>] = &[
        Column { title: "NAME", width: 56, rank: 0, cell: |g| Cell::text(&g.name) },
        Column { title: "STORED", width: 9, rank: 0, cell: |g| Cell::Bytes(g.bytes) },
        Column { title: "DAYS", width: 5, rank: 1, cell: |g| g.retention.map_or(Cell::Text("ever"), Cell::Int) },
        Column { title: "CLASS", width: 17, rank: 2, cell: |g| Cell::text(&g.class) },
        Column { title: "AGE", width: 6, rank: 1, cell: |g| Cell::since(g.created) },
        Column { title: "KMS", width: 3, rank: 3, cell: |g| Cell::Flag(g.encrypted) },
        Column { title: "ARN", width: 0, rank: 9, cell: |g| Cell::text(&g.arn) },
    ];

    fn id(&self) -> &str {
        &self.name
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn links(&self, scope: &Scope) -> Vec<Link> {
        let mut all = vec![Link::new(Way::Up, "region", Kind::Region, scope.at_region(""), "NAME", &*scope.region)];
        let parts: Vec<&str> = self.name.split('/').collect();
        if let ["", "aws", "eks" | "containerinsights", cluster, ..] = parts[..] {
            all.insert(0, Link::new(Way::Up, "cluster", Kind::Cluster, scope.clone(), "NAME", cluster));
        }
        all
    }

    fn copies(&self, scope: &Scope) -> Vec<Copyable> {
        vec![
            Copyable { label: "ARN", text: self.arn.to_string() },
            Copyable {
                label: "aws command",
                text: format!("aws logs tail --region {} --since 15m --follow '{}'", scope.region, self.name),
            },
        ]
    }

    fn logs(&self, scope: &Scope) -> Option<Wish> {
        Some(Wish::Group { scope: scope.clone(), group: self.name.as_ref().into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_logs_of_a_cluster_lead_to_it() {
        let up = |name: &str| LogGroup { name: name.into(), ..LogGroup::default() }.links(&Scope::default())[0].kind;
        assert_eq!(up("/aws/eks/app/cluster"), Kind::Cluster);
        assert_eq!(up("/aws/containerinsights/app/performance"), Kind::Cluster);
        assert_eq!(up("/aws/lambda/app"), Kind::Region);
    }
}
