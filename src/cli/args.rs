//! What can be typed after `quarterdeck`. Parsing, completions and the man page come from this one definition.
mod logs;
mod scripts;

use std::{ffi::OsString, path::PathBuf};

use clap::{
    Args as ClapArgs, Command, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum,
    builder::{PossibleValue, PossibleValuesParser, TypedValueParser},
    error::{ContextKind, ContextValue, ErrorKind},
};
use clap_complete::Shell;

pub use logs::LogsArgs;
pub use scripts::{completion, man};

use crate::config::{Flags, Theme};

/// The kinds that `list` and `describe` take: this file does not know them, only how they are offered.
#[derive(Clone, Copy, Debug)]
pub struct Kinds {
    /// What completions and help offer.
    pub names: &'static [&'static str],
    /// Whether a name is one of them, plurals and aliases too.
    pub known: fn(&str) -> bool,
}

/// The terminal console of the on-call engineer for AWS regions and the EKS clusters in them.
#[derive(Clone, Debug, Parser)]
#[command(name = "quarterdeck", version, about, after_help = AFTER)]
pub struct Args {
    #[command(flatten)]
    pub common: Common,
    /// The screen to start at: the name of a kind, such as `pod`.
    #[arg(long, value_name = "SCREEN")]
    pub at: Option<String>,
    /// Leave the mouse to the terminal.
    #[arg(long)]
    pub no_mouse: bool,
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

const AFTER: &str =
    "Without a verb the console opens. Exit: 0 done, 1 failed, 2 wrong usage, 3 found something (check).";

/// What every verb takes.
#[derive(Clone, Debug, Default, ClapArgs)]
pub struct Common {
    /// Open this estate of the settings file.
    #[arg(short, long, global = true, value_name = "ESTATE")]
    pub estate: Option<String>,
    /// Ask with this AWS profile; may be given again, or as a list with commas.
    #[arg(short, long = "profile", global = true, value_name = "PROFILE", value_delimiter = ',')]
    pub profiles: Vec<String>,
    /// Look at this region only; may be given again, or as a list with commas.
    #[arg(short, long = "region", global = true, value_name = "REGION", value_delimiter = ',')]
    pub regions: Vec<String>,
    /// Look at the cluster of this kubeconfig context; may be given again, or as a list with commas.
    #[arg(short, long = "context", global = true, value_name = "CONTEXT", value_delimiter = ',')]
    pub contexts: Vec<String>,
    /// Use this kubeconfig. With it or --context alone, AWS is not asked.
    #[arg(long, global = true, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// Ask for this namespace where listing all is denied; may be given again, or as a list with commas.
    #[arg(short, long = "namespace", global = true, value_name = "NAMESPACE", value_delimiter = ',')]
    pub namespaces: Vec<String>,
    /// Take away everything that changes anything.
    #[arg(long, global = true, visible_alias = "readonly")]
    pub read_only: bool,
    /// A keymap: default, vim, k9s, or a file.
    #[arg(long, global = true, value_name = "KEYMAP")]
    pub keymap: Option<String>,
    /// How the screen is coloured.
    #[arg(long, global = true, value_name = "THEME", value_parser = theme())]
    pub theme: Option<Theme>,
    /// Keep so many MiB of logs on each screen of them.
    #[arg(long, global = true, value_name = "MIB", value_parser = clap::value_parser!(u16).range(16..=32768))]
    pub scroll_back: Option<u16>,
    /// Read this settings file instead of the usual one.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

#[derive(Clone, Debug, Subcommand)]
pub enum Verb {
    /// Try every dependency: credentials, regions, clusters; with a remedy for what fails.
    Check {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// List the things of one kind.
    List {
        /// What to list.
        kind: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
        /// Keep what this filter keeps, written as after `/` in the console.
        #[arg(long, value_name = "EXPR")]
        filter: Option<String>,
        /// Keep rows whose column has this value; may be given again.
        #[arg(long = "where", value_name = "COL=VALUE", value_parser = column)]
        wheres: Vec<Where>,
    },
    /// Show everything about one thing.
    Describe {
        /// What kind of thing it is.
        // The places are said because `command` takes this one out and puts it back at the end.
        #[arg(index = 1)]
        kind: String,
        /// Its id or name.
        #[arg(index = 2)]
        id: String,
        /// How to print it.
        #[arg(short, long, value_enum, default_value_t)]
        output: Output,
    },
    /// Read logs: of log groups, pods, workloads, nodes, clusters, and of files, which open in the console.
    Logs(LogsArgs),
    /// Open the estate inside the binary: to try, to practise, to test against.
    Demo(DemoArgs),
    /// Print the keys of the keymap in use.
    Keys {
        /// Print a Markdown table.
        #[arg(long)]
        markdown: bool,
    },
    /// Show the settings and where they come from.
    Config {
        #[command(subcommand)]
        verb: Option<ConfigVerb>,
    },
    /// Print the completion script of a shell.
    Completion {
        /// The shell that reads it.
        shell: Shell,
    },
    /// Print a man page.
    #[command(hide = true)]
    Man {
        /// The page of this verb.
        page: Option<String>,
    },
}

/// What `demo` takes.
#[derive(Clone, Debug, ClapArgs)]
pub struct DemoArgs {
    /// Let this incident unfold; may be given again. --incidents tells what there is.
    #[arg(long, value_name = "NAME")]
    pub incident: Vec<String>,
    /// Tell the incidents, what they are about, and what cures them.
    #[arg(long)]
    pub incidents: bool,
    /// So many nodes and pods in the whole estate.
    #[arg(long, value_name = "NODESxPODS", value_parser = scale)]
    pub scale: Option<(usize, usize)>,
    /// Begin with an account in which nothing stands: what comes is applied by Terraform.
    #[arg(long, conflicts_with_all = ["scale", "incident"])]
    pub empty: bool,
    /// The same number makes the same estate.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Let the estate's clock run so many times as fast.
    #[arg(long, value_name = "TIMES", default_value_t = 1.0, value_parser = speed)]
    pub speed: f64,
    /// Have requests fail: a fault as JSON; may be given again. `what` is one of latency (ms), throttle, error (status), hang, reset
    /// (after), expired, denied, gone, and skew (ms: so far is the server's clock ahead, or behind if it is negative); service,
    /// region, operation and cluster narrow it down.
    #[arg(long, value_name = "JSON")]
    pub fault: Vec<String>,
    /// The screen to start at: the name of a kind.
    #[arg(long, value_name = "SCREEN")]
    pub at: Option<String>,
    /// Only start its servers, and print the variables that point any client at them.
    #[arg(long, conflicts_with = "stop")]
    pub serve: bool,
    /// End its servers.
    #[arg(long)]
    pub stop: bool,
    /// Be the servers: what `demo` starts.
    #[arg(long, hide = true)]
    pub server: bool,
}

fn scale(text: &str) -> Result<(usize, usize), String> {
    let parts = text.split_once(['x', 'X']).and_then(|(nodes, pods)| Some((nodes.parse().ok()?, pods.parse().ok()?)));
    parts.filter(|(nodes, _)| *nodes > 0).ok_or_else(|| "write NODESxPODS, such as 200x5000".to_owned())
}

fn speed(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|times| (0.1..=3600.0).contains(times));
    number.ok_or_else(|| "a number from 0.1 to 3600".to_owned())
}

/// `config` alone is `config check`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Subcommand)]
pub enum ConfigVerb {
    /// Print every path, and whether it exists.
    Paths,
    /// Print a complete settings file that says what holds without one.
    Default,
    /// Print every setting, its value and where it comes from.
    #[default]
    Check,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Output {
    #[default]
    Yaml,
    Json,
    Pairs,
}

/// `--where COL=VALUE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Where {
    pub column: String,
    pub value: String,
}

fn column(text: &str) -> Result<Where, String> {
    match text.split_once('=') {
        Some((column, value)) if !column.trim().is_empty() => {
            Ok(Where { column: column.trim().to_owned(), value: value.to_owned() })
        }
        _ => Err("write COLUMN=VALUE".to_owned()),
    }
}

fn theme() -> impl TypedValueParser<Value = Theme> {
    PossibleValuesParser::new(Theme::NAMES.iter().map(|(name, _)| *name))
        .map(|name| Theme::NAMES.iter().find(|(known, _)| *known == name).map_or(Theme::Auto, |(_, theme)| *theme))
}

/// Offers the names, takes whatever `known` knows.
#[derive(Clone)]
struct KindParser(Kinds);

impl TypedValueParser for KindParser {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<String, clap::Error> {
        let text = value.to_string_lossy();
        if (self.0.known)(&text) {
            return Ok(text.into_owned());
        }
        let mut error = clap::Error::new(ErrorKind::InvalidValue).with_cmd(command);
        if let Some(arg) = arg {
            error.insert(ContextKind::InvalidArg, ContextValue::String(arg.to_string()));
        }
        error.insert(ContextKind::InvalidValue, ContextValue::String(text.to_string()));
        let names = self.0.names.iter().map(|name| (*name).to_owned()).collect();
        error.insert(ContextKind::ValidValue, ContextValue::Strings(names));
        if let Some(near) = crate::config::nearest(&text, self.0.names.iter().copied()) {
            error.insert(ContextKind::SuggestedValue, ContextValue::String(near.to_owned()));
        }
        Err(error)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.0.names.iter().map(|name| PossibleValue::new(*name))))
    }
}

/// The whole command line as data.
#[must_use]
pub fn command(kinds: Kinds) -> Command {
    let kind = |verb: Command| verb.mut_arg("kind", |arg| arg.value_parser(KindParser(kinds)));
    Args::command().mut_subcommand("list", kind).mut_subcommand("describe", kind)
}

/// # Errors
/// As clap words it; `exit()` on it prints and ends with 2, or with 0 for `--help` and `--version`.
pub fn parse(kinds: Kinds, argv: impl IntoIterator<Item = OsString>) -> Result<Args, clap::Error> {
    Args::from_arg_matches(&command(kinds).try_get_matches_from(argv)?)
}

impl Args {
    /// The same as plain data, for `config`.
    #[must_use]
    pub fn flags(&self) -> Flags {
        let common = self.common.clone();
        Flags {
            estate: common.estate,
            profiles: common.profiles,
            regions: common.regions,
            contexts: common.contexts,
            kubeconfig: common.kubeconfig,
            namespaces: common.namespaces,
            read_only: common.read_only,
            keymap: common.keymap,
            theme: common.theme,
            config: common.config,
            no_mouse: self.no_mouse,
            scroll_back: self.common.scroll_back,
            at: self.at.clone(),
        }
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub const KINDS: Kinds = Kinds {
        names: &["instance", "pod", "log-group"],
        known: |name| ["instance", "pod", "pods", "po", "log-group"].contains(&name),
    };

    fn typed(line: &str) -> Result<Args, clap::Error> {
        parse(KINDS, line.split(' ').map(OsString::from))
    }

    fn refused(line: &str) -> String {
        let error = typed(line).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{line}");
        error.to_string()
    }

    /// Every verb below the program, with those below them.
    fn verbs(command: &Command) -> Vec<&Command> {
        command.get_subcommands().flat_map(|verb| std::iter::once(verb).chain(verbs(verb))).collect()
    }

    #[test]
    fn the_definition_holds_together() {
        command(KINDS).debug_assert();
    }

    #[test]
    fn every_verb_and_every_option_says_what_it_is_for() {
        let whole = command(KINDS);
        assert!(verbs(&whole).len() >= 10);
        for verb in std::iter::once(&whole).chain(verbs(&whole)) {
            assert!(verb.get_about().is_some(), "{} says nothing", verb.get_name());
            for arg in verb.get_arguments() {
                assert!(arg.get_help().is_some(), "{} {} says nothing", verb.get_name(), arg.get_id());
            }
        }
    }

    #[test]
    fn lists_are_taken_with_commas_and_by_repeating() {
        let args =
            typed("quarterdeck --region us-east-1,eu-west-1 -r eu-north-1 --readonly --no-mouse --at pod").unwrap();
        let flags = args.flags();
        assert_eq!(flags.regions, ["us-east-1", "eu-west-1", "eu-north-1"]);
        assert!(flags.read_only && flags.no_mouse && args.verb.is_none());
        assert_eq!(flags.at.as_deref(), Some("pod"));
    }

    #[test]
    fn what_every_verb_takes_may_stand_before_and_behind_it() {
        for line in
            ["quarterdeck --context a,b --theme light list pods", "quarterdeck list pods --context a,b --theme light"]
        {
            let args = typed(line).unwrap();
            assert_eq!(args.flags().contexts, ["a", "b"], "{line}");
            assert_eq!(args.flags().theme, Some(Theme::Light), "{line}");
            assert!(matches!(args.verb, Some(Verb::List { kind, .. }) if kind == "pods"), "{line}");
        }
    }

    #[test]
    fn a_kind_is_taken_by_any_of_its_names_and_another_is_refused_with_the_nearest() {
        assert_eq!(typed("quarterdeck describe po web-1 -o json").err().map(|error| error.to_string()), None);
        let told = refused("quarterdeck list instnace");
        assert!(told.contains("'instnace'") && told.contains("log-group") && told.contains("'instance'"), "{told}");
    }

    #[test]
    fn wrong_usage_exits_with_two() {
        assert!(refused("quarterdeck lits pod").contains("'list'"));
        assert!(refused("quarterdeck --regoin x").contains("--region"));
        assert!(refused("quarterdeck --theme pink").contains("[possible values: auto, dark, light, none]"));
        assert!(refused("quarterdeck list").contains("<KIND>"));
        assert!(refused("quarterdeck list pod --where phase").contains("COLUMN=VALUE"));
        assert!(refused("quarterdeck completion cmd").contains("fish"));
    }

    #[test]
    fn help_and_version_are_no_failure() {
        let version = typed("quarterdeck --version").unwrap_err();
        assert_eq!((version.exit_code(), version.kind()), (0, ErrorKind::DisplayVersion));
        assert_eq!(version.to_string(), format!("quarterdeck {}\n", env!("CARGO_PKG_VERSION")));
        assert_eq!(typed("quarterdeck list --help").unwrap_err().exit_code(), 0);
    }

    #[test]
    fn where_splits_at_its_first_equals_sign() {
        let args = typed("quarterdeck list pod --where phase=Running --where label=app=web").unwrap();
        let Some(Verb::List { wheres, .. }) = args.verb else { panic!("not a listing") };
        let pairs: Vec<_> = wheres.iter().map(|one| (one.column.as_str(), one.value.as_str())).collect();
        assert_eq!(pairs, [("phase", "Running"), ("label", "app=web")]);
    }
}
