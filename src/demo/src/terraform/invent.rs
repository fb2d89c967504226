//! Makes up what AWS assigns to a new object: ids, ARNs, addresses, names. It looks as it would, and no two are the same.
use super::{
    kind::{Known, known},
    schema::Kind,
    value::{Fields, Told, Value},
};
use crate::rng::Rng;

/// Where the service in an ARN is not the word that follows `aws_` in the type's name.
const SERVICES: [(&str, &str); 12] = [
    ("aws_cloudwatch_log", "logs"),
    ("aws_cloudwatch_event", "events"),
    ("aws_prometheus", "aps"),
    ("aws_vpc", "ec2"),
    ("aws_subnet", "ec2"),
    ("aws_security_group", "ec2"),
    ("aws_default", "ec2"),
    ("aws_eip", "ec2"),
    ("aws_ebs", "ec2"),
    ("aws_network", "ec2"),
    ("aws_lb", "elasticloadbalancing"),
    ("aws_db", "rds"),
];

/// Attributes that hold an id of their own, by how they end.
const IDS: [(&str, &str); 9] = [
    ("route_table_id", "rtb"),
    ("network_acl_id", "acl"),
    ("security_group_id", "sg"),
    ("network_interface_id", "eni"),
    ("dhcp_options_id", "dopt"),
    ("allocation_id", "eipalloc"),
    ("attachment_id", "tgw-attach"),
    ("prefix_list_id", "pl"),
    ("snapshot_id", "snap"),
];

pub struct Inventor<'a> {
    name: &'a str,
    known: &'static Known,
    region: &'a str,
    account: &'a str,
    /// What was given: its names go into ids and ARNs.
    given: &'a Fields,
    seed: u64,
    /// When it was made, as names that are made of prefixes have it.
    moment: String,
}

impl<'a> Inventor<'a> {
    /// `seed` tells one object from all others.
    #[must_use]
    pub fn new(name: &'a str, region: &'a str, account: &'a str, given: &'a Fields, seed: u64) -> Self {
        let moment = crate::clock::seconds(crate::clock::real()).replace(|c: char| !c.is_ascii_digit(), "");
        Self { name, known: known(name), region, account, given, seed, moment }
    }

    fn rng(&self, what: &str) -> Rng {
        Rng::of(self.seed, what)
    }

    fn short(&self) -> String {
        self.name.trim_start_matches("aws_").replace('_', "-")
    }

    /// The name that was given, or what AWS makes of the prefix that was.
    #[must_use]
    pub fn object(&self) -> String {
        let given = |fields: &[&str]| fields.iter().map(|field| self.given.text(field)).find(|text| !text.is_empty());
        if let Some(name) = given(&["name", "bucket", "function_name", "alarm_name", "node_group_name"]) {
            return name.to_owned();
        }
        match given(&["name_prefix", "bucket_prefix", "node_group_name_prefix"]) {
            // a moment and a number, as the provider's own helper makes them
            Some(prefix) => format!("{prefix}{}{}", self.moment, self.rng("name").letters(12, b"0123456789")),
            None => format!("{}-{}", self.short(), self.rng("name").hex(8)),
        }
    }

    #[must_use]
    pub fn id(&self) -> String {
        self.known
            .id
            .as_ref()
            .map_or_else(|| format!("{}-0{}", self.short(), self.rng("id").hex(16)), |form| self.fill(form))
    }

    #[must_use]
    pub fn arn(&self) -> String {
        let form = self.known.arn.as_ref().map(|form| self.fill(form));
        match form {
            Some(arn) if arn.starts_with("arn:") => arn,
            Some(rest) => {
                let (service, rest) = rest.split_once(':').unwrap_or((&rest, ""));
                format!("arn:aws:{service}:{}:{}:{rest}", self.region, self.account)
            }
            None => {
                let word = self.name.trim_start_matches("aws_").split('_').next().unwrap_or_default();
                let own = SERVICES.iter().find(|(prefix, _)| self.name.starts_with(prefix));
                let service = own.map_or(word, |(_, service)| service);
                let id = if self.known.id.as_deref() == Some("{arn}") { self.rng("id").hex(16) } else { self.id() };
                format!("arn:aws:{service}:{}:{}:{}/{id}", self.region, self.account, self.short())
            }
        }
    }

    /// Puts into the places of a template what belongs there.
    fn fill(&self, form: &str) -> String {
        let mut filled = String::new();
        let mut rest = form;
        while let Some((before, after)) = rest.split_once('{') {
            let (place, after) = after.split_once('}').unwrap_or((after, ""));
            filled.push_str(before);
            filled.push_str(&self.place(place));
            rest = after;
        }
        filled + rest
    }

    fn place(&self, place: &str) -> String {
        match place {
            "#" => format!("0{}", self.rng("id").hex(16)),
            "hex" => self.rng("id").hex(16),
            "hex6" => self.rng("suffix").hex(6),
            "uuid" => self.rng("uuid").uuid(),
            "upper" => self.upper("id", 13),
            "id" => self.id(),
            "arn" if self.given.text("arn").is_empty() => self.arn(),
            "name" => self.object(),
            "region" => self.region.to_owned(),
            "account" => self.account.to_owned(),
            attribute if attribute.starts_with("node_group_name") => self.object(),
            attribute => match self.given.value(attribute) {
                Value::Text(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                Value::Unknown => self.text(attribute),
                _ => String::new(),
            },
        }
    }

    fn upper(&self, what: &str, length: usize) -> String {
        self.rng(what).letters(length, b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    }

    /// A value for an attribute that nobody gave one.
    #[must_use]
    pub fn value(&self, attribute: &str, kind: &Kind) -> Value {
        match kind {
            Kind::Text => self.text(attribute).into(),
            Kind::Number => Value::Number(1.0),
            Kind::Bool => Value::Bool(matches!(attribute, "enabled" | "is_enabled" | "actions_enabled")),
            Kind::Map(_) => Value::Map(Fields::new()),
            // one of a list of objects, so that `identity[0].oidc[0].issuer` has something to name
            Kind::Items(of) if matches!(**of, Kind::Object(_)) => Value::List(vec![self.value(attribute, of)]),
            Kind::Items(_) => Value::List(vec![]),
            Kind::Object(fields) => {
                Value::Map(fields.iter().map(|(name, kind)| (name.clone(), self.value(name, kind))).collect())
            }
            Kind::Any => Value::Null,
        }
    }

    fn text(&self, attribute: &str) -> String {
        let here = |what: &str| format!("{what}.{}.amazonaws.com", self.region);
        match attribute {
            "id" => self.id(),
            "arn" | "cluster_arn" => self.arn(),
            "name" | "bucket" | "alarm_name" | "node_group_name" => self.object(),
            "name_prefix" | "bucket_prefix" | "node_group_name_prefix" => String::new(),
            // the world speaks IPv4
            six if six.contains("ipv6") => String::new(),
            "region" => self.region.to_owned(),
            "owner_id" | "owner" | "account_id" | "registry_id" | "peer_owner_id" | "vpc_owner_id" => {
                self.account.to_owned()
            }
            "allocation_id" | "security_group_rule_id" | "key_id" => self.id(),
            "zone_id" if self.name == "aws_route53_zone" => self.id(),
            "zone_id" | "hosted_zone_id" => format!("Z{}", self.upper("zone", 13)),
            "association_id" if self.name == "aws_ec2_client_vpn_network_association" => self.id(),
            "association_id" if self.name.starts_with("aws_eks") => format!("a-{}", self.rng("association").hex(17)),
            "arn_suffix" => format!("{}/{}", self.short(), self.rng("id").hex(16)),
            "availability_zone" => format!("{}a", self.region),
            "public_ip" => format!("198.51.100.{}", self.rng("public").between(1, 254)),
            "private_ip" => format!("10.0.0.{}", self.rng("private").between(4, 250)),
            "dns_name" | "domain_name" | "endpoint" => here(&format!("{}.{}", self.rng("dns").hex(12), self.short())),
            "repository_url" => format!("{}.dkr.ecr.{}.amazonaws.com/{}", self.account, self.region, self.object()),
            "bucket_domain_name" => format!("{}.s3.amazonaws.com", self.object()),
            "bucket_regional_domain_name" => here(&format!("{}.s3", self.object())),
            "fqdn" => self.given.text("name").to_owned(),
            "issuer" => format!("https://oidc.eks.{}.amazonaws.com/id/{}", self.region, self.upper("issuer", 32)),
            "status" | "state" => "ACTIVE".to_owned(),
            "unique_id" => format!("AROA{}", self.upper("unique", 17)),
            date if date.contains("date") || date.ends_with("_at") => crate::clock::seconds(crate::clock::real()),
            _ => self.other(attribute),
        }
    }

    fn other(&self, attribute: &str) -> String {
        match IDS.iter().find(|(end, _)| attribute.ends_with(end)) {
            Some((_, prefix)) => format!("{prefix}-0{}", self.rng(attribute).hex(16)),
            None => format!("{}-{}-{}", self.short(), attribute.replace('_', "-"), self.rng(attribute).hex(8)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(name: &str, given: &[(&str, &str)]) -> (String, String) {
        let given: Fields = given.iter().map(|(key, value)| ((*key).to_owned(), (*value).into())).collect();
        let inventor = Inventor::new(name, "us-east-1", "111122223333", &given, 7);
        (inventor.id(), inventor.arn())
    }

    #[test]
    fn ids_and_arns_look_as_those_of_aws() {
        let (id, arn) = made("aws_vpc", &[]);
        assert!(id.starts_with("vpc-0") && id.len() == 21, "{id}");
        assert_eq!(arn, format!("arn:aws:ec2:us-east-1:111122223333:vpc/{id}"));
        assert_eq!(made("aws_iam_role", &[("name", "reader")]).1, "arn:aws:iam::111122223333:role/reader");
        let (id, arn) = made("aws_lb", &[("name", "entry")]);
        assert!(
            id == arn && arn.starts_with("arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/net/entry/")
        );
        assert_eq!(
            made("aws_ssm_parameter", &[("name", "/a/b")]).1,
            "arn:aws:ssm:us-east-1:111122223333:parameter/a/b"
        );
        let (id, _) = made("aws_eks_access_entry", &[("cluster_name", "one"), ("principal_arn", "arn:x")]);
        assert_eq!(id, "one:arn:x");
    }

    #[test]
    fn a_prefix_becomes_a_name() {
        let given = Fields::from([("name_prefix".to_owned(), "node-".into())]);
        let name = Inventor::new("aws_launch_template", "us-east-1", "1", &given, 1).object();
        assert!(name.starts_with("node-2") && name.len() == 31, "{name}");
    }

    #[test]
    fn two_objects_of_one_form_are_told_apart() {
        let nothing = Fields::new();
        let id = |seed| Inventor::new("aws_subnet", "us-east-1", "1", &nothing, seed).id();
        assert_ne!(id(1), id(2));
    }
}
