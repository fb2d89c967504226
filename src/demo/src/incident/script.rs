//! The form of an incident's data file.
use serde::{Deserialize, Deserializer, de::Error};

use crate::{
    clock::{HOUR, MINUTE, SECOND},
    lines,
    rng::Rng,
};

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    pub name: String,
    pub title: String,
    pub about: String,
    pub cure: String,
    pub step: Vec<Step>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// After the beginning, between these two.
    pub after: Span,
    #[serde(rename = "do")]
    pub act: Act,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Act {
    /// A version whose containers end by themselves, in the incident's zone.
    Crash {
        program: String,
        version: String,
        runs: Span,
        exit: i32,
        doom: Doom,
    },
    /// A program that talks without end when a variable has a value.
    Flood {
        program: String,
        variable: String,
        value: String,
    },
    Deploy {
        program: String,
        version: String,
    },
    Set {
        program: String,
        variable: String,
        value: String,
    },
    BreakZone {
        capacity: Span,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Doom {
    Config,
    Memory,
    Dependency,
}

impl From<Doom> for lines::Doom {
    fn from(doom: Doom) -> Self {
        match doom {
            Doom::Config => Self::Config,
            Doom::Memory => Self::Memory,
            Doom::Dependency => Self::Dependency,
        }
    }
}

/// A length of time that the seed picks between two, as `["6s", "15s"]`.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    least: i64,
    most: i64,
}

impl Span {
    pub fn pick(self, rng: &mut Rng) -> i64 {
        rng.between(self.least, self.most + 1)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let [least, most] = <[String; 2]>::deserialize(from)?;
        let read = |text: &str| {
            length(text).ok_or_else(|| D::Error::custom(format!("`{text}` is no length of time such as 15s, 4m, 1h")))
        };
        let span = Self { least: read(&least)?, most: read(&most)? };
        if span.least > span.most {
            return Err(D::Error::custom(format!("{least} is longer than {most}")));
        }
        Ok(span)
    }
}

fn length(text: &str) -> Option<i64> {
    let unit = match text.chars().last()? {
        's' => SECOND,
        'm' => MINUTE,
        'h' => HOUR,
        _ => return None,
    };
    text[..text.len() - 1].parse::<i64>().ok().filter(|n| *n >= 0).map(|n| n * unit)
}

pub fn read(text: &str) -> Result<Script, toml::de::Error> {
    toml::from_str(text)
}
