//! From settings to a console that runs.
use std::future::Future;

use super::Exit;
use crate::{
    clients::{
        Clients,
        aws::{Aws, Mark, Setup},
        servers::{self, Servers},
    },
    config::{self, Contexts, Settings},
    error::{Error, Result, Trouble},
    keymap::{Keymap, Mistake, Source},
    kinds::{Kind, Reach, Wish},
    model::{
        Model,
        estate::{Environment, Estate},
        zone::Zone,
    },
    runtime::{self, Console},
    view::theme::{Theme, ThemeName},
};

/// One worker beside the loop: what is read is parsed there, and two cores are enough for any estate.
pub fn block_on<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|e| Error::new(Trouble::Other, "start the background threads", e.to_string()))?;
    let result = runtime.block_on(future);
    // a call that hangs in a thread must not keep the program from ending
    runtime.shutdown_background();
    result
}

/// # Errors
/// All mistakes of the keymap in use.
pub fn keymap(settings: &Settings) -> Result<Keymap, Vec<Mistake>> {
    match &settings.keymap {
        config::Keymap::Shipped(name) => Keymap::shipped(name),
        config::Keymap::File(path) => match std::fs::read_to_string(path) {
            Ok(text) => Keymap::read(&Source { file: path.display().to_string(), text }),
            Err(e) => {
                Err(vec![Mistake { file: path.display().to_string(), line: 0, what: format!("cannot be read: {e}") }])
            }
        },
    }
}

/// # Errors
/// If a kubeconfig or a certificate bundle is no such thing.
pub fn clients(settings: &Settings) -> Result<Clients> {
    let contexts = contexts(settings)?;
    let setup = Setup {
        profiles: accounts(settings),
        regions: settings.regions.clone(),
        default_region: settings.default_region.clone(),
        act: settings.act.profiles.clone().into_iter().collect(),
        tags: settings.tags.clone(),
        mark: settings.tags.estate.clone().zip(settings.estate.clone()).map(|(tag, value)| Mark { tag, value }),
    };
    let aws = Aws::new(setup)?;
    let servers = Servers::new(aws.clone(), settings.kubeconfig.clone(), contexts, settings.namespaces.clone());
    Ok(Clients { aws, servers })
}

fn accounts(settings: &Settings) -> Vec<String> {
    match (settings.aws, settings.profiles.is_empty()) {
        (false, _) => vec![],
        (true, true) => vec![String::new()],
        (true, false) => settings.profiles.clone(),
    }
}

fn contexts(settings: &Settings) -> Result<Vec<String>> {
    Ok(match &settings.contexts {
        Contexts::Named(names) => names.clone(),
        Contexts::Current => servers::kubeconfig(&settings.kubeconfig)?.current_context.into_iter().collect(),
        Contexts::All => {
            servers::kubeconfig(&settings.kubeconfig)?.contexts.into_iter().map(|context| context.name).collect()
        }
    })
}

/// # Errors
/// If a kubeconfig is none, or lacks a context that was asked for.
pub fn estate(settings: &Settings) -> Result<Estate> {
    let contexts = contexts(settings)?;
    Ok(Estate {
        name: settings.estate.clone().unwrap_or_default(),
        environment: match settings.environment {
            config::Environment::Dev => Environment::Dev,
            config::Environment::Test => Environment::Test,
            config::Environment::Prod => Environment::Prod,
            config::Environment::Unknown => Environment::Unknown,
        },
        accounts: accounts(settings),
        regions: settings.regions.clone(),
        home: settings.default_region.clone(),
        contexts,
        eks: settings.aws && settings.eks,
        read_only: settings.read_only,
        act_minutes: if settings.act.profiles.is_empty() { 0 } else { settings.act.minutes.into() },
    })
}

/// Where the console opens: at the screen asked for, else at the top of the tree as far as there is one.
///
/// # Errors
/// If there is no such screen.
fn first(settings: &Settings, estate: &Estate) -> Result<Kind> {
    let Some(name) = &settings.at else {
        return Ok(if estate.accounts.is_empty() { Kind::Pod } else { Kind::Region });
    };
    Kind::named(name).filter(|kind| !matches!(kind.reach(), Reach::Within(_))).ok_or_else(|| {
        let near = config::nearest(name, Kind::NAMES.iter().copied());
        let hint =
            near.map_or_else(|| format!("there are {}", Kind::NAMES.join(", ")), |n| format!("did you mean `{n}`?"));
        Error::usage(format!("no screen is called `{name}`"), "--at takes the name of a kind").hint(hint)
    })
}

/// Opens the console.
///
/// # Errors
/// If there is no terminal, or what the settings name is not there.
pub fn console(settings: &Settings, keymap: Keymap) -> Result<Exit> {
    let estate = estate(settings)?;
    let kind = first(settings, &estate)?;
    let console = Console { keymap, theme: theme(settings), clients: clients(settings)?, mouse: settings.mouse };
    let (zone, other_zone) = zones(settings);
    let scroll_back = scroll_back(settings);
    let make =
        |size| Model { zone, other_zone, scroll_back, ..Model::new(size, estate, kind, runtime::now_ms() / 1000) };
    block_on(runtime::run(console, make))?;
    Ok(Exit::Done)
}

/// Opens the console on files, and on nothing else.
///
/// # Errors
/// As [`console`].
pub fn reader(settings: &Settings, keymap: Keymap, files: Vec<Wish>) -> Result<Exit> {
    let estate = Estate { environment: Environment::Dev, name: "files".into(), ..Estate::default() };
    let console = Console { keymap, theme: theme(settings), clients: clients(settings)?, mouse: settings.mouse };
    let (zone, other_zone) = zones(settings);
    let make = |size| {
        let mut model =
            Model { zone, other_zone, ..Model::new(size, estate, Kind::LogGroup, runtime::now_ms() / 1000) };
        model.scroll_back = scroll_back(settings);
        model.reads = files;
        model.screens.clear();
        model
    };
    block_on(runtime::run(console, make))?;
    Ok(Exit::Done)
}

/// In bytes.
fn scroll_back(settings: &Settings) -> usize {
    usize::from(settings.scroll_back) << 20
}

/// The machine's own zone, unless UTC is asked for.
pub fn zone(settings: &Settings) -> Zone {
    if settings.utc { Zone::utc() } else { own_zone() }
}

fn own_zone() -> Zone {
    let here = jiff::tz::TimeZone::system();
    let is_utc = matches!(here.iana_name(), Some("UTC" | "Etc/UTC" | "Etc/UCT" | "Zulu"));
    if is_utc { Zone::utc() } else { Zone::of(here) }
}

/// The zone that is shown, and the one that a key changes to.
fn zones(settings: &Settings) -> (Zone, Zone) {
    if settings.utc { (Zone::utc(), own_zone()) } else { (own_zone(), Zone::utc()) }
}

/// `auto` goes by what the terminal says of its background in `COLORFGBG`; asking it would put its answer among the keys.
fn theme(settings: &Settings) -> Theme {
    Theme::of(match settings.theme {
        config::Theme::Dark => ThemeName::Dark,
        config::Theme::Light => ThemeName::Light,
        config::Theme::None => ThemeName::None,
        config::Theme::Auto => {
            let ground = std::env::var("COLORFGBG").unwrap_or_default();
            let light = matches!(ground.rsplit(';').next(), Some("7" | "15"));
            if light { ThemeName::Light } else { ThemeName::Dark }
        }
    })
}
