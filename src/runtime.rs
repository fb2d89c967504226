//! The loop: the only async, and with `terminal` and `tasks` the only I/O of the console. Input comes first, then reports in slices
//! of at most 4 ms; then one draw, then the effects. A key is drawn at once, data at most every 16 ms; nothing ticks unless
//! something on the screen changes with time.
mod answers;
mod signals;
mod tasks;
pub mod terminal;

use std::{
    future::poll_fn,
    task::Poll,
    time::{Duration, Instant},
};

use crossterm::event::{Event, EventStream, MouseButton, MouseEventKind};
use futures::StreamExt;
use tokio::{sync::mpsc, time::sleep_until};

pub use tasks::Runner;

pub use crate::clients::now_ms;
use crate::{
    clients::Clients,
    effect::Effect,
    error::{Error, Result, Trouble},
    keymap::Keymap,
    model::{Model, Size},
    update::{self, Msg},
    view::{self, theme::Theme},
};

/// Reports are taken in slices, so that a key never waits behind a storm of rows.
const SLICE: Duration = Duration::from_millis(4);
/// Between two frames that only data asked for.
const FRAME: Duration = Duration::from_millis(16);
/// Reports that may wait for the loop; past that their jobs wait.
const LANE: usize = 64;

pub struct Console {
    pub keymap: Keymap,
    pub theme: Theme,
    pub clients: Clients,
    pub mouse: bool,
}

struct Loop {
    model: Model,
    keymap: Keymap,
    theme: Theme,
    terminal: terminal::Terminal,
    answers: answers::Answers,
    runner: Runner,
    effects: Vec<Effect>,
    /// When the last frame was drawn, and whether there is something to draw since.
    drawn: Instant,
    dirty: bool,
    /// A key was pressed since: its frame does not wait.
    urgent: bool,
    /// When what is drawn will be older than it says.
    ages: Option<Instant>,
}

/// Runs the console until it is left.
///
/// # Errors
/// If there is no terminal, or it went away.
pub async fn run(console: Console, make: impl FnOnce(Size) -> Model) -> Result<()> {
    let terminal = terminal::Terminal::take(console.mouse).map_err(|e| lost(&e))?;
    let (width, height) = terminal.size().map_err(|e| lost(&e))?;
    let mut model = make(Size { width, height });
    model.mouse = console.mouse;
    let (reports, inbox) = mpsc::channel(LANE);
    let runner = Runner::new(console.clients, reports);
    let effects = update::begin(&mut model);
    let mut looped = Loop {
        model,
        keymap: console.keymap,
        theme: console.theme,
        terminal,
        answers: answers::Answers::default(),
        runner,
        effects,
        drawn: Instant::now(),
        dirty: true,
        urgent: true,
        ages: None,
    };
    match looped.turn(inbox).await {
        // what could not be drawn has nobody to see it
        Err(_) if terminal::is_gone() => looped.leave().await,
        ended => ended,
    }
}

fn lost(error: &std::io::Error) -> Error {
    Error::new(Trouble::Other, "the terminal cannot be used", error.to_string())
        .hint("the console needs a terminal; `quarterdeck list` and `quarterdeck check` do not")
}

impl Loop {
    async fn turn(&mut self, mut inbox: mpsc::Receiver<Msg>) -> Result<()> {
        let mut events = EventStream::new();
        let mut signals = signals::Signals::new()?;
        let mut gone = terminal::gone();
        loop {
            if self.perform(&mut signals).await? {
                return Ok(());
            }
            self.draw_if_due()?;
            let wake = self.wake();
            tokio::select! {
                biased;
                event = next_event(&mut events) => match event {
                    Some(Ok(event)) => self.input(event),
                    // the terminal is gone: there is nobody to draw for
                    Some(Err(_)) | None => return self.leave().await,
                },
                () = signals.end() => return self.leave().await,
                _ = &mut gone => return self.leave().await,
                report = inbox.recv() => match report {
                    Some(report) => self.reports(report, &mut inbox),
                    None => return Ok(()),
                },
                () = sleep_until(wake.unwrap_or_else(far).into()), if wake.is_some() => self.tell_time(),
            }
        }
    }

    /// When to go on though nothing came: for a frame that is due, or because something shown grows older.
    fn wake(&self) -> Option<Instant> {
        if self.dirty { Some(self.drawn + FRAME) } else { self.ages }
    }

    fn tell_time(&mut self) {
        let now = now_ms() / 1000;
        if now != self.model.now {
            self.update(Msg::Now(now));
        } else if self.ages.is_some_and(|at| at <= Instant::now()) {
            // a wake that came a moment early: without a later one the loop would spin
            self.ages = Some(Instant::now() + Duration::from_millis(20));
        }
    }

    fn update(&mut self, msg: Msg) {
        if let Msg::Ended(id, _) = &msg {
            self.runner.forget(*id);
        }
        self.effects.extend(update::update(&mut self.model, &self.keymap, msg));
        self.dirty = true;
    }

    fn input(&mut self, event: Event) {
        self.tell_time();
        let msg = match event {
            Event::Key(key) if key.is_press() || key.is_repeat() => {
                let (key, at) = (key.into(), now_ms());
                if self.answers.swallow(key, at) {
                    return;
                }
                Msg::Key(key, at)
            }
            Event::Resize(width, height) => Msg::Resize(Size { width, height }),
            Event::Paste(text) => Msg::Paste(text),
            Event::Mouse(mouse) => match mouse.kind {
                MouseEventKind::ScrollDown => Msg::Wheel(3),
                MouseEventKind::ScrollUp => Msg::Wheel(-3),
                MouseEventKind::Down(MouseButton::Left) => Msg::Click(mouse.column, mouse.row),
                _ => return,
            },
            _ => return,
        };
        self.urgent = true;
        self.update(msg);
    }

    /// Takes the report and those that wait behind it, for one slice of time.
    fn reports(&mut self, first: Msg, inbox: &mut mpsc::Receiver<Msg>) {
        self.tell_time();
        let began = Instant::now();
        self.update(first);
        while began.elapsed() < SLICE {
            match inbox.try_recv() {
                Ok(report) => self.update(report),
                Err(_) => break,
            }
        }
    }

    fn draw_if_due(&mut self) -> Result<()> {
        if !self.dirty || !(self.urgent || self.drawn.elapsed() >= FRAME) {
            return Ok(());
        }
        let (model, keymap, theme) = (&self.model, &self.keymap, &self.theme);
        let mut ages = None;
        self.terminal.draw(|frame| ages = view::draw(frame, model, keymap, theme)).map_err(|e| lost(&e))?;
        self.effects.extend(update::update(&mut self.model, &self.keymap, Msg::Drawn));
        (self.drawn, self.dirty, self.urgent) = (Instant::now(), false, false);
        // counted from the second that the frame was drawn for
        self.ages = ages.map(|seconds| {
            let due = (self.model.now + seconds).saturating_mul(1000) - now_ms();
            Instant::now() + Duration::from_millis(u64::try_from(due).unwrap_or(0))
        });
        Ok(())
    }

    /// Does what `update` asked for; tells whether that was to leave.
    async fn perform(&mut self, signals: &mut signals::Signals) -> Result<bool> {
        for effect in std::mem::take(&mut self.effects) {
            match effect {
                Effect::Start(id, work) => self.runner.start(id, work),
                Effect::Cancel(id) => self.runner.cancel(id),
                Effect::Role(act) => self.runner.role(act),
                Effect::Copy(text) => self.terminal.copy(&text).map_err(|e| lost(&e))?,
                Effect::Mouse(take) => self.terminal.mouse(take).map_err(|e| lost(&e))?,
                Effect::Redraw => self.redraw()?,
                Effect::Suspend => {
                    self.terminal.lend().map_err(|e| lost(&e))?;
                    signals.stop_here();
                    self.terminal.take_back(self.model.mouse).map_err(|e| lost(&e))?;
                    self.redraw()?;
                }
                Effect::Quit => {
                    self.leave().await?;
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    fn redraw(&mut self) -> Result<()> {
        self.terminal.clear().map_err(|e| lost(&e))?;
        let (width, height) = self.terminal.size().map_err(|e| lost(&e))?;
        self.update(Msg::Resize(Size { width, height }));
        self.urgent = true;
        Ok(())
    }

    /// Gives the terminal back first: nobody waits for a server that does not answer.
    async fn leave(&mut self) -> Result<()> {
        // a terminal that is gone cannot be given back, and that is no failure
        let _gone = self.terminal.lend();
        self.runner.shutdown().await;
        Ok(())
    }
}

/// What comes from the terminal next; nothing once it is gone. A terminal that was closed is always ready and never has anything:
/// crossterm would read it for ever, and neither a key nor a signal would be heard again.
async fn next_event(events: &mut EventStream) -> Option<std::io::Result<Event>> {
    poll_fn(|cx| if terminal::is_gone() { Poll::Ready(None) } else { events.poll_next_unpin(cx) }).await
}

/// So far away that it does not come.
fn far() -> Instant {
    Instant::now() + Duration::from_secs(3600)
}
