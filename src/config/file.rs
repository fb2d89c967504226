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
    pub scroll_back: Option<Set<u16>>,
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
    "scroll_back",
    "at",
    "act",
    "tags",
];
const ACT_KEYS: &[&str] = &["profiles", "minutes"];
const TAG_KEYS: &[&str] = &["estate", "vpc", "role"];

/// Less would not hold one page of CloudWatch Logs in its place; more is no scroll-back but an archive.
pub const MEBIBYTES: std::ops::Range<u16> = 16..32_769;

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
            "scroll_back" => self.scroll_back = reader.number(key, value, MEBIBYTES),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{DEFAULT_FILE, Flags, Settings, open, surroundings::tests::Made};

    fn mistakes(text: &str) -> Vec<String> {
        let (_, mistakes) = File::parse(Path::new("c.toml"), text);
        mistakes.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_mistake_is_told_at_once_with_its_line() {
        let text = "estate = 'prod'
regoins = ['us-east-1']
theme = 'drak'
mouse = 'yes'
environment = 'prod'
[estates.prod]
environment = 'production'
regions = ['us-east-1', 'useast1']
contexts = 'al'
profiles = ['a', 7]
kind = 1
[estates.prod.act]
minutes = 900
profile = {}
[tags]
vpn = 'x'
";
        assert_eq!(
            mistakes(text),
            [
                "c.toml:2: no setting is called `regoins` here; did you mean `regions`?",
                "c.toml:3: `theme` cannot be `drak`; did you mean `dark`?",
                "c.toml:4: `mouse` takes true or false, this is a text",
                "c.toml:5: `environment` belongs to one estate; write it there",
                "c.toml:7: `environment` cannot be `production`; known are: dev, test, prod",
                "c.toml:8: `useast1` is not the name of a region; they look like `eu-central-1`",
                "c.toml:9: `contexts` cannot be `al`; did you mean `all`?",
                "c.toml:10: `profiles` takes a text, this is a number",
                "c.toml:11: no setting is called `kind` here; known are: aws, profiles, regions, contexts, kubeconfig, \
                 eks, namespaces, read_only, keymap, theme, mouse, utc, scroll_back, at, act, tags, environment",
                "c.toml:13: `minutes` must be from 1 to 720",
                "c.toml:14: no setting is called `profile` here; did you mean `profiles`?",
                "c.toml:16: no setting is called `vpn` here; did you mean `vpc`?",
            ]
        );
    }

    #[test]
    fn broken_toml_is_told_with_its_lines_and_the_rest_is_still_looked_at() {
        let told = mistakes("utc = yes\nutc = true\nmouse = [\n");
        let lines: Vec<&str> = told.iter().map(|line| line.split(": ").next().unwrap()).collect();
        assert!(told.iter().all(|line| line.contains("not TOML") || line.contains("takes")), "{told:#?}");
        assert!(lines.contains(&"c.toml:1") && lines.contains(&"c.toml:2"), "{told:#?}");
    }

    #[test]
    fn an_estate_written_where_its_name_belongs_is_told_where_to_go() {
        assert_eq!(
            mistakes("[estate.prod]\nenvironment = 'prod'"),
            ["c.toml:1: `estate` names the estate that opens; write `[estates.NAME]`"]
        );
    }

    #[test]
    fn an_estate_says_what_it_holds() {
        let text = "[estates.prod]
environment = 'prod'
profiles = ['shop']
contexts = ['a', 'b']
act = { profiles = { shop = 'shop-admin' }, minutes = 15 }
tags.role = 'team:role'
";
        let (file, mistakes) = File::parse(Path::new("c.toml"), text);
        assert_eq!(mistakes, []);
        let prod = &file.estates["prod"];
        assert_eq!(prod.environment, Some(Set { value: Environment::Prod, line: 2 }));
        assert_eq!(prod.layer.contexts.as_ref().unwrap().value, Contexts::Named(vec!["a".into(), "b".into()]));
        assert_eq!(prod.layer.act_profiles.as_ref().unwrap().value["shop"], "shop-admin");
        assert_eq!(prod.layer.act_minutes.as_ref().unwrap().value, 15);
        assert_eq!(prod.layer.tag_role, Some(Set { value: "team:role".into(), line: 6 }));
    }

    #[test]
    fn the_default_file_says_what_holds_without_it() {
        let path = "/home/me/.config/quarterdeck/config.toml";
        let with = open(&Flags::default(), &Made::new(&[], &[(path, DEFAULT_FILE)])).unwrap();
        let without = open(&Flags::default(), &Made::new(&[], &[])).unwrap();
        assert_eq!(with.settings, without.settings);
        let expected = Settings { kubeconfig: vec!["/home/me/.kube/config".into()], ..Settings::default() };
        assert_eq!(without.settings, expected);
    }

    #[test]
    fn the_default_file_shows_every_setting_and_its_examples_are_right() {
        let example =
            |line: &str| line.strip_prefix("# ").is_some_and(|rest| rest.starts_with('[') || rest.contains(" = "));
        let shown = DEFAULT_FILE.lines().map(|line| if example(line) { &line[2..] } else { line });
        let text = shown.collect::<Vec<_>>().join("\n");
        assert_eq!(mistakes(&text), Vec::<String>::new());
        let keys = LAYER_KEYS.iter().chain(ACT_KEYS).chain(TAG_KEYS).chain(&["environment", "estate"]);
        for key in keys {
            let says = |line: &str| line.starts_with(&format!("{key} = ")) || line == format!("[{key}]");
            assert!(text.lines().any(says), "`{key}` is not in the default file");
        }
    }

    #[test]
    fn regions_are_known_by_their_shape() {
        for name in ["us-east-1", "ap-southeast-7", "us-gov-west-1", "us-isob-east-1"] {
            assert!(is_region(name), "{name}");
        }
        for name in ["", "us-east", "us-east1", "US-EAST-1", "us--1", "1-2-3", "global", "useast-1"] {
            assert!(!is_region(name), "{name}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_reader_fall_over(text in "[a-z\\[\\]{}=\"'.,\n #0-9é]{0,80}") {
            let (_, mistakes) = File::parse(Path::new("c.toml"), &text);
            let lines = text.matches('\n').count() + 1;
            proptest::prop_assert!(mistakes.iter().all(|mistake| mistake.line().is_some_and(|line| line <= lines)));
        }
    }
}
