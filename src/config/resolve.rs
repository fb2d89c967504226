//! Flag, variable, estate, global, default: which of them holds for each setting, and where it came from.
//!
//! `QUARTERDECK_*` and `NO_COLOR` stand above the file. The variables of other tools (`AWS_PROFILE`, `AWS_REGION`,
//! `KUBECONFIG`) only answer where the file names nothing: else an estate would show another one's account under its own
//! name and colour because of a variable that a shell exports.
mod aim;
mod look;

use std::{fmt, path::Path};

use super::{Act, Estate, File, Flags, Layer, Mistake, Paths, Place, Set, Settings, Surroundings, Tags, file};

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Flag(&'static str),
    Variable(&'static str),
    Estate { name: String, line: usize },
    Global { line: usize },
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) => write!(f, "flag {name}"),
            Self::Variable(name) => write!(f, "variable {name}"),
            Self::Estate { name, line } => write!(f, "estate {name}, line {line}"),
            Self::Global { line } => write!(f, "file, line {line}"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// One line of `config check`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub name: &'static str,
    pub value: String,
    pub source: Source,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    pub settings: Settings,
    pub told: Vec<Told>,
    pub paths: Paths,
}

/// # Errors
/// Every mistake of flags and variables, and of the file as far as it concerns the choice of an estate.
pub fn settings(
    flags: &Flags,
    around: &dyn Surroundings,
    paths: &Paths,
    file: Option<&File>,
) -> Result<Resolved, Vec<Mistake>> {
    let nothing = Layer::default();
    let mut resolver = Resolver {
        flags,
        around,
        paths,
        estate: None,
        global: file.map_or(&nothing, |file| &file.global),
        mistakes: Vec::new(),
        told: Vec::new(),
    };
    let settings = resolver.settings(file);
    if resolver.mistakes.is_empty() {
        Ok(Resolved { settings, told: resolver.told, paths: paths.clone() })
    } else {
        Err(resolver.mistakes)
    }
}

struct Resolver<'a> {
    flags: &'a Flags,
    around: &'a dyn Surroundings,
    paths: &'a Paths,
    estate: Option<(&'a str, &'a Estate)>,
    global: &'a Layer,
    mistakes: Vec<Mistake>,
    told: Vec<Told>,
}

type Found<T> = Option<(T, Source)>;

impl<'a> Resolver<'a> {
    fn settings(&mut self, file: Option<&'a File>) -> Settings {
        let estate = self.choose_estate(file);
        let environment = self.environment();
        let aws = self.aws();
        let profiles = self.listed("profiles", &self.flags.profiles.clone(), "--profile", |layer| &layer.profiles);
        let regions = self.regions();
        let default_profile = self.variable("default_profile", &["AWS_PROFILE"]);
        let default_region = self.variable("default_region", &["AWS_REGION", "AWS_DEFAULT_REGION"]);
        let kubeconfig = self.kubeconfig();
        let contexts = self.contexts(&kubeconfig);
        let eks = aws && self.truth("eks", None, |layer| &layer.eks, true);
        let namespaces =
            self.listed("namespaces", &self.flags.namespaces.clone(), "--namespace", |layer| &layer.namespaces);
        Settings {
            estate,
            environment,
            aws,
            profiles,
            regions,
            default_region,
            default_profile,
            contexts,
            kubeconfig,
            eks,
            namespaces,
            read_only: self.read_only(),
            keymap: self.keymap(),
            theme: self.theme(),
            mouse: self.truth(
                "mouse",
                self.flags.no_mouse.then_some((false, "--no-mouse")),
                |layer| &layer.mouse,
                false,
            ),
            utc: self.truth("utc", None, |layer| &layer.utc, false),
            scroll_back: self.scroll_back(),
            act: self.act(),
            tags: self.tags(),
            at: self.at(),
        }
    }

    // What the layers say.

    /// What the file says: the estate before the top.
    fn written<T: Clone>(&self, field: fn(&Layer) -> &Option<Set<T>>) -> Found<T> {
        let of_estate = self.estate.and_then(|(name, estate)| {
            let set = field(&estate.layer).as_ref()?;
            Some((set.value.clone(), Source::Estate { name: name.to_owned(), line: set.line }))
        });
        of_estate.or_else(|| {
            let set = field(self.global).as_ref()?;
            Some((set.value.clone(), Source::Global { line: set.line }))
        })
    }

    fn tell<T>(&mut self, name: &'static str, found: Found<T>, default: T, show: impl Fn(&T) -> String) -> T {
        let (value, source) = found.unwrap_or((default, Source::Default));
        self.told.push(Told { name, value: show(&value), source });
        value
    }

    fn listed(
        &mut self,
        name: &'static str,
        given: &[String],
        flag: &'static str,
        field: fn(&Layer) -> &Option<Set<Vec<String>>>,
    ) -> Vec<String> {
        let by_flag = (!given.is_empty()).then(|| (given.to_vec(), Source::Flag(flag)));
        let found = by_flag.or_else(|| self.written(field));
        self.tell(name, found, Vec::new(), |list| show_list(list))
    }

    fn truth(
        &mut self,
        name: &'static str,
        flag: Option<(bool, &'static str)>,
        field: fn(&Layer) -> &Option<Set<bool>>,
        default: bool,
    ) -> bool {
        let found = flag.map(|(value, flag)| (value, Source::Flag(flag))).or_else(|| self.written(field));
        self.tell(name, found, default, bool::to_string)
    }

    fn scroll_back(&mut self) -> u16 {
        let flag = self.flags.scroll_back.map(|mebibytes| (mebibytes, Source::Flag("--scroll-back")));
        let found = flag.or_else(|| self.written(|layer| &layer.scroll_back));
        self.tell("scroll_back", found, super::SCROLL_BACK, u16::to_string)
    }

    fn variable(&mut self, name: &'static str, variables: &[&'static str]) -> Option<String> {
        let find = |variable: &&'static str| Some((Some(self.around.var(variable)?), Source::Variable(variable)));
        let found = variables.iter().find_map(find);
        self.tell(name, found, None, |value| value.clone().unwrap_or_else(|| "-".into()))
    }

    // One setting each, where there is more to it.

    fn regions(&mut self) -> Vec<String> {
        let regions = self.listed("regions", &self.flags.regions.clone(), "--region", |layer| &layer.regions);
        for name in self.flags.regions.iter().filter(|name| !file::is_region(name)) {
            let what = format!("`{name}` is not the name of a region");
            self.mistakes.push(Mistake::new(Place::Flag("--region"), what, "they look like `eu-central-1`"));
        }
        regions
    }

    fn read_only(&mut self) -> bool {
        let mut found = self.flags.read_only.then_some((true, Source::Flag("--read-only")));
        if let Some(text) = self.around.var("QUARTERDECK_READ_ONLY") {
            let variable = "QUARTERDECK_READ_ONLY";
            match text.to_ascii_lowercase().as_str() {
                "1" | "true" | "yes" | "on" => found = found.or(Some((true, Source::Variable(variable)))),
                "0" | "false" | "no" | "off" => found = found.or(Some((false, Source::Variable(variable)))),
                _ => {
                    let what = format!("cannot be `{text}`");
                    self.mistakes.push(Mistake::new(Place::Variable(variable), what, "it takes 1 or 0"));
                }
            }
        }
        let found = found.or_else(|| self.written(|layer| &layer.read_only));
        self.tell("read_only", found, false, bool::to_string)
    }

    fn must_exist(&mut self, path: &Path, source: &Source) {
        if self.around.exists(path) {
            return;
        }
        let place = match source {
            Source::Flag(name) => Place::Flag(name),
            Source::Variable(name) => Place::Variable(name),
            Source::Estate { line, .. } | Source::Global { line } => Place::file(&self.paths.file, Some(*line)),
            Source::Default => Place::Nowhere,
        };
        self.mistakes.push(Mistake::new(place, format!("there is no file {}", path.display()), ""));
    }

    fn act(&mut self) -> Act {
        let usual = Act::default();
        let found = self.written(|layer| &layer.act_profiles);
        let profiles = self.tell("act.profiles", found, usual.profiles, |pairs| {
            show_list(&pairs.iter().map(|(read, act)| format!("{read} → {act}")).collect::<Vec<_>>())
        });
        let found = self.written(|layer| &layer.act_minutes);
        Act { profiles, minutes: self.tell("act.minutes", found, usual.minutes, u16::to_string) }
    }

    fn tags(&mut self) -> Tags {
        let usual = Tags::default();
        let (estate, vpc, role) = (
            self.written(|layer| &layer.tag_estate),
            self.written(|layer| &layer.tag_vpc),
            self.written(|layer| &layer.tag_role),
        );
        Tags {
            estate: {
                let found = estate.map(|(tag, source)| (Some(tag), source));
                self.tell("tags.estate", found, usual.estate, |tag| tag.clone().unwrap_or_else(|| "-".into()))
            },
            vpc: self.tell("tags.vpc", vpc, usual.vpc, String::clone),
            role: self.tell("tags.role", role, usual.role, String::clone),
        }
    }

    fn at(&mut self) -> Option<String> {
        let found = self.flags.at.clone().map(|at| (at, Source::Flag("--at")));
        let found = found.or_else(|| self.written(|layer| &layer.at)).map(|(at, source)| (Some(at), source));
        self.tell("at", found, None, |at| at.clone().unwrap_or_else(|| "-".into()))
    }
}

fn show_list(list: &[String]) -> String {
    if list.is_empty() { "-".into() } else { list.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::{super::open, super::surroundings::tests::Made, *};
    use crate::config::Theme;

    const FILE: &str = "/home/me/.config/quarterdeck/config.toml";

    fn opened(flags: Flags, vars: &[(&str, &str)], text: &str) -> Resolved {
        open(&flags, &Made::new(vars, &[(FILE, text)])).unwrap()
    }

    fn source(resolved: &Resolved, name: &str) -> String {
        resolved.told.iter().find(|told| told.name == name).unwrap().source.to_string()
    }

    #[test]
    fn flag_beats_variable_beats_estate_beats_global_beats_default() {
        let theme = |flags, vars: &[(&str, &str)], text: &str| {
            let resolved = opened(flags, vars, text);
            (resolved.settings.theme.name(), source(&resolved, "theme"))
        };
        let told = |name, source: &str| (name, source.to_owned());
        let none = Flags::default;
        let both = "theme = 'dark'\n[estates.a]\ntheme = 'light'";
        let vars = [("QUARTERDECK_THEME", "none")];
        assert_eq!(theme(none(), &[], ""), told("auto", "default"));
        assert_eq!(theme(none(), &[], "theme = 'dark'"), told("dark", "file, line 1"));
        assert_eq!(theme(none(), &[], both), told("light", "estate a, line 3"));
        assert_eq!(theme(none(), &vars, both), told("none", "variable QUARTERDECK_THEME"));
        let flag = Flags { theme: Some(Theme::Dark), ..none() };
        assert_eq!(theme(flag, &vars, both), told("dark", "flag --theme"));
    }

    #[test]
    fn read_only_can_be_said_on_every_level() {
        let is = |flags, vars: &[(&str, &str)], text: &str| opened(flags, vars, text).settings.read_only;
        let flag = || Flags { read_only: true, ..Flags::default() };
        assert!(!is(Flags::default(), &[], ""));
        assert!(is(Flags::default(), &[], "read_only = true"));
        assert!(is(Flags::default(), &[("QUARTERDECK_READ_ONLY", "yes")], "read_only = false"));
        assert!(is(flag(), &[("QUARTERDECK_READ_ONLY", "0")], "read_only = false"));
    }

    #[test]
    fn the_variables_of_other_tools_do_not_lead_an_estate_astray() {
        let vars = [("AWS_PROFILE", "theirs"), ("AWS_DEFAULT_REGION", "eu-west-1")];
        let settings =
            opened(Flags::default(), &vars, "[estates.a]\nprofiles = ['ours']\nregions = ['us-east-1']").settings;
        assert_eq!((settings.profiles, settings.regions), (vec!["ours".into()], vec!["us-east-1".into()]));
        assert_eq!(settings.default_region.as_deref(), Some("eu-west-1"));
        let bare = opened(Flags::default(), &vars, "").settings;
        assert!(bare.profiles.is_empty() && bare.regions.is_empty());
        assert_eq!(bare.default_profile.as_deref(), Some("theirs"));
        let newer = [vars[1], ("AWS_REGION", "eu-north-1")];
        assert_eq!(opened(Flags::default(), &newer, "").settings.default_region.as_deref(), Some("eu-north-1"));
    }

    #[test]
    fn mistakes_of_flags_variables_and_file_are_told_together() {
        let flags = Flags { keymap: Some("vmi".into()), regions: vec!["us-east1".into()], ..Flags::default() };
        let vars = [("QUARTERDECK_READ_ONLY", "perhaps"), ("QUARTERDECK_THEME", "drak")];
        let mistakes = open(&flags, &Made::new(&vars, &[(FILE, "moose = true")])).unwrap_err();
        let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        assert_eq!(
            lines,
            [
                "/home/me/.config/quarterdeck/config.toml:1: no setting is called `moose` here; did you mean `mouse`?",
                "--region: `us-east1` is not the name of a region; they look like `eu-central-1`",
                "QUARTERDECK_READ_ONLY: cannot be `perhaps`; it takes 1 or 0",
                "--keymap: no keymap is called `vmi`; did you mean `vim`?",
                "QUARTERDECK_THEME: no theme is called `drak`; did you mean `dark`?",
            ]
        );
    }

    #[test]
    fn a_settings_file_that_was_asked_for_must_be_there() {
        let vars = [("QUARTERDECK_CONFIG", "/gone.toml")];
        let mistakes = open(&Flags::default(), &Made::new(&vars, &[])).unwrap_err();
        assert_eq!(mistakes.len(), 1);
        assert_eq!(mistakes[0].place, Place::file(Path::new("/gone.toml"), None));
    }
}
