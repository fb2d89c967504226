//! Data sources: what AWS would say of itself, of what was applied, and of what stands in the world.
use std::collections::BTreeMap;

use super::{
    account::Objects,
    invent::Inventor,
    policy,
    proto::{self, OfConfig},
    schema::{self, Attribute, Kind},
    session::Session,
    value::{Fields, Told, Value},
};
use crate::{
    rng,
    world::{Region, network::Vpc, tag::Tags},
};

/// # Errors
/// If there is no such thing: why.
pub fn read(session: &Session, asked: &OfConfig) -> Result<Value, String> {
    let name = asked.kind.as_str();
    let block = &schema::all()?.data.get(name).ok_or("the schema does not have this data source")?.block;
    let Value::Map(config) = proto::read(asked.config.as_ref())? else {
        return Err("it has no configuration".to_owned());
    };
    let region = session.region(&Value::Map(config.clone()));
    let answers = answers(session, name, &region, &config)?;
    let inventor = Inventor::new(name, &region, &session.stand.number, &config, rng::hash(session.stand.nonce, name));
    let mut by = |name: &str, attribute: &Attribute, depth: usize, value: Value| {
        let answer = answers.get(name).filter(|answer| depth == 0 && attribute.computed && !answer.is_null());
        match (answer, name) {
            (Some(answer), _) => fitting(answer, &attribute.kind()),
            (None, "region") if depth == 0 && value.is_null() => region.as_str().into(),
            _ if value.is_null() && attribute.computed => inventor.value(name, &attribute.kind()),
            _ => value,
        }
    };
    Ok(Value::Map(block.rewrite(config.clone(), &mut by)))
}

/// What a resource calls a number may be a text to its data source.
fn fitting(answer: &Value, kind: &Kind) -> Value {
    match (answer, kind) {
        (Value::Number(number), Kind::Text) => number.to_string().into(),
        (Value::Text(text), Kind::Number) => text.parse().map_or(Value::Null, Value::Number),
        (Value::Text(text), Kind::Bool) => Value::Bool(text == "true"),
        _ => answer.clone(),
    }
}

fn pairs<const N: usize>(pairs: [(&str, Value); N]) -> Fields {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn answers(session: &Session, name: &str, region: &str, config: &Fields) -> Result<Fields, String> {
    let stand = &session.stand;
    let number = stand.number.as_str();
    Ok(match name {
        "aws_caller_identity" => pairs([
            ("id", number.into()),
            ("account_id", number.into()),
            ("arn", format!("arn:aws:sts::{number}:assumed-role/deployer/terraform").into()),
            ("user_id", "AROADEPLOYER00000000:terraform".into()),
        ]),
        "aws_partition" => pairs([
            ("id", "aws".into()),
            ("partition", "aws".into()),
            ("dns_suffix", "amazonaws.com".into()),
            ("reverse_dns_prefix", "com.amazonaws".into()),
        ]),
        "aws_region" => pairs([
            ("id", region.into()),
            ("name", region.into()),
            ("region", region.into()),
            ("endpoint", format!("ec2.{region}.amazonaws.com").into()),
        ]),
        "aws_default_tags" => {
            let tags = session.configured().tags;
            let tags = tags.iter().map(|(key, value)| (key.as_str(), value.as_str()));
            pairs([("id", "default_tags".into()), ("tags", Value::texts(tags))])
        }
        "aws_iam_policy_document" => policy::document(config)?,
        "aws_ssm_parameter" => parameter(&stand.account.lock(), number, region, config.text("name"))?,
        "aws_eks_cluster_auth" => {
            pairs([("id", config.text("name").into()), ("token", stand.estate.keys.token.as_str().into())])
        }
        "aws_availability_zones" | "aws_vpcs" | "aws_vpc" | "aws_subnets" | "aws_ami" => {
            stand.estate.look(|world| {
                let place = world.region(region).ok_or_else(|| format!("invalid AWS Region: {region}"))?;
                of_world(name, place, config)
            })?
        }
        _ => applied(&stand.account.lock(), name, region, config)?,
    })
}

fn of_world(name: &str, place: &Region, config: &Fields) -> Result<Fields, String> {
    let id = ("id", place.name.as_str().into());
    Ok(match name {
        "aws_availability_zones" => pairs([
            id,
            ("names", place.zones.iter().map(|zone| zone.name.clone()).collect()),
            ("zone_ids", place.zones.iter().map(|zone| zone.id.clone()).collect()),
            ("group_names", [place.name.clone()].into_iter().collect()),
        ]),
        "aws_vpcs" => {
            let all = place.vpcs.iter().filter(|vpc| meant(config, &vpc.tags, &vpc_fields(vpc)));
            pairs([id, ("ids", all.map(|vpc| vpc.id.clone()).collect())])
        }
        "aws_vpc" => {
            let mut all = place.vpcs.iter().filter(|vpc| meant(config, &vpc.tags, &vpc_fields(vpc)));
            match (all.next(), all.next()) {
                (Some(vpc), None) => pairs([
                    ("id", vpc.id.as_str().into()),
                    ("cidr_block", vpc.block.to_string().into()),
                    ("dhcp_options_id", vpc.dhcp_options.as_str().into()),
                    ("tags", Value::texts(vpc.tags.0.iter().map(|(key, value)| (key.as_str(), value.as_str())))),
                ]),
                (Some(_), Some(_)) => return Err("multiple EC2 VPCs matched; use additional constraints".to_owned()),
                _ => return Err("no matching EC2 VPC found".to_owned()),
            }
        }
        "aws_subnets" => {
            let all = place.subnets.iter().filter(|subnet| {
                let fields = BTreeMap::from([("id", subnet.id.clone()), ("vpc-id", subnet.vpc.clone())]);
                meant(config, &subnet.tags, &fields)
            });
            pairs([id, ("ids", all.map(|subnet| subnet.id.clone()).collect())])
        }
        _ => {
            let all = place.amis.iter().filter(|ami| {
                meant(config, &ami.tags, &BTreeMap::from([("image-id", ami.id.clone()), ("name", ami.name.clone())]))
            });
            let ami = all.max_by_key(|ami| ami.created).ok_or("Your query returned no results")?;
            let created = crate::clock::millis(ami.created);
            pairs([
                ("id", ami.id.as_str().into()),
                ("image_id", ami.id.as_str().into()),
                ("name", ami.name.as_str().into()),
                ("creation_date", created.into()),
            ])
        }
    })
}

fn vpc_fields(vpc: &Vpc) -> BTreeMap<&'static str, String> {
    BTreeMap::from([("id", vpc.id.clone()), ("vpc-id", vpc.id.clone()), ("cidr", vpc.block.to_string())])
}

/// Whether it has the id, the tags and what the filters ask for.
fn meant(config: &Fields, tags: &Tags, fields: &BTreeMap<&str, String>) -> bool {
    let id = config.text("id");
    let tagged =
        config.value("tags").fields().into_iter().flatten().all(|(key, value)| tags.value(key) == value.text());
    let filtered = config.value("filter").items().iter().all(|filter| {
        let name = filter.at(&["name"]).text().unwrap_or_default();
        let has = match name.strip_prefix("tag:") {
            Some(key) => tags.value(key).map(str::to_owned),
            None => fields.get(name).cloned(),
        };
        has.is_some_and(|has| filter.at(&["values"]).list().iter().any(|wish| like(wish, &has)))
    });
    tagged && filtered && (id.is_empty() || fields.get("id").is_some_and(|own| own == id))
}

/// `*` stands for anything, as in EC2's filters.
fn like(pattern: &str, text: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else { return pattern == text };
    let Some(rest) = text.strip_prefix(before) else { return false };
    after.is_empty() || rest.char_indices().any(|(at, _)| like(after, &rest[at..]))
}

fn parameter(objects: &Objects, number: &str, region: &str, name: &str) -> Result<Fields, String> {
    let applied = objects.find("aws_ssm_parameter", region, "name", name);
    let value = match applied {
        Some((_, object)) if !object.state.text("insecure_value").is_empty() => {
            object.state.text("insecure_value").to_owned()
        }
        Some((_, object)) => object.state.text("value").to_owned(),
        // what AWS publishes, when it is asked for, are images
        None if name.starts_with("/aws/service/") => {
            format!("ami-0{}", rng::Rng::of(rng::hash(0, region), name).hex(16))
        }
        None => return Err(format!("couldn't find resource: there is no parameter {name} in {region}")),
    };
    Ok(pairs([
        ("id", name.into()),
        ("value", value.as_str().into()),
        ("insecure_value", value.as_str().into()),
        ("type", applied.map_or("String", |(_, object)| object.state.text("type")).into()),
        ("version", applied.map_or(Value::Number(1.0), |(_, object)| object.state.value("version").clone())),
        ("arn", format!("arn:aws:ssm:{region}:{number}:parameter{name}").into()),
    ]))
}

/// What was applied as a resource of the same name is found by what the configuration says of it.
fn applied(objects: &Objects, name: &str, region: &str, config: &Fields) -> Result<Fields, String> {
    if !schema::all()?.resources.contains_key(name) {
        return Ok(Fields::new());
    }
    let said: Vec<_> = config.iter().filter(|(_, value)| matches!(value, Value::Text(_))).collect();
    let mut all = objects
        .of(name, region)
        .filter(|(_, object)| said.iter().all(|(key, value)| *key == "region" || object.state.value(key) == *value));
    let found = all.next().ok_or_else(|| format!("no matching {name} found in {region}"))?;
    Ok(found.1.state.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_matches_as_those_of_ec2_do() {
        assert!(like("al2023-ami-*-x86_64", "al2023-ami-2023.9-x86_64") && like("*", "") && like("a", "a"));
        assert!(!like("al2023-*-arm64", "al2023-ami-x86_64") && !like("a", "ab"));
    }
}
