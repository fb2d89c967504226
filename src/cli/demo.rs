//! `quarterdeck demo`: starts or joins the estate inside the binary, then becomes an ordinary console that is pointed at it.
use std::{
    fs::OpenOptions,
    io,
    os::unix::{fs::OpenOptionsExt, process::CommandExt},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use quarterdeck_demo::{
    fault, incident,
    serve::{self, Folder, Options, Running},
    world::build::{MOST_NODES, MOST_PODS, Scale},
};
use rustix::process::setsid;

use super::{
    Exit,
    args::{Args, DemoArgs},
    run::{print, tell_all},
    start,
};
use crate::{
    config::{self, Keymap, Process},
    error::{Error, Result, Trouble},
};

/// So long the servers may take until they listen; a large world on a slow machine needs some seconds.
const PATIENCE: Duration = Duration::from_secs(60);

/// # Errors
/// If the estate cannot be started, or one with other numbers runs.
pub fn run(args: &Args, demo: &DemoArgs) -> Result<Exit> {
    if demo.incidents {
        return print(&incidents());
    }
    let folder = folder(args)?;
    let options = options(demo)?;
    if demo.server {
        return serve_here(&folder, &options);
    }
    if demo.stop {
        return stop(&folder);
    }
    let running = match folder.running() {
        Some(running) => join(running, demo, &options)?,
        None => begin(&folder, demo, &options)?,
    };
    if demo.serve {
        let kept = running.client().ask("POST", "keep", None);
        kept.map_err(|why| Error::new(Trouble::Other, "keep the demo estate", why))?;
        return print(&variables(&running));
    }
    open(args, demo, &folder, &running)
}

fn folder(args: &Args) -> Result<Folder> {
    let paths = config::Paths::find(&args.flags(), &Process)
        .map_err(|mistake| Error::usage("the folder of the demo estate cannot be told", mistake.to_string()))?;
    let place = paths.cache.join("demo");
    Folder::open(&place).map_err(|e| {
        Error::new(Trouble::Other, format!("make the folder {}", place.display()), e.to_string())
            .hint("XDG_CACHE_HOME names another place")
    })
}

fn options(demo: &DemoArgs) -> Result<Options> {
    let scale = match demo.scale {
        None => Scale::default(),
        Some((nodes, pods)) if nodes <= MOST_NODES && pods <= MOST_PODS => Scale { nodes, pods },
        Some((nodes, pods)) => {
            let most = format!("there is room for {MOST_NODES}x{MOST_PODS}");
            return Err(Error::usage(format!("--scale {nodes}x{pods} is too large"), most));
        }
    };
    for name in &demo.incident {
        if !incident::all().iter().any(|told| &told.name == name) {
            let known: Vec<String> = incident::all().into_iter().map(|told| told.name).collect();
            let near = config::nearest(name, known.iter().map(String::as_str));
            let hint =
                near.map_or_else(|| format!("there are {}", known.join(", ")), |n| format!("did you mean `{n}`?"));
            return Err(
                Error::usage(format!("no incident is called `{name}`"), "--incident takes the name of one").hint(hint)
            );
        }
    }
    let faults = demo.fault.iter().map(|text| {
        let read = serde_json::from_str::<fault::Fault>(text);
        read.map_err(|e| {
            Error::usage(format!("`{text}` is no fault"), e.to_string())
                .hint(r#"such as {"service": "ec2", "operation": "DescribeInstances", "what": {"kind": "throttle"}}"#)
        })
    });
    Ok(Options {
        seed: demo.seed.unwrap_or(Options::default().seed),
        scale,
        speed: demo.speed,
        incidents: demo.incident.clone(),
        faults: faults.collect::<Result<_>>()?,
        empty: demo.empty,
    })
}

/// The servers' own process: it leaves the terminal and whoever started it, and ends by itself.
fn serve_here(folder: &Folder, options: &Options) -> Result<Exit> {
    // one that leads a session already has nothing to leave
    let _led = setsid();
    start::block_on(async {
        let mut ask =
            tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).map_err(|e| failed(&e))?;
        let until = async move {
            ask.recv().await;
        };
        serve::serve(options, folder, until).await.map_err(|e| failed(&e))
    })?;
    Ok(Exit::Done)
}

fn failed(error: &io::Error) -> Error {
    Error::new(Trouble::Other, "serve the demo estate", error.to_string())
}

/// Joins the estate that runs. It is not changed under those who are in it: other numbers than asked for are told.
fn join(running: Running, demo: &DemoArgs, options: &Options) -> Result<Running> {
    let other = [
        demo.seed.is_some_and(|seed| seed != running.seed).then(|| format!("--seed {}", running.seed)),
        demo.scale
            .is_some_and(|scale| scale != (running.nodes, running.pods))
            .then(|| format!("--scale {}x{}", running.nodes, running.pods)),
        (demo.empty && !running.empty).then(|| "an estate that stands".to_owned()),
    ];
    let other: Vec<String> = other.into_iter().flatten().collect();
    if !other.is_empty() {
        let why = format!("one with {} runs as process {}", other.join(" and "), running.pid);
        return Err(Error::new(Trouble::Usage, "start the demo estate", why)
            .hint("leave these out to join it, or end it first: quarterdeck demo --stop"));
    }
    let ask = |what, body| {
        running
            .client()
            .ask("POST", what, Some(&body))
            .map_err(|why| Error::new(Trouble::Other, "ask the demo estate", why))
    };
    for name in &options.incidents {
        ask("incident", serde_json::json!({"name": name}))?;
    }
    for fault in &options.faults {
        ask("faults", serde_json::json!(fault))?;
    }
    Ok(running)
}

/// Starts the servers as a process of their own, and waits until they listen.
fn begin(folder: &Folder, demo: &DemoArgs, options: &Options) -> Result<Running> {
    let failed = |what: &str, why: String| Error::new(Trouble::Other, what, why);
    let log = folder.file("log");
    let told = OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&log);
    let told = told.map_err(|e| failed(&format!("write {}", log.display()), e.to_string()))?;
    let program = std::env::current_exe().map_err(|e| failed("find the own program", e.to_string()))?;
    let mut command = Command::new(program);
    command.args(["demo", "--server", "--seed", &options.seed.to_string(), "--speed", &demo.speed.to_string()]);
    if options.empty {
        command.arg("--empty");
    } else {
        command.args(["--scale", &format!("{}x{}", options.scale.nodes, options.scale.pods)]);
    }
    command.args(options.incidents.iter().flat_map(|name| ["--incident", name]));
    command.args(demo.fault.iter().flat_map(|text| ["--fault", text]));
    // whichever thread answers changes the world: with an arena for each thread what one frees no other takes up
    // again, and the process grows by half over a day
    command.env("MALLOC_ARENA_MAX", "1");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::from(told));
    let mut child = command.spawn().map_err(|e| failed("start the demo estate", e.to_string()))?;
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        if let Some(running) = folder.told().filter(|told| told.pid == child.id() && told.answers()) {
            return Ok(running);
        }
        if let Ok(Some(status)) = child.try_wait() {
            let said = std::fs::read_to_string(&log).unwrap_or_default();
            return Err(failed("start the demo estate", format!("its servers ended with {status}: {}", said.trim())));
        }
        thread::sleep(Duration::from_millis(10));
    }
    Err(failed("start the demo estate", format!("its servers did not listen within {} s", PATIENCE.as_secs()))
        .hint(format!("what they said is in {}", log.display())))
}

fn stop(folder: &Folder) -> Result<Exit> {
    let Some(running) = folder.running() else {
        return print("no demo estate is running\n");
    };
    // the answer can break off because its servers end: what counts is whether they do
    let answer = running.client().ask("POST", "stop", None);
    let began = Instant::now();
    while folder.told().is_some_and(|told| told.pid == running.pid) {
        if began.elapsed() > Duration::from_secs(10) {
            let why = answer.err().unwrap_or_else(|| format!("process {} does not end", running.pid));
            return Err(Error::new(Trouble::Other, "end the demo estate", why).hint(format!("kill {}", running.pid)));
        }
        thread::sleep(Duration::from_millis(20));
    }
    print("the demo estate has ended\n")
}

/// Lines that a shell can read: `NAME=VALUE`, in quotes where the shell would take the value apart. Programs find them in `running.json` too.
fn variables(running: &Running) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "/:.,_+=@%-".contains(letter);
    let quoted = |value: &str| {
        if value.chars().all(plain) { value.to_owned() } else { format!("'{}'", value.replace('\'', "'\\''")) }
    };
    running.variables.iter().map(|(name, value)| format!("{name}={}\n", quoted(value))).collect()
}

fn incidents() -> String {
    let each = incident::all().into_iter();
    each.map(|told| format!("{}: {}\n  {}\n  Cure: {}\n", told.name, told.title, told.about, told.cure)).collect()
}

/// Becomes the console: the same process, so that the estate sees when it is left, with the estate's variables around it and the person's
/// own keys and colours.
fn open(args: &Args, demo: &DemoArgs, folder: &Folder, running: &Running) -> Result<Exit> {
    let joined = running.client().ask("POST", "join", Some(&serde_json::json!({"pid": std::process::id()})));
    joined.map_err(|why| Error::new(Trouble::Other, "join the demo estate", why))?;
    let program = std::env::current_exe().map_err(|e| failed(&e))?;
    let mut console = Command::new(program);
    for (name, _) in std::env::vars_os() {
        // an endpoint or a profile of the person's own must not take part
        if name.to_string_lossy().starts_with("AWS_") {
            console.env_remove(name);
        }
    }
    console.envs(running.variables.iter().map(|(name, value)| (name, value)));
    let own = match config::open(&args.flags(), &Process) {
        Ok(resolved) => resolved.settings,
        Err(mistakes) => return tell_all(&mistakes),
    };
    let keymap = match own.keymap {
        Keymap::Shipped(name) => name.to_owned(),
        Keymap::File(path) => path.display().to_string(),
    };
    console.args(["--keymap", &keymap, "--theme", own.theme.name()]);
    console.args(["--scroll-back", &own.scroll_back.to_string()]);
    console.arg("--config").arg(folder.file("config.toml"));
    if args.common.read_only {
        console.arg("--read-only");
    }
    if args.no_mouse {
        console.arg("--no-mouse");
    }
    console.args(args.common.regions.iter().flat_map(|region| ["--region", region]));
    console.args(demo.at.iter().chain(&args.at).take(1).flat_map(|at| ["--at", at]));
    Err(failed(&console.exec()))
}
