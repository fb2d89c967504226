//! What is known of each type beyond its schema: how its ids look, what replaces it, what the provider says unasked. The table is
//! `kinds.toml`.
use std::{collections::BTreeMap, sync::OnceLock};

use serde::Deserialize;

use super::value::Value;

const TABLE: &str = include_str!("kinds.toml");
/// What replaces an object of any type.
const NAMING: [&str; 4] = ["name", "name_prefix", "bucket", "region"];

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Known {
    pub id: Option<String>,
    pub arn: Option<String>,
    replaces: String,
    renews: String,
    defaults: BTreeMap<String, serde_json::Value>,
    pub millis: u64,
}

/// What is known of a type; of one that the table does not have, what holds for all.
#[must_use]
pub fn known(name: &str) -> &'static Known {
    static TYPES: OnceLock<BTreeMap<String, Known>> = OnceLock::new();
    static OTHER: OnceLock<Known> = OnceLock::new();
    // a test reads the table
    let table = TYPES.get_or_init(|| toml::from_str(TABLE).unwrap_or_default());
    table.get(name).unwrap_or_else(|| OTHER.get_or_init(Known::default))
}

impl Known {
    /// Whether another value of the attribute or block makes another object.
    #[must_use]
    pub fn replaces(&self, name: &str) -> bool {
        let mut listed = self.replaces.split_whitespace();
        let taken_back = |word: &str| word.strip_prefix('!') == Some(name);
        listed.clone().any(|word| word == name) || NAMING.contains(&name) && !listed.any(taken_back)
    }

    /// Whether it is told anew after any change.
    #[must_use]
    pub fn renews(&self, name: &str) -> bool {
        self.renews.split_whitespace().any(|word| word == name)
    }

    #[must_use]
    pub fn unsaid(&self, name: &str) -> Option<Value> {
        self.defaults.get(name).map(Value::of_json)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terraform::schema;

    fn table() -> BTreeMap<String, Known> {
        toml::from_str(TABLE).unwrap()
    }

    #[test]
    fn the_table_names_types_and_attributes_that_there_are() {
        let all = schema::all().unwrap();
        for (name, known) in table() {
            let block = &all.resources.get(&name).unwrap_or_else(|| panic!("no type {name}")).block;
            let listed = known.replaces.split_whitespace().map(|word| word.trim_start_matches('!'));
            let named = listed.chain(known.renews.split_whitespace()).chain(known.defaults.keys().map(String::as_str));
            for one in named {
                assert!(block.attributes.contains_key(one) || block.blocks.contains_key(one), "{name} has no {one}");
            }
            let templates = known.id.iter().chain(&known.arn).flat_map(|form| form.split('{').skip(1));
            for place in templates.filter_map(|rest| rest.split('}').next()) {
                let own =
                    ["#", "uuid", "upper", "hex", "hex6", "name", "id", "arn", "region", "account"].contains(&place);
                assert!(own || block.attributes.contains_key(place), "{name}: {{{place}}}");
            }
        }
    }

    #[test]
    fn a_change_of_name_makes_another_object_unless_the_type_takes_that_back() {
        assert!(known("aws_vpc").replaces("cidr_block") && !known("aws_vpc").replaces("enable_dns_hostnames"));
        assert!(known("aws_eks_cluster").replaces("name") && known("aws_prometheus_workspace").replaces("name"));
        assert!(!known("aws_ssm_patch_baseline").replaces("name"));
    }
}
