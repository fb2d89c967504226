//! AWS's public parameters, as far as they are used: which images are the newest.
use serde_json::{Value, json};

use super::{Call, Fail, Reply};
use crate::{
    aws::{
        fail,
        page::{self, Page, page},
        wire::time,
    },
    world::{
        Region,
        host::{Ami, Role},
        tag,
    },
};

struct Parameter {
    name: String,
    value: String,
    changed: i64,
    kind: &'static str,
}

fn all(region: &Region) -> Vec<Parameter> {
    let newest = |role: Role| {
        let of = region.amis.iter().filter(|ami| ami.tags.value(tag::ROLE) == Some(role.name()));
        of.max_by_key(|ami| ami.created)
    };
    let mut found = vec![];
    let mut put = |name: String, ami: &Ami, value: &str, kind| {
        found.push(Parameter { name, value: value.to_owned(), changed: ami.created, kind });
    };
    if let Some(ami) = newest(Role::Bastion).or_else(|| newest(Role::Jump)) {
        for kernel in ["default", "6.1", "6.12"] {
            let name = format!("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-{kernel}-x86_64");
            put(name, ami, &ami.id, "aws:ec2:image");
        }
    }
    if let Some(ami) = newest(Role::Node) {
        let version = &region.eks.version;
        let base = format!("/aws/service/eks/optimized-ami/{version}/amazon-linux-2023/x86_64/standard/recommended");
        let release = region.eks.nodegroups.first().map(|group| group.release.as_str()).unwrap_or_default();
        put(format!("{base}/image_id"), ami, &ami.id, "text");
        put(format!("{base}/image_name"), ami, &ami.name, "text");
        put(format!("{base}/release_version"), ami, release, "text");
        let whole =
            json!({ "schema_version": "2", "image_id": ami.id, "image_name": ami.name, "release_version": release });
        put(base, ami, &whole.to_string(), "text");
    }
    found
}

impl Parameter {
    fn told(&self, region: &str) -> Value {
        json!({
            "Name": self.name,
            "Type": "String",
            "Value": self.value,
            "Version": 1 + self.changed.div_euclid(crate::clock::DAY) % 200,
            "LastModifiedDate": time(self.changed),
            "ARN": format!("arn:aws:ssm:{region}::parameter{}", self.name),
            "DataType": self.kind,
        })
    }
}

/// What is there of these names, which may be ARNs.
fn named(call: &Call<'_>, names: &[String]) -> Result<Vec<Option<Value>>, Fail> {
    call.look(|_, region| {
        let all = all(region);
        let one = |name: &String| {
            let bare = name.split_once(":parameter").map_or(name.as_str(), |(_, bare)| bare);
            all.iter().find(|parameter| parameter.name == bare).map(|parameter| parameter.told(&region.name))
        };
        names.iter().map(one).collect()
    })
}

pub fn one(call: &Call<'_>) -> Result<Reply, Fail> {
    let name = call.text("Name").ok_or_else(|| fail::missing(call, "name"))?.to_owned();
    match named(call, &[name])?.pop().flatten() {
        Some(parameter) => Ok(json!({ "Parameter": parameter }).into()),
        None => Err(Fail::bad("ParameterNotFound", "")),
    }
}

pub fn some(call: &Call<'_>) -> Result<Reply, Fail> {
    let names = call.texts("Names");
    if names.is_empty() || names.len() > 10 {
        return Err(Fail::bad("ValidationException", "Names must have 1 to 10 entries."));
    }
    let found = named(call, &names)?;
    let unknown: Vec<&String> =
        names.iter().zip(&found).filter(|(_, found)| found.is_none()).map(|(name, _)| name).collect();
    let found: Vec<&Value> = found.iter().flatten().collect();
    Ok(json!({ "Parameters": found, "InvalidParameters": unknown }).into())
}

pub fn by_path(call: &Call<'_>) -> Result<Reply, Fail> {
    let limit = page::limit(call, "MaxResults", 1, 10, 10)?;
    let path = call.text("Path").ok_or_else(|| fail::missing(call, "path"))?;
    let base = format!("{}/", path.trim_end_matches('/'));
    let deep = call.flag("Recursive");
    let rows = call.look(|_, region| {
        let mut rows: Vec<Value> = all(region)
            .iter()
            .filter(|one| one.name.strip_prefix(&base).is_some_and(|rest| deep || !rest.contains('/')))
            .map(|one| one.told(&region.name))
            .collect();
        rows.sort_by_key(key);
        rows
    })?;
    let Page { rows, next } = page(call, rows, key, limit, call.text("NextToken"))?;
    Ok(json!({ "Parameters": rows, "NextToken": next }).into())
}

fn key(row: &Value) -> String {
    row["Name"].as_str().unwrap_or_default().to_owned()
}
