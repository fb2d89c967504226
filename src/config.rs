//! What the person has set: flags, variables and `config.toml`, resolved to plain [`Settings`] for one estate.
//! All mistakes are told at once. Nothing here reads the process itself: see [`Surroundings`].
mod file;
mod mistake;
mod paths;
mod read;
mod report;
mod resolve;
mod surroundings;

use std::path::{Path, PathBuf};

use indexmap::IndexMap;

pub use file::{Estate, File, Layer, Set};
pub use mistake::{Mistake, Place, nearest};
pub use paths::Paths;
pub use report::{check, paths as paths_report};
pub use resolve::{Resolved, Source, Told, settings};
pub use surroundings::{Process, Surroundings};

/// A complete, commented `config.toml` that says what holds without one.
pub const DEFAULT_FILE: &str = include_str!("config/default.toml");

/// Keymaps inside the binary; any other is a path.
pub const KEYMAPS: &[&str] = &["default", "vim", "k9s"];

/// What is at stake in an estate. Decides colours, questions and which role is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Environment {
    Dev,
    Test,
    Prod,
    /// Nobody said: counts as prod.
    #[default]
    Unknown,
}

impl Environment {
    pub const NAMES: &[(&str, Self)] = &[("dev", Self::Dev), ("test", Self::Test), ("prod", Self::Prod)];

    #[must_use]
    pub const fn counts_as_prod(self) -> bool {
        matches!(self, Self::Prod | Self::Unknown)
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Test => "test",
            Self::Prod => "prod",
            Self::Unknown => "unknown",
        }
    }
}

/// How the screen is coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Theme {
    Dark,
    Light,
    /// No colour at all; the selection stays visible by other means.
    None,
    /// Dark or light, as the terminal says.
    #[default]
    Auto,
}

impl Theme {
    pub const NAMES: &[(&str, Self)] =
        &[("auto", Self::Auto), ("dark", Self::Dark), ("light", Self::Light), ("none", Self::None)];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::None => "none",
            Self::Auto => "auto",
        }
    }
}

/// Which keymap is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keymap {
    /// One of [`KEYMAPS`].
    Shipped(&'static str),
    File(PathBuf),
}

/// Which clusters of the kubeconfig belong to the estate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contexts {
    /// These; none when empty.
    Named(Vec<String>),
    /// The one the kubeconfig calls current.
    Current,
    All,
}

/// Going up to act: which profile is used instead, and for how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// From a profile to read with to the profile to act with.
    pub profiles: IndexMap<String, String>,
    pub minutes: u16,
}

impl Default for Act {
    fn default() -> Self {
        Self { profiles: IndexMap::new(), minutes: 30 }
    }
}

/// Names of the tags by which things are found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tags {
    /// With the estate's name as its value, on the VPCs that belong to it. None: all VPCs do.
    pub estate: Option<String>,
    pub vpc: String,
    pub role: String,
}

impl Default for Tags {
    fn default() -> Self {
        Self { estate: None, vpc: "quarterdeck:vpc".into(), role: "quarterdeck:role".into() }
    }
}

/// All that is set, resolved for one estate.
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of the settings file")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `None`: no estate is configured, or none was asked for.
    pub estate: Option<String>,
    pub environment: Environment,
    /// Whether AWS is asked at all.
    pub aws: bool,
    /// Empty: the default credential chain.
    pub profiles: Vec<String>,
    /// Empty: all regions that the account has enabled.
    pub regions: Vec<String>,
    /// Where calls without a region of their own go; never a limit of what is listed.
    pub default_region: Option<String>,
    /// What the default chain is told by `AWS_PROFILE`; for showing, the chain reads it by itself.
    pub default_profile: Option<String>,
    pub contexts: Contexts,
    /// The files of the kubeconfig, first wins; they need not exist.
    pub kubeconfig: Vec<PathBuf>,
    /// Whether clusters are discovered from EKS; never without AWS.
    pub eks: bool,
    /// Asked one by one where listing all namespaces is denied.
    pub namespaces: Vec<String>,
    pub read_only: bool,
    pub keymap: Keymap,
    pub theme: Theme,
    pub mouse: bool,
    pub utc: bool,
    /// How much of logs each screen keeps, in MiB.
    pub scroll_back: u16,
    pub act: Act,
    pub tags: Tags,
    /// The screen to start at.
    pub at: Option<String>,
}

/// In MiB.
pub const SCROLL_BACK: u16 = 512;

impl Default for Settings {
    fn default() -> Self {
        Self {
            estate: None,
            environment: Environment::Unknown,
            aws: true,
            profiles: Vec::new(),
            regions: Vec::new(),
            default_region: None,
            default_profile: None,
            contexts: Contexts::Named(Vec::new()),
            kubeconfig: Vec::new(),
            eks: true,
            namespaces: Vec::new(),
            read_only: false,
            keymap: Keymap::Shipped("default"),
            theme: Theme::Auto,
            mouse: false,
            utc: false,
            scroll_back: SCROLL_BACK,
            act: Act::default(),
            tags: Tags::default(),
            at: None,
        }
    }
}

/// What the command line said, as plain data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    pub estate: Option<String>,
    pub profiles: Vec<String>,
    pub regions: Vec<String>,
    pub contexts: Vec<String>,
    pub kubeconfig: Option<PathBuf>,
    pub namespaces: Vec<String>,
    pub read_only: bool,
    pub keymap: Option<String>,
    pub theme: Option<Theme>,
    pub config: Option<PathBuf>,
    pub no_mouse: bool,
    pub scroll_back: Option<u16>,
    pub at: Option<String>,
}

/// Finds, reads and resolves: the one call that the program makes.
///
/// # Errors
/// Every mistake of the file, the variables and the flags together.
pub fn open(flags: &Flags, around: &dyn Surroundings) -> Result<Resolved, Vec<Mistake>> {
    let paths = Paths::find(flags, around).map_err(|mistake| vec![mistake])?;
    let (file, mut mistakes) = read_file(&paths, around);
    match settings(flags, around, &paths, file.as_ref()) {
        Ok(resolved) if mistakes.is_empty() => Ok(resolved),
        Ok(_) => Err(mistakes),
        Err(more) => {
            mistakes.extend(more);
            Err(mistakes)
        }
    }
}

/// A file that was asked for must be there; the usual one need not.
fn read_file(paths: &Paths, around: &dyn Surroundings) -> (Option<File>, Vec<Mistake>) {
    let path: &Path = &paths.file;
    if !paths.asked && !around.exists(path) {
        return (None, Vec::new());
    }
    match around.read(path) {
        Ok(text) => {
            let (file, mistakes) = File::parse(path, &text);
            (Some(file), mistakes)
        }
        Err(error) => (None, vec![Mistake::new(Place::file(path, None), format!("cannot be read: {error}"), "")]),
    }
}
