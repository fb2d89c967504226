//! Flag, variable, estate, global, default: which of them holds for each setting, and where it came from.
//!
//! `QUARTERDECK_*` and `NO_COLOR` stand above the file. The variables of other tools (`AWS_PROFILE`, `AWS_REGION`,
//! `KUBECONFIG`) only answer where the file names nothing: else an estate would show another one's account under its own
//! name and colour because of a variable that a shell exports.
use std::{
    fmt,
    path::{Path, PathBuf},
};

use super::{
    Act, Contexts, Environment, Estate, File, Flags, KEYMAPS, Keymap, Layer, Mistake, Paths, Place, Set, Settings,
    Surroundings, Tags, Theme, file,
};

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
                true,
            ),
            utc: self.truth("utc", None, |layer| &layer.utc, false),
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

    fn variable(&mut self, name: &'static str, variables: &[&'static str]) -> Option<String> {
        let find = |variable: &&'static str| Some((Some(self.around.var(variable)?), Source::Variable(variable)));
        let found = variables.iter().find_map(find);
        self.tell(name, found, None, |value| value.clone().unwrap_or_else(|| "-".into()))
    }

    // One setting each, where there is more to it.

    fn choose_estate(&mut self, file: Option<&'a File>) -> Option<String> {
        let written = file.and_then(|file| file.estate.as_ref());
        let place = |line| Place::file(&self.paths.file, Some(line));
        let asked: Option<(String, Source, Place)> = if let Some(name) = &self.flags.estate {
            Some((name.clone(), Source::Flag("--estate"), Place::Flag("--estate")))
        } else if let Some(name) = self.around.var("QUARTERDECK_ESTATE") {
            Some((name, Source::Variable("QUARTERDECK_ESTATE"), Place::Variable("QUARTERDECK_ESTATE")))
        } else {
            written.map(|set| (set.value.clone(), Source::Global { line: set.line }, place(set.line)))
        };
        let estates = file.map(|file| &file.estates);
        let known: Vec<&str> = estates.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        let found = match asked {
            Some((name, source, place)) => {
                self.estate =
                    estates.and_then(|all| all.get_key_value(&name)).map(|(name, estate)| (name.as_str(), estate));
                if self.estate.is_none() {
                    let mut mistake = Mistake::unknown(place, format!("no estate is called `{name}`"), &name, &known);
                    if known.is_empty() {
                        mistake.hint = format!("write `[estates.{name}]` in {}", self.paths.file.display());
                    }
                    self.mistakes.push(mistake);
                }
                Some((Some(name), source))
            }
            None => self.only_estate(estates.into_iter().flatten(), &known),
        };
        self.tell("estate", found, None, |value| value.clone().unwrap_or_else(|| "-".into()))
    }

    /// Nobody named one. A single estate is meant; several are a question, unless the flags say where to look.
    fn only_estate(
        &mut self,
        estates: impl Iterator<Item = (&'a String, &'a Estate)>,
        known: &[&str],
    ) -> Found<Option<String>> {
        if self.flags_aim() {
            return None;
        }
        match estates.collect::<Vec<_>>().as_slice() {
            [] => None,
            [(name, estate)] => {
                self.estate = Some((name, estate));
                Some((Some((*name).clone()), Source::Estate { name: (*name).clone(), line: estate.line }))
            }
            _ => {
                let hint = format!("say --estate or write `estate = …` at the top; there are: {}", known.join(", "));
                self.mistakes.push(Mistake::new(
                    Place::file(&self.paths.file, None),
                    "several estates, none named",
                    hint,
                ));
                None
            }
        }
    }

    /// Whether the flags alone say what is to be looked at.
    fn flags_aim(&self) -> bool {
        !self.flags.profiles.is_empty() || self.flags_aim_at_clusters()
    }

    fn flags_aim_at_clusters(&self) -> bool {
        !self.flags.contexts.is_empty() || self.flags.kubeconfig.is_some()
    }

    /// An estate vouches only for what it lists: a flag that leads out of it makes the environment unknown.
    fn environment(&mut self) -> Environment {
        let found = self.estate.and_then(|(name, estate)| {
            let set = estate.environment.as_ref()?;
            Some((set.value, Source::Estate { name: name.to_owned(), line: set.line }))
        });
        let found = match self.leads_out() {
            Some(flag) if found.is_some() => Some((Environment::Unknown, Source::Flag(flag))),
            _ => found,
        };
        self.tell("environment", found, Environment::Unknown, |environment| environment.name().to_owned())
    }

    fn leads_out(&self) -> Option<&'static str> {
        let strange = |given: &[String], own: &[String]| given.iter().any(|name| !own.contains(name));
        let profiles = self.written(|layer| &layer.profiles).map(|(list, _)| list).unwrap_or_default();
        if strange(&self.flags.profiles, &profiles) {
            return Some("--profile");
        }
        if self.flags.kubeconfig.is_some() {
            return Some("--kubeconfig");
        }
        let lists = match self.written(|layer| &layer.contexts) {
            Some((Contexts::All, _)) => return None,
            Some((Contexts::Named(names), _)) => names,
            Some((Contexts::Current, _)) | None => Vec::new(),
        };
        strange(&self.flags.contexts, &lists).then_some("--context")
    }

    /// With a cluster named by a flag, AWS is left out unless a flag or the file says otherwise.
    fn aws(&mut self) -> bool {
        let of_flags = if !self.flags.profiles.is_empty() {
            Some((true, Source::Flag("--profile")))
        } else if !self.flags.regions.is_empty() {
            Some((true, Source::Flag("--region")))
        } else {
            None
        };
        let implied = self
            .flags_aim_at_clusters()
            .then(|| (false, Source::Flag(if self.flags.contexts.is_empty() { "--kubeconfig" } else { "--context" })));
        let found = of_flags.or_else(|| self.written(|layer| &layer.aws)).or(implied);
        self.tell("aws", found, true, bool::to_string)
    }

    fn regions(&mut self) -> Vec<String> {
        let regions = self.listed("regions", &self.flags.regions.clone(), "--region", |layer| &layer.regions);
        for name in self.flags.regions.iter().filter(|name| !file::is_region(name)) {
            let what = format!("`{name}` is not the name of a region");
            self.mistakes.push(Mistake::new(Place::Flag("--region"), what, "they look like `eu-central-1`"));
        }
        regions
    }

    fn kubeconfig(&mut self) -> Vec<PathBuf> {
        let mut named = self.flags.kubeconfig.clone().map(|path| (path, Source::Flag("--kubeconfig")));
        named = named.or_else(|| {
            let (text, source) = self.written(|layer| &layer.kubeconfig)?;
            Some((self.paths.written(&text), source))
        });
        if let Some((path, source)) = &named {
            self.must_exist(path, source);
        }
        let found = named.map(|(path, source)| (vec![path], source)).or_else(|| {
            let list = self.around.var("KUBECONFIG")?;
            let paths = std::env::split_paths(&list).filter(|path| !path.as_os_str().is_empty()).collect();
            Some((paths, Source::Variable("KUBECONFIG")))
        });
        let usual = self.paths.home.iter().map(|home| home.join(".kube/config")).collect();
        self.tell("kubeconfig", found, usual, |paths: &Vec<PathBuf>| {
            show_list(&paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>())
        })
    }

    fn contexts(&mut self, kubeconfig: &[PathBuf]) -> Contexts {
        let mut found = (!self.flags.contexts.is_empty())
            .then(|| (Contexts::Named(self.flags.contexts.clone()), Source::Flag("--context")));
        if found.is_none() && self.flags.kubeconfig.is_some() {
            found = Some((Contexts::Current, Source::Flag("--kubeconfig")));
        }
        let found = found.or_else(|| self.written(|layer| &layer.contexts));
        // Somebody who has set nothing at all and has a kubeconfig wants to see its cluster.
        let bare = self.estate.is_none()
            && self.flags.profiles.is_empty()
            && self.written(|layer| &layer.profiles).is_none_or(|(list, _)| list.is_empty());
        let there = kubeconfig.iter().any(|path| self.around.exists(path));
        let usual = if bare && there { Contexts::Current } else { Contexts::Named(Vec::new()) };
        self.tell("contexts", found, usual, |contexts| match contexts {
            Contexts::Named(names) => show_list(names),
            Contexts::Current => "current".into(),
            Contexts::All => "all".into(),
        })
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

    fn keymap(&mut self) -> Keymap {
        let outside = |text: String, source, place| (text, source, Some(place));
        let asked =
            self.flags.keymap.clone().map(|text| outside(text, Source::Flag("--keymap"), Place::Flag("--keymap")));
        let asked = asked.or_else(|| {
            let name = "QUARTERDECK_KEYMAP";
            Some(outside(self.around.var(name)?, Source::Variable(name), Place::Variable(name)))
        });
        let asked = asked.or_else(|| self.written(|layer| &layer.keymap).map(|(text, source)| (text, source, None)));
        let own = self.around.exists(&self.paths.keymap).then(|| Keymap::File(self.paths.keymap.clone()));
        let found = asked.map(|(text, source, place)| (self.keymap_named(&text, &source, place), source));
        let found = found.map(|(keymap, source)| (keymap.unwrap_or(Keymap::Shipped("default")), source));
        self.tell("keymap", found, own.unwrap_or(Keymap::Shipped("default")), |keymap| match keymap {
            Keymap::Shipped(name) => (*name).to_owned(),
            Keymap::File(path) => path.display().to_string(),
        })
    }

    /// `place` is set when the text is from outside the file, whose own names were looked at when it was read.
    fn keymap_named(&mut self, text: &str, source: &Source, place: Option<Place>) -> Option<Keymap> {
        if let Some(name) = KEYMAPS.iter().find(|name| **name == text) {
            return Some(Keymap::Shipped(name));
        }
        if file::is_path(text) {
            let path = if place.is_some() { PathBuf::from(text) } else { self.paths.written(text) };
            self.must_exist(&path, source);
            return Some(Keymap::File(path));
        }
        if let Some(place) = place {
            self.mistakes.push(Mistake::unknown(place, format!("no keymap is called `{text}`"), text, KEYMAPS));
        }
        None
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

    fn theme(&mut self) -> Theme {
        let mut found = self.flags.theme.map(|theme| (theme, Source::Flag("--theme")));
        let variable = "QUARTERDECK_THEME";
        if let Some(text) = self.around.var(variable) {
            match Theme::NAMES.iter().find(|(name, _)| *name == text) {
                Some((_, theme)) => found = found.or(Some((*theme, Source::Variable(variable)))),
                None => {
                    let names: Vec<&str> = Theme::NAMES.iter().map(|(name, _)| *name).collect();
                    let what = format!("no theme is called `{text}`");
                    self.mistakes.push(Mistake::unknown(Place::Variable(variable), what, &text, &names));
                }
            }
        }
        let colourless = self.around.var("NO_COLOR").map(|_| (Theme::None, Source::Variable("NO_COLOR")));
        let found = found.or(colourless).or_else(|| self.written(|layer| &layer.theme));
        self.tell("theme", found, Theme::Auto, |theme| theme.name().to_owned())
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
            estate: self.tell("tags.estate", estate, usual.estate, String::clone),
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
