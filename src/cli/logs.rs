//! `quarterdeck logs`: what targets say, as lines for people or as records for programs; files open in the console where there is one.
mod lines;
mod targets;

use std::{
    io::{self, IsTerminal, Write},
    time::Duration,
};

use tokio::{
    signal::unix::{SignalKind, signal},
    sync::mpsc,
};
use tokio_util::sync::CancellationToken;

use super::{Exit, args::LogsArgs, start};
use crate::{
    config::Settings,
    error::{Error, Result, Trouble},
    jobs::tail,
    log::store::query::Query,
    model::{logs::Reading, zone::Zone},
    runtime,
};
use lines::{Form, Lines};

/// How far back is read where nothing is said.
const BACK: &str = "15m";

pub fn run(settings: &Settings, args: &LogsArgs, keymap: crate::keymap::Keymap) -> Result<Exit> {
    let zone = start::zone(settings);
    let now = runtime::now_ms();
    let moment = |text: &str| zone.read(text, now).map_err(|why| Error::usage("the time cannot be read", why));
    let since = moment(args.since.as_deref().unwrap_or(BACK))?;
    let until = args.until.as_deref().map(moment).transpose()?;
    if until.is_some_and(|until| until < since) {
        return Err(Error::usage("nothing can be read", "--until is before --since"));
    }
    let files = targets::files(&args.targets);
    let screen = io::stdout().is_terminal() && !args.json && !args.plain;
    if let (Some(files), true) = (&files, screen) {
        return start::reader(settings, keymap, files.clone());
    }
    let form = match () {
        () if args.json => Form::Json,
        () if screen && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()) => Form::Coloured,
        () => Form::Plain,
    };
    let query = query(args, &zone, now)?;
    start::block_on(async {
        let wishes = match files {
            Some(files) => files,
            None => targets::look(settings, &args.targets).await?,
        };
        let until = until.or((!args.follow).then_some(now));
        let reading = Reading { wishes, since, until, live: args.live };
        let in_order = !args.follow;
        follow(settings, reading, Lines::new(form, zone.clone(), query, in_order)).await
    })
}

fn query(args: &LogsArgs, zone: &Zone, now: i64) -> Result<Query> {
    let wrong = |why: String| Error::usage("the filter cannot be read", why);
    let mut text = args.filter.clone().unwrap_or_default();
    if let Some(regex) = &args.match_ {
        regex::Regex::new(regex).map_err(|e| wrong(e.to_string()))?;
        text = format!("{text} /{}/", regex.replace('/', "\\/"));
    }
    Query::parse(text.trim(), now, zone.offset(now / 1000) * 1000).map_err(|mistake| wrong(mistake.why))
}

/// Reads until there is no more, or nobody reads what is printed, or somebody ends it.
async fn follow(settings: &Settings, reading: Reading, mut lines: Lines) -> Result<Exit> {
    let unwritten = |e: io::Error| Error::new(Trouble::Other, "print", e.to_string());
    let mut interrupted = signal(SignalKind::interrupt()).map_err(unwritten)?;
    let mut ended = signal(SignalKind::terminate()).map_err(unwritten)?;
    let stop = CancellationToken::new();
    let (tell, heard) = mpsc::channel(256);
    let mut gathered = tail::Gathered::new(heard);
    let reads = tail::read(start::clients(settings)?, (reading, false, stop.clone()), tell);
    tokio::pin!(reads);
    let mut outcome = None;
    loop {
        tokio::select! {
            biased;
            // once it is asked to end, and what was not read is told; twice, or after a moment, it ends as it is
            _ = interrupted.recv() => if stop.is_cancelled() { break } else { stop.cancel() },
            _ = ended.recv() => break,
            () = patience(&stop) => break,
            told = gathered.next() => match told {
                Some(told) => if !written(&lines.take(told))? { break },
                None => break,
            },
            read = &mut reads, if outcome.is_none() => outcome = Some(read),
        }
    }
    let rest = lines.rest();
    written(&rest)?;
    if let Some(Err(error)) = outcome {
        return Err(error);
    }
    let complaints = lines.complaints();
    for complaint in &complaints {
        // nobody to tell if stderr is closed
        let _closed = writeln!(io::stderr(), "quarterdeck: {complaint}");
    }
    Ok(if complaints.is_empty() { Exit::Done } else { Exit::Found })
}

/// Prints; tells whether anybody still reads.
fn written(text: &[u8]) -> Result<bool> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(e) => Err(Error::new(Trouble::Other, "print", e.to_string())),
    }
}

/// So long readers may take to tell what they did not read.
async fn patience(stop: &CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(Duration::from_secs(2)).await;
}
