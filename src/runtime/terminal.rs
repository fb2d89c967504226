//! The terminal: taken, lent, given back. The only file of the console that writes to stdout.
use std::{
    io::{self, IsTerminal, Write, stdout},
    mem::ManuallyDrop,
    os::fd::{AsFd, OwnedFd},
    sync::Once,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use crossterm::{
    cursor::Show,
    event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture},
    execute,
    style::Print,
    terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode},
};
use ratatui::{Frame, backend::CrosstermBackend};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::{Mode, OFlags},
    io::Errno,
    stdio::dup2_stdin,
    termios::ttyname,
};
use tokio::sync::oneshot;

/// With this the wheel comes as arrow keys while the mouse is left alone, so that text can be selected and the wheel still scrolls.
const WHEEL_AS_ARROWS: &str = "\x1b[?1007h";
const WHEEL_ALONE: &str = "\x1b[?1007l";
/// Terminals refuse or cut longer clipboards.
const CLIPBOARD: usize = 74_000;

pub struct Terminal {
    /// Never dropped: ratatui would say on stderr that a terminal which is gone has no cursor, and die of that.
    inner: ManuallyDrop<ratatui::Terminal<CrosstermBackend<io::BufWriter<io::Stdout>>>>,
    taken: bool,
    input: Input,
}

/// Standard input, as it was given and as it is read here: never waiting. A piece of a sequence that lacks its end (Alt and `[`) would
/// otherwise hold up all that comes after it, changes of size too. Whoever gave the terminal, and who is lent it, knows nothing of that.
struct Input {
    given: Option<OwnedFd>,
    own: Option<OwnedFd>,
}

impl Input {
    /// The same terminal opened anew: only what is opened here never waits. Where that cannot be, the one that was given must do.
    fn open() -> Self {
        let stdin = io::stdin();
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let opened = ttyname(&stdin, Vec::new()).and_then(|path| rustix::fs::open(path, flags, Mode::empty()));
        Self { given: stdin.as_fd().try_clone_to_owned().ok(), own: opened.ok() }
    }

    fn take(&self) {
        if let (Some(own), Some(_)) = (&self.own, &self.given) {
            // failing that, it waits where it need not: what was given still works
            let _as_given = dup2_stdin(own);
        }
    }

    fn lend(&self) {
        if let Some(given) = &self.given {
            // it is the same terminal either way
            let _as_own = dup2_stdin(given);
        }
    }
}

impl Terminal {
    /// # Errors
    /// If there is no terminal to take.
    pub fn take(mouse: bool) -> io::Result<Self> {
        if !stdout().is_terminal() || !io::stdin().is_terminal() {
            return Err(io::Error::other("input or output is not a terminal"));
        }
        give_back_on_panic();
        // one write a frame: the terminal never shows half of one
        let writer = io::BufWriter::with_capacity(256 * 1024, stdout());
        let mut terminal = Self {
            inner: ManuallyDrop::new(ratatui::Terminal::new(CrosstermBackend::new(writer))?),
            taken: false,
            input: Input::open(),
        };
        terminal.take_back(mouse)?;
        Ok(terminal)
    }

    /// # Errors
    /// If the terminal went away.
    pub fn take_back(&mut self, mouse: bool) -> io::Result<()> {
        enable_raw_mode()?;
        self.taken = true;
        self.input.take();
        execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste, Print(WHEEL_AS_ARROWS))?;
        self.mouse(mouse)
    }

    /// # Errors
    /// If the terminal went away.
    pub fn lend(&mut self) -> io::Result<()> {
        if !std::mem::take(&mut self.taken) {
            return Ok(());
        }
        self.input.lend();
        give_back()
    }

    /// # Errors
    /// If the terminal went away.
    pub fn draw(&mut self, view: impl FnOnce(&mut Frame)) -> io::Result<()> {
        self.inner.draw(view)?;
        self.inner.backend_mut().flush()
    }

    /// Forgets what is on the screen, so that the next frame is drawn whole.
    ///
    /// # Errors
    /// If the terminal went away.
    pub fn clear(&mut self) -> io::Result<()> {
        // ratatui's own `clear` asks the terminal where its cursor is and waits for the answer, which the keys' reader takes away
        ratatui::backend::Backend::clear(self.inner.backend_mut())?;
        self.inner.current_buffer_mut().reset();
        self.inner.swap_buffers();
        Ok(())
    }

    /// # Errors
    /// If the terminal went away.
    pub fn size(&self) -> io::Result<(u16, u16)> {
        self.inner.size().map(|size| (size.width, size.height))
    }

    /// # Errors
    /// If the terminal went away.
    pub fn mouse(&mut self, take: bool) -> io::Result<()> {
        if take { execute!(stdout(), EnableMouseCapture) } else { execute!(stdout(), DisableMouseCapture) }
    }

    /// Into the clipboard of the terminal, which may be on another machine than this program (OSC 52).
    ///
    /// # Errors
    /// If the terminal went away, or the text is more than a clipboard takes.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        let kept: String = text
            .chars()
            .scan(0, |n, c| {
                *n += c.len_utf8();
                (*n <= CLIPBOARD).then_some(c)
            })
            .collect();
        execute!(stdout(), Print(format!("\x1b]52;c;{}\x07", STANDARD.encode(kept))))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // a terminal that is gone cannot be given back
        let _gone = self.lend();
    }
}

/// Comes when the other end is closed. A terminal that controls nobody ends without a signal, and what reads it for keys would read
/// nothing for ever; so a thread waits for that alone. It sleeps until then and ends with the program.
#[must_use]
pub fn gone() -> oneshot::Receiver<()> {
    let (tell, gone) = oneshot::channel();
    std::thread::spawn(move || {
        let stdin = io::stdin();
        let mut ends = [PollFd::new(&stdin, PollFlags::empty())];
        while poll(&mut ends, None) == Err(Errno::INTR) {}
        // whoever waited may have left before
        let _left = tell.send(());
    });
    gone
}

/// Whether the other end was closed: the window, or the connection behind it.
#[must_use]
pub fn is_gone() -> bool {
    let stdin = io::stdin();
    let mut ends = [PollFd::new(&stdin, PollFlags::IN)];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut ends, Some(&at_once)).is_ok() && ends[0].revents().intersects(PollFlags::HUP | PollFlags::ERR)
}

fn give_back() -> io::Result<()> {
    let told =
        execute!(stdout(), DisableMouseCapture, DisableBracketedPaste, Print(WHEEL_ALONE), LeaveAlternateScreen, Show);
    disable_raw_mode()?;
    told
}

/// Before a panic prints its message the screen is given back, so that the message can be read and the shell be used.
fn give_back_on_panic() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let _gone = give_back();
            before(panic);
        }));
    });
}
