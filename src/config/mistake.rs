//! One thing that is wrong with what was set: where, what, and what was perhaps meant.
use std::{
    fmt,
    path::{Path, PathBuf},
};

use crate::error::Error;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    File {
        path: PathBuf,
        line: Option<usize>,
    },
    /// With its dashes.
    Flag(&'static str),
    Variable(&'static str),
    /// Nothing in particular: something is missing.
    Nowhere,
}

impl Place {
    #[must_use]
    pub fn file(path: &Path, line: Option<usize>) -> Self {
        Self::File { path: path.to_owned(), line }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line: Some(line) } => write!(f, "{}:{line}: ", path.display()),
            Self::File { path, line: None } => write!(f, "{}: ", path.display()),
            Self::Flag(name) | Self::Variable(name) => write!(f, "{name}: "),
            Self::Nowhere => Ok(()),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    pub place: Place,
    pub what: String,
    /// What to do instead; may be empty.
    pub hint: String,
}

impl Mistake {
    #[must_use]
    pub fn new(place: Place, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { place, what: what.into(), hint: hint.into() }
    }

    /// `what` is not among `known`; says what is near, or else what there is.
    #[must_use]
    pub fn unknown(place: Place, what: impl Into<String>, given: &str, known: &[&str]) -> Self {
        let hint = match nearest(given, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => String::new(),
            None => format!("known are: {}", known.join(", ")),
        };
        Self::new(place, what, hint)
    }

    #[must_use]
    pub fn line(&self) -> Option<usize> {
        match self.place {
            Place::File { line, .. } => line,
            _ => None,
        }
    }

    /// All of them as one error of usage, one a line.
    #[must_use]
    pub fn error(mistakes: &[Self]) -> Error {
        let count = mistakes.len();
        let what = format!("{count} {} in the settings", if count == 1 { "mistake" } else { "mistakes" });
        let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        Error::usage(what, format!("\n  {}", lines.join("\n  ")))
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.place, self.what)?;
        if self.hint.is_empty() { Ok(()) } else { write!(f, "; {}", self.hint) }
    }
}

/// The one of `known` that was most likely meant, if any is near enough to be worth saying.
pub fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given = given.to_lowercase().replace('-', "_");
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&given, &name.to_lowercase().replace('-', "_")), name))
        .filter(|(far, name)| *far <= 1 + name.len() / 4)
        .min_by_key(|(far, _)| *far)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_finds_its_name_and_a_stranger_finds_none() {
        let known = ["regions", "profiles", "eks"];
        assert_eq!(nearest("regoins", known), Some("regions"));
        assert_eq!(nearest("Profile", known), Some("profiles"));
        assert_eq!(nearest("colour", known), None);
    }

    #[test]
    fn all_mistakes_are_one_error_that_exits_with_two() {
        let place = || Place::file(Path::new("c.toml"), Some(3));
        let error =
            Mistake::error(&[Mistake::unknown(place(), "no `ek`", "ek", &["eks"]), Mistake::new(place(), "b", "")]);
        assert_eq!(error.exit_code(), 2);
        assert_eq!(
            error.to_string(),
            "2 mistakes in the settings: \n  c.toml:3: no `ek`; did you mean `eks`?\n  c.toml:3: b"
        );
    }
}
