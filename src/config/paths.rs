//! Where things lie on this machine, after the XDG rules.
use std::path::{Path, PathBuf};

use super::{Flags, Mistake, Place, Surroundings};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// Folder of the settings.
    pub config: PathBuf,
    /// Folder of the ledger, logs and history.
    pub state: PathBuf,
    /// Folder of what can be fetched again.
    pub cache: PathBuf,
    /// The settings file.
    pub file: PathBuf,
    /// Whether `file` was named by a flag or a variable: then it must exist.
    pub asked: bool,
    /// The person's own keymap; used when it exists and no other is named.
    pub keymap: PathBuf,
    /// `None` in a container without one.
    pub home: Option<PathBuf>,
}

impl Paths {
    /// # Errors
    /// When neither the XDG variables nor `HOME` say where to look.
    pub fn find(flags: &Flags, around: &dyn Surroundings) -> Result<Self, Mistake> {
        let home = around.var("HOME").map(PathBuf::from);
        let folder = |variable: &'static str, below: &str| {
            // The rules say that a relative path there is to be ignored.
            let set = around.var(variable).map(PathBuf::from).filter(|path| path.is_absolute());
            set.or_else(|| home.as_ref().map(|home| home.join(below))).map(|base| base.join("quarterdeck")).ok_or_else(
                || Mistake::new(Place::Variable(variable), "not set, and neither is HOME", "set one of them"),
            )
        };
        let config = folder("XDG_CONFIG_HOME", ".config")?;
        let asked = flags.config.clone().or_else(|| around.var("QUARTERDECK_CONFIG").map(PathBuf::from));
        Ok(Self {
            state: folder("XDG_STATE_HOME", ".local/state")?,
            cache: folder("XDG_CACHE_HOME", ".cache")?,
            asked: asked.is_some(),
            file: asked.unwrap_or_else(|| config.join("config.toml")),
            keymap: config.join("keymap.toml"),
            config,
            home,
        })
    }

    /// A path as written in the settings file: `~` is the home, and relative is to the file.
    #[must_use]
    pub fn written(&self, text: &str) -> PathBuf {
        let below_home = text.strip_prefix("~/").zip(self.home.as_ref());
        match below_home {
            Some((rest, home)) => home.join(rest),
            None => self.file.parent().unwrap_or(Path::new("")).join(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::surroundings::tests::Made, *};

    #[test]
    fn xdg_variables_win_over_home_and_relative_ones_are_ignored() {
        let around = Made::new(&[("XDG_STATE_HOME", "/s"), ("XDG_CACHE_HOME", "here")], &[]);
        let paths = Paths::find(&Flags::default(), &around).unwrap();
        assert_eq!(paths.config, Path::new("/home/me/.config/quarterdeck"));
        assert_eq!(paths.state, Path::new("/s/quarterdeck"));
        assert_eq!(paths.cache, Path::new("/home/me/.cache/quarterdeck"));
        assert_eq!(paths.file, Path::new("/home/me/.config/quarterdeck/config.toml"));
        assert!(!paths.asked);
    }

    #[test]
    fn the_flag_names_the_file_before_the_variable() {
        let around = Made::new(&[("QUARTERDECK_CONFIG", "/v.toml")], &[]);
        assert_eq!(Paths::find(&Flags::default(), &around).unwrap().file, Path::new("/v.toml"));
        let flags = Flags { config: Some("/f.toml".into()), ..Flags::default() };
        let paths = Paths::find(&flags, &around).unwrap();
        assert_eq!((paths.file.as_path(), paths.asked), (Path::new("/f.toml"), true));
    }

    #[test]
    fn without_a_home_it_says_which_variable_would_do() {
        let around = Made::new(&[("HOME", ""), ("XDG_CONFIG_HOME", "/c")], &[]);
        let mistake = Paths::find(&Flags::default(), &around).unwrap_err();
        assert_eq!(mistake.place, Place::Variable("XDG_STATE_HOME"));
    }

    #[test]
    fn a_written_path_is_below_home_or_beside_the_file() {
        let paths = Paths::find(&Flags::default(), &Made::new(&[], &[])).unwrap();
        assert_eq!(paths.written("~/k.toml"), Path::new("/home/me/k.toml"));
        assert_eq!(paths.written("k.toml"), Path::new("/home/me/.config/quarterdeck/k.toml"));
        assert_eq!(paths.written("/k.toml"), Path::new("/k.toml"));
    }
}
