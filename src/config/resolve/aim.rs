//! What is looked at: the estate, whether AWS is asked, and which clusters of which kubeconfig.
use std::path::PathBuf;

use super::{Found, Resolver, Source, show_list};
use crate::config::{Contexts, Environment, Estate, File, Mistake, Place};

impl<'a> Resolver<'a> {
    pub(super) fn choose_estate(&mut self, file: Option<&'a File>) -> Option<String> {
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
        match estates.collect::<Vec<_>>().as_slice() {
            [] => None,
            [(name, estate)] => {
                self.estate = Some((name, estate));
                Some((Some((*name).clone()), Source::Estate { name: (*name).clone(), line: estate.line }))
            }
            // The flags alone say what is to be looked at; it belongs to no estate, so it counts as prod.
            _ if !self.flags.profiles.is_empty() || self.flags_aim_at_clusters() => None,
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

    fn flags_aim_at_clusters(&self) -> bool {
        !self.flags.contexts.is_empty() || self.flags.kubeconfig.is_some()
    }

    /// An estate vouches only for what it lists: a flag that leads out of it makes the environment unknown.
    pub(super) fn environment(&mut self) -> Environment {
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
    pub(super) fn aws(&mut self) -> bool {
        let of_flags = if !self.flags.profiles.is_empty() {
            Some((true, Source::Flag("--profile")))
        } else if !self.flags.regions.is_empty() {
            Some((true, Source::Flag("--region")))
        } else {
            None
        };
        let aimed_by = if self.flags.contexts.is_empty() { "--kubeconfig" } else { "--context" };
        let implied = self.flags_aim_at_clusters().then_some((false, Source::Flag(aimed_by)));
        let found = of_flags.or_else(|| self.written(|layer| &layer.aws)).or(implied);
        self.tell("aws", found, true, bool::to_string)
    }

    pub(super) fn kubeconfig(&mut self) -> Vec<PathBuf> {
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

    pub(super) fn contexts(&mut self, kubeconfig: &[PathBuf]) -> Contexts {
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Flags, Resolved, open, surroundings::tests::Made};

    const FILE: &str = "/home/me/.config/quarterdeck/config.toml";
    const TWO: &str = "
[estates.dev]
environment = 'dev'
profiles = ['shop-dev']
contexts = ['kind']
[estates.prod]
environment = 'prod'
profiles = ['shop-prod', 'shop-edge']
";

    fn opened(flags: Flags, vars: &[(&str, &str)], files: &[(&str, &str)]) -> Resolved {
        open(&flags, &Made::new(vars, files)).unwrap()
    }

    fn refused(flags: Flags, vars: &[(&str, &str)], files: &[(&str, &str)]) -> Vec<String> {
        open(&flags, &Made::new(vars, files)).unwrap_err().iter().map(ToString::to_string).collect()
    }

    fn list(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn estate(name: &str) -> Flags {
        Flags { estate: Some(name.into()), ..Flags::default() }
    }

    #[test]
    fn the_estate_comes_from_the_flag_then_the_variable_then_the_file() {
        let text = format!("estate = 'dev'\n{TWO}");
        let files = [(FILE, text.as_str())];
        let chosen = |flags, vars: &[(&str, &str)]| opened(flags, vars, &files).settings.estate;
        assert_eq!(chosen(Flags::default(), &[]).as_deref(), Some("dev"));
        let variable = [("QUARTERDECK_ESTATE", "prod")];
        assert_eq!(chosen(Flags::default(), &variable).as_deref(), Some("prod"));
        assert_eq!(chosen(estate("dev"), &variable).as_deref(), Some("dev"));
    }

    #[test]
    fn a_single_estate_needs_no_naming_and_several_do() {
        let one = [(FILE, "[estates.dev]\nenvironment = 'dev'\nread_only = true")];
        let profile = || Flags { profiles: list(&["p"]), ..Flags::default() };
        assert_eq!(opened(Flags::default(), &[], &one).settings.estate.as_deref(), Some("dev"));
        assert!(opened(profile(), &[], &one).settings.read_only, "a flag does not lift what the estate says");
        assert_eq!(opened(profile(), &[], &[(FILE, TWO)]).settings.estate, None);
        assert_eq!(
            refused(Flags::default(), &[], &[(FILE, TWO)]),
            [format!(
                "{FILE}: several estates, none named; say --estate or write `estate = …` at the top; there are: dev, prod"
            )]
        );
    }

    #[test]
    fn an_estate_that_is_not_there_is_refused_with_the_one_that_was_meant() {
        assert_eq!(
            refused(estate("prdo"), &[], &[(FILE, TWO)]),
            ["--estate: no estate is called `prdo`; did you mean `prod`?"]
        );
        assert_eq!(
            refused(estate("prod"), &[], &[]),
            [format!("--estate: no estate is called `prod`; write `[estates.prod]` in {FILE}")]
        );
    }

    #[test]
    fn an_estate_of_unknown_environment_counts_as_prod() {
        let settings = opened(Flags::default(), &[], &[(FILE, "[estates.a]")]).settings;
        assert_eq!(settings.environment, Environment::Unknown);
        assert!(settings.environment.counts_as_prod());
        assert!(!opened(estate("dev"), &[], &[(FILE, TWO)]).settings.environment.counts_as_prod());
    }

    #[test]
    fn a_flag_that_leads_out_of_the_estate_takes_its_environment_away() {
        let environment = |flags| opened(flags, &[], &[(FILE, TWO), ("/k", "")]).settings.environment;
        let dev = || estate("dev");
        assert_eq!(environment(Flags { profiles: list(&["shop-dev"]), ..dev() }), Environment::Dev);
        assert_eq!(environment(Flags { profiles: list(&["shop-prod"]), ..dev() }), Environment::Unknown);
        assert_eq!(environment(Flags { contexts: list(&["kind"]), ..dev() }), Environment::Dev);
        assert_eq!(environment(Flags { contexts: list(&["prod"]), ..dev() }), Environment::Unknown);
        assert_eq!(environment(Flags { kubeconfig: Some("/k".into()), ..dev() }), Environment::Unknown);
    }

    #[test]
    fn a_context_or_a_kubeconfig_alone_leaves_aws_out() {
        let asked = |flags, text: &str| {
            let settings = opened(flags, &[], &[(FILE, text), ("/k", "")]).settings;
            assert!(settings.aws || !settings.eks, "EKS cannot be asked without AWS");
            settings.aws
        };
        let context = || Flags { contexts: list(&["kind"]), ..Flags::default() };
        assert!(asked(Flags::default(), ""));
        assert!(!asked(context(), ""));
        assert!(!asked(Flags { kubeconfig: Some("/k".into()), ..Flags::default() }, ""));
        assert!(asked(Flags { regions: list(&["us-east-1"]), ..context() }, ""));
        assert!(asked(Flags { profiles: list(&["p"]), ..context() }, ""));
        assert!(asked(context(), "aws = true"));
        assert!(!asked(Flags::default(), "aws = false"));
    }

    #[test]
    fn with_nothing_set_the_current_context_is_shown_where_there_is_a_kubeconfig() {
        let contexts =
            |flags, vars: &[(&str, &str)], files: &[(&str, &str)]| opened(flags, vars, files).settings.contexts;
        let none = Contexts::Named(Vec::new());
        let usual = [("/home/me/.kube/config", "")];
        assert_eq!(contexts(Flags::default(), &[], &[]), none);
        assert_eq!(contexts(Flags::default(), &[], &usual), Contexts::Current);
        assert_eq!(contexts(Flags::default(), &[("KUBECONFIG", "/a:/b")], &[("/b", "")]), Contexts::Current);
        assert_eq!(contexts(Flags { profiles: list(&["p"]), ..Flags::default() }, &[], &usual), none);
        assert_eq!(contexts(estate("prod"), &[], &[usual[0], (FILE, TWO)]), none);
        assert_eq!(contexts(Flags::default(), &[], &[usual[0], (FILE, "contexts = 'all'")]), Contexts::All);
    }

    #[test]
    fn the_kubeconfig_of_the_file_wins_over_the_variable_and_the_flag_over_both() {
        let files = [(FILE, "kubeconfig = '~/k'"), ("/home/me/k", ""), ("/f", "")];
        let vars = [("KUBECONFIG", "/a:/b")];
        let paths = |flags, files: &[(&str, &str)]| opened(flags, &vars, files).settings.kubeconfig;
        assert_eq!(paths(Flags::default(), &[]), [PathBuf::from("/a"), "/b".into()]);
        assert_eq!(paths(Flags::default(), &files), [PathBuf::from("/home/me/k")]);
        assert_eq!(paths(Flags { kubeconfig: Some("/f".into()), ..Flags::default() }, &files), [PathBuf::from("/f")]);
    }

    #[test]
    fn a_kubeconfig_that_was_named_must_exist() {
        let flags = Flags { kubeconfig: Some("/gone".into()), ..Flags::default() };
        assert_eq!(refused(flags, &[], &[]), ["--kubeconfig: there is no file /gone"]);
        assert_eq!(
            refused(Flags::default(), &[], &[(FILE, "\nkubeconfig = '/gone'")]),
            [format!("{FILE}:2: there is no file /gone")]
        );
    }
}
