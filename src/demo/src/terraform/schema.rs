//! The schema of the real provider, as `infra/tests/provider/schema/make` derives it: what a resource consists of, told to Terraform and
//! used to walk values.
use std::{collections::BTreeMap, io::Read, sync::OnceLock};

use flate2::read::GzDecoder;
use prost::Message;
use serde::Deserialize;

use super::{
    proto,
    value::{Fields, Value},
};

/// From the bindings of the provider, under the MPL 2.0; the NOTICE beside it says how it is made, and of what.
const PACKED: &[u8] = include_bytes!("../../../../infra/tests/provider/schema/aws-6.66.0.json.gz");
pub const ADDRESS: &str = "registry.terraform.io/hashicorp/aws";

/// What the bindings do not say: which values are secret.
const SECRET: [(&str, &[&str]); 6] = [
    ("aws_ssm_parameter", &["value"]),
    ("aws_secretsmanager_secret_version", &["secret_string", "secret_binary"]),
    ("aws_eks_cluster_auth", &["token"]),
    ("aws_ecr_authorization_token", &["authorization_token", "password"]),
    ("aws_iam_access_key", &["secret", "ses_smtp_password_v4"]),
    ("aws_db_instance", &["password"]),
];

#[derive(Debug, Deserialize)]
pub struct Schemas {
    pub provider: Schema,
    #[serde(rename = "resource_schemas")]
    pub resources: BTreeMap<String, Schema>,
    #[serde(rename = "data_source_schemas")]
    pub data: BTreeMap<String, Schema>,
}

#[derive(Debug, Deserialize)]
pub struct Schema {
    #[serde(default)]
    version: i64,
    pub block: Block,
}

#[derive(Debug, Default, Deserialize)]
pub struct Block {
    #[serde(default)]
    pub attributes: BTreeMap<String, Attribute>,
    #[serde(default, rename = "block_types")]
    pub blocks: BTreeMap<String, Nested>,
}

#[derive(Debug, Deserialize)]
pub struct Attribute {
    #[serde(rename = "type")]
    kind: Option<serde_json::Value>,
    nested_type: Option<Object>,
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub optional: bool,
    #[serde(default)]
    pub computed: bool,
    #[serde(default)]
    pub sensitive: bool,
    #[serde(default)]
    write_only: bool,
}

#[derive(Debug, Deserialize)]
struct Object {
    #[serde(default)]
    attributes: BTreeMap<String, Attribute>,
    nesting_mode: Nesting,
}

#[derive(Debug, Deserialize)]
pub struct Nested {
    pub block: Block,
    pub nesting_mode: Nesting,
    #[serde(default)]
    min_items: i64,
    #[serde(default)]
    max_items: i64,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Nesting {
    Single = 1,
    List = 2,
    Set = 3,
    Map = 4,
    Group = 5,
}

/// The type of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Number,
    Bool,
    /// A list or a set.
    Items(Box<Kind>),
    Map(Box<Kind>),
    Object(BTreeMap<String, Kind>),
    /// Whatever it is.
    Any,
}

/// The provider's whole schema; unpacked when it is first asked for.
///
/// # Errors
/// If the packed schema is broken.
pub fn all() -> Result<&'static Schemas, String> {
    static ALL: OnceLock<Result<Schemas, String>> = OnceLock::new();
    ALL.get_or_init(unpack).as_ref().map_err(Clone::clone)
}

fn unpack() -> Result<Schemas, String> {
    #[derive(Deserialize)]
    struct File {
        provider_schemas: BTreeMap<String, Schemas>,
    }
    let mut text = vec![];
    GzDecoder::new(PACKED).read_to_end(&mut text).map_err(|e| format!("unpack the schema: {e}"))?;
    let mut file: File = serde_json::from_slice(&text).map_err(|e| format!("read the schema: {e}"))?;
    let mut aws = file.provider_schemas.remove(ADDRESS).ok_or("the schema has nothing for hashicorp/aws")?;
    for (name, secret) in SECRET {
        for schema in [aws.resources.get_mut(name), aws.data.get_mut(name)].into_iter().flatten() {
            for (_, attribute) in schema.block.attributes.iter_mut().filter(|(name, _)| secret.contains(&name.as_str()))
            {
                attribute.sensitive = true;
            }
        }
    }
    Ok(aws)
}

impl Schemas {
    /// As `GetProviderSchema` tells it.
    #[must_use]
    pub fn told(&self) -> Vec<u8> {
        let each = |all: &BTreeMap<String, Schema>| all.iter().map(|(name, one)| (name.clone(), one.told())).collect();
        // modules of the registry say by it who they are
        let agent = Attribute {
            kind: Some(serde_json::json!(["list", "string"])),
            nested_type: None,
            required: false,
            optional: true,
            computed: false,
            sensitive: false,
            write_only: false,
        };
        let meta = Block { attributes: BTreeMap::from([("user_agent".to_owned(), agent)]), blocks: BTreeMap::new() };
        proto::Schemas {
            provider: Some(self.provider.told()),
            resources: each(&self.resources),
            data: each(&self.data),
            meta: Some(Schema { version: 0, block: meta }.told()),
            capabilities: Some(proto::Capabilities { plan_destroy: true, schema_optional: true }),
        }
        .encode_to_vec()
    }
}

impl Schema {
    fn told(&self) -> proto::Schema {
        proto::Schema { version: self.version, block: Some(self.block.told()) }
    }
}

impl Block {
    fn told(&self) -> proto::Block {
        let nested = self.blocks.iter().map(|(name, one)| proto::Nested {
            name: name.clone(),
            block: Some(one.block.told()),
            nesting: one.nesting_mode as i32,
            least: one.min_items,
            most: one.max_items,
        });
        proto::Block { attributes: attributes(&self.attributes), blocks: nested.collect() }
    }

    /// An object in which nothing is said: what an import begins with.
    #[must_use]
    pub fn empty(&self) -> Fields {
        let attributes = self.attributes.keys().map(|name| (name.clone(), Value::Null));
        let blocks = self.blocks.iter().map(|(name, nested)| {
            let none = if nested.nesting_mode.is_several() { Value::List(vec![]) } else { Value::Null };
            (name.clone(), none)
        });
        attributes.chain(blocks).collect()
    }

    /// Asks `change` for every attribute, those of nested blocks included; it is told the name, the attribute, how deep it lies, and its value.
    pub fn rewrite(&self, fields: Fields, by: &mut dyn FnMut(&str, &Attribute, usize, Value) -> Value) -> Fields {
        self.rewrite_at(fields, 0, by)
    }

    fn rewrite_at(
        &self,
        mut fields: Fields,
        depth: usize,
        by: &mut dyn FnMut(&str, &Attribute, usize, Value) -> Value,
    ) -> Fields {
        for (name, attribute) in &self.attributes {
            let value = fields.remove(name).unwrap_or_default();
            fields.insert(name.clone(), by(name, attribute, depth, value));
        }
        for (name, nested) in &self.blocks {
            let mut inner = |value| match value {
                Value::Map(fields) => Value::Map(nested.block.rewrite_at(fields, depth + 1, by)),
                other => other,
            };
            let value = match fields.remove(name).unwrap_or_default() {
                Value::List(items) => Value::List(items.into_iter().map(inner).collect()),
                one => inner(one),
            };
            fields.insert(name.clone(), value);
        }
        fields
    }
}

fn attributes(all: &BTreeMap<String, Attribute>) -> Vec<proto::Attribute> {
    let each = all.iter().map(|(name, one)| proto::Attribute {
        name: name.clone(),
        kind: one.kind.as_ref().map(|kind| kind.to_string().into_bytes()).unwrap_or_default(),
        required: one.required,
        optional: one.optional,
        computed: one.computed,
        sensitive: one.sensitive,
        write_only: one.write_only,
        nested: one.nested_type.as_ref().map(|object| proto::Object {
            attributes: attributes(&object.attributes),
            nesting: object.nesting_mode as i32,
        }),
    });
    each.collect()
}

impl Nesting {
    const fn is_several(self) -> bool {
        matches!(self, Self::List | Self::Set | Self::Map)
    }
}

impl Attribute {
    #[must_use]
    pub fn kind(&self) -> Kind {
        if let Some(object) = &self.nested_type {
            let of = Kind::Object(object.attributes.iter().map(|(name, one)| (name.clone(), one.kind())).collect());
            return match object.nesting_mode {
                Nesting::List | Nesting::Set => Kind::Items(Box::new(of)),
                Nesting::Map => Kind::Map(Box::new(of)),
                Nesting::Single | Nesting::Group => of,
            };
        }
        self.kind.as_ref().map_or(Kind::Any, Kind::of)
    }
}

impl Kind {
    fn of(told: &serde_json::Value) -> Self {
        match (told.as_str(), told.get(0).and_then(|word| word.as_str())) {
            (Some("string"), _) => Self::Text,
            (Some("number"), _) => Self::Number,
            (Some("bool"), _) => Self::Bool,
            (_, Some("list" | "set")) => Self::Items(Box::new(Self::of(&told[1]))),
            (_, Some("map")) => Self::Map(Box::new(Self::of(&told[1]))),
            (_, Some("object")) => {
                let fields = told[1].as_object().into_iter().flatten();
                Self::Object(fields.map(|(name, one)| (name.clone(), Self::of(one))).collect())
            }
            _ => Self::Any,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_that_of_the_real_provider() {
        let all = all().unwrap();
        assert!(all.resources.len() > 270 && all.data.len() > 80, "{} {}", all.resources.len(), all.data.len());
        let vpc = &all.resources["aws_vpc"].block;
        assert!(vpc.attributes["id"].computed && vpc.attributes["cidr_block"].optional);
        assert_eq!(vpc.attributes["tags"].kind(), Kind::Map(Box::new(Kind::Text)));
        let told = proto::Schemas::decode(all.told().as_slice()).unwrap();
        assert_eq!(told.resources.len(), all.resources.len());
    }

    #[test]
    fn secrets_are_marked() {
        let all = all().unwrap();
        assert!(all.resources["aws_ssm_parameter"].block.attributes["value"].sensitive);
        assert!(all.data["aws_ssm_parameter"].block.attributes["value"].sensitive);
        assert!(!all.resources["aws_ssm_parameter"].block.attributes["insecure_value"].sensitive);
    }
}
