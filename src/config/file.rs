//! `config.toml` as it is written: what the top says, and what each estate says.
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use toml::de::{DeTable, DeValue};

pub use super::read::Set;
use super::{
    Contexts, Environment, KEYMAPS, Mistake, Theme,
    read::{Key, Reader, Value},
};

/// What may be said at the top, for all estates, and again in each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layer {
    pub aws: Option<Set<bool>>,
    pub profiles: Option<Set<Vec<String>>>,
    pub regions: Option<Set<Vec<String>>>,
    pub contexts: Option<Set<Contexts>>,
    pub kubeconfig: Option<Set<String>>,
    pub eks: Option<Set<bool>>,
    pub namespaces: Option<Set<Vec<String>>>,
    pub read_only: Option<Set<bool>>,
    pub keymap: Option<Set<String>>,
    pub theme: Option<Set<Theme>>,
    pub mouse: Option<Set<bool>>,
    pub utc: Option<Set<bool>>,
    pub at: Option<Set<String>>,
    pub act_profiles: Option<Set<IndexMap<String, String>>>,
    pub act_minutes: Option<Set<u16>>,
    pub tag_estate: Option<Set<String>>,
    pub tag_vpc: Option<Set<String>>,
    pub tag_role: Option<Set<String>>,
}

pub const LAYER_KEYS: &[&str] = &[
    "aws",
    "profiles",
    "regions",
    "contexts",
    "kubeconfig",
    "eks",
    "namespaces",
    "read_only",
    "keymap",
    "theme",
    "mouse",
    "utc",
    "at",
    "act",
    "tags",
];
const ACT_KEYS: &[&str] = &["profiles", "minutes"];
const TAG_KEYS: &[&str] = &["estate", "vpc", "role"];

/// Up to twelve hours: no role can be held longer.
const MINUTES: std::ops::Range<u16> = 1..721;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Estate {
    pub line: usize,
    pub environment: Option<Set<Environment>>,
    pub layer: Layer,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    pub path: PathBuf,
    /// The estate that opens when none is named.
    pub estate: Option<Set<String>>,
    pub estates: IndexMap<String, Estate>,
    pub global: Layer,
}

impl File {
    /// What could be read, and everything that is wrong with it.
    #[must_use]
    pub fn parse(path: &Path, text: &str) -> (Self, Vec<Mistake>) {
        let (mut reader, document) = Reader::parse(path, text);
        let mut file = Self { path: path.to_owned(), ..Self::default() };
        for (key, value) in document.get_ref() {
            match key.get_ref().as_ref() {
                // The slip that everybody makes once.
                "estate" if matches!(value.get_ref(), DeValue::Table(_)) => {
                    reader.wrong(&key.span(), "`estate` names the estate that opens", "write `[estates.NAME]`");
                }
                "estate" => file.estate = reader.text(key, value),
                "estates" => file.estates = estates(&mut reader, key, value),
                "environment" => reader.wrong(&key.span(), "`environment` belongs to one estate", "write it there"),
                _ if file.global.read(&mut reader, key, value) => {}
                _ => reader.unknown_key(key, &[LAYER_KEYS, &["estate", "estates"]].concat()),
            }
        }
        let mut mistakes = reader.mistakes;
        mistakes.sort_by_key(Mistake::line);
        (file, mistakes)
    }
}

fn estates(reader: &mut Reader, key: &Key, value: &Value) -> IndexMap<String, Estate> {
    let mut estates = IndexMap::new();
    for (name, value) in reader.table(key, value).into_iter().flatten() {
        let mut estate = Estate { line: reader.line(&name.span()), ..Estate::default() };
        for (key, value) in reader.table(name, value).into_iter().flatten() {
            match key.get_ref().as_ref() {
                "environment" => estate.environment = reader.choice(key, value, Environment::NAMES),
                _ if estate.layer.read(reader, key, value) => {}
                _ => reader.unknown_key(key, &[LAYER_KEYS, &["environment"]].concat()),
            }
        }
        estates.insert(name.get_ref().to_string(), estate);
    }
    estates
}

impl Layer {
    /// False when it knows no such key.
    fn read(&mut self, reader: &mut Reader, key: &Key, value: &Value) -> bool {
        match key.get_ref().as_ref() {
            "aws" => self.aws = reader.truth(key, value),
            "profiles" => self.profiles = reader.texts(key, value),
            "regions" => self.regions = regions(reader, key, value),
            "contexts" => self.contexts = contexts(reader, key, value),
            "kubeconfig" => self.kubeconfig = reader.text(key, value),
            "eks" => self.eks = reader.truth(key, value),
            "namespaces" => self.namespaces = reader.texts(key, value),
            "read_only" => self.read_only = reader.truth(key, value),
            "keymap" => self.keymap = keymap(reader, key, value),
            "theme" => self.theme = reader.choice(key, value, Theme::NAMES),
            "mouse" => self.mouse = reader.truth(key, value),
            "utc" => self.utc = reader.truth(key, value),
            "at" => self.at = reader.text(key, value),
            "act" => self.read_act(reader, key, value),
            "tags" => self.read_tags(reader, key, value),
            _ => return false,
        }
        true
    }

    fn read_act(&mut self, reader: &mut Reader, key: &Key, value: &Value) {
        for (key, value) in reader.table(key, value).into_iter().flatten() {
            match key.get_ref().as_ref() {
                "profiles" => {
                    let line = reader.line(&value.span());
                    self.act_profiles = reader.table(key, value).map(|table| Set { value: pairs(reader, table), line });
                }
                "minutes" => self.act_minutes = reader.number(key, value, MINUTES),
                _ => reader.unknown_key(key, ACT_KEYS),
            }
        }
    }

    fn read_tags(&mut self, reader: &mut Reader, key: &Key, value: &Value) {
        for (key, value) in reader.table(key, value).into_iter().flatten() {
            match key.get_ref().as_ref() {
                "estate" => self.tag_estate = reader.text(key, value),
                "vpc" => self.tag_vpc = reader.text(key, value),
                "role" => self.tag_role = reader.text(key, value),
                _ => reader.unknown_key(key, TAG_KEYS),
            }
        }
    }
}

fn pairs(reader: &mut Reader, table: &DeTable) -> IndexMap<String, String> {
    let pair = |(key, value): (&Key, &Value)| Some((key.get_ref().to_string(), reader.text(key, value)?.value));
    table.iter().filter_map(pair).collect()
}

/// `us-east-1`, `us-gov-west-1`, `ap-southeast-7`. A list of all would be out of date; the shape finds the slips.
pub fn is_region(name: &str) -> bool {
    let parts: Vec<&str> = name.split('-').collect();
    let word = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    matches!(parts.as_slice(), [words @ .., last] if words.len() >= 2 && words.iter().all(word) && number(last))
}

fn regions(reader: &mut Reader, key: &Key, value: &Value) -> Option<Set<Vec<String>>> {
    let regions = reader.texts(key, value)?;
    for name in regions.value.iter().filter(|name| !is_region(name)) {
        reader.wrong(&value.span(), format!("`{name}` is not the name of a region"), "they look like `eu-central-1`");
    }
    Some(regions)
}

fn contexts(reader: &mut Reader, key: &Key, value: &Value) -> Option<Set<Contexts>> {
    if matches!(value.get_ref(), DeValue::String(_)) {
        let named = [("current", true), ("all", false)];
        let set = reader.choice(key, value, &named)?;
        return Some(Set { value: if set.value { Contexts::Current } else { Contexts::All }, line: set.line });
    }
    reader.texts(key, value).map(|set| Set { value: Contexts::Named(set.value), line: set.line })
}

fn keymap(reader: &mut Reader, key: &Key, value: &Value) -> Option<Set<String>> {
    let set = reader.text(key, value)?;
    if is_path(&set.value) {
        return Some(set);
    }
    let known: Vec<(&str, ())> = KEYMAPS.iter().map(|name| (*name, ())).collect();
    reader.choice(key, value, &known).map(|_| set)
}

/// A keymap is a path when it looks like one; a name otherwise.
pub fn is_path(keymap: &str) -> bool {
    keymap.contains('/') || Path::new(keymap).extension().is_some_and(|extension| extension == "toml")
}
