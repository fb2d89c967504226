//! A program in a pseudo-terminal, and the screen that it draws. Whatever is waited for is looked for until it is there.
use std::{
    fmt::Write as _,
    io::{Read, Write},
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

/// How long anything may take on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(20);

/// The program with an environment of its own: nothing of this machine's settings is seen.
pub struct Program {
    home: Home,
    vars: Vec<(String, String)>,
    args: Vec<String>,
    binary: PathBuf,
    controlled: bool,
}

/// A folder that is gone when the test is over.
struct Home(PathBuf);

impl Home {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("quarterdeck-pty-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("a folder can be made");
        Self(path)
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _left = std::fs::remove_dir_all(&self.0);
    }
}

impl Program {
    pub fn new() -> Self {
        let home = Home::new();
        let of_home = |name: &str| home.0.join(name).display().to_string();
        let mut vars = vec![
            ("HOME".to_owned(), of_home("")),
            ("XDG_CONFIG_HOME".to_owned(), of_home("config")),
            ("XDG_STATE_HOME".to_owned(), of_home("state")),
            ("XDG_CACHE_HOME".to_owned(), of_home("cache")),
        ];
        let fixed = [("TERM", "xterm-256color"), ("LANG", "C.UTF-8"), ("AWS_EC2_METADATA_DISABLED", "true")];
        vars.extend(fixed.map(|(name, value)| (name.to_owned(), value.to_owned())));
        vars.extend(std::env::var("PATH").map(|path| ("PATH".to_owned(), path)));
        Self { home, vars, args: vec![], binary: env!("CARGO_BIN_EXE_quarterdeck").into(), controlled: true }
    }

    /// One test of this very binary, in a terminal of its own.
    pub fn test(name: &str) -> Self {
        let binary = std::env::current_exe().expect("a test runs in a program");
        Self { binary, ..Self::new() }.args(&["--exact", name, "--nocapture"])
    }

    pub fn home(&self) -> &Path {
        &self.home.0
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.vars.push((name.into(), value.into()));
        self
    }

    /// In a terminal that is not its controlling one: no signal comes from it.
    pub fn uncontrolled(mut self) -> Self {
        self.controlled = false;
        self
    }

    pub fn args(mut self, args: &[&str]) -> Self {
        self.args.extend(args.iter().map(|arg| (*arg).to_owned()));
        self
    }

    /// Runs it without a terminal: its exit code, and what it said.
    pub fn run(self) -> (i32, String) {
        let output =
            Command::new(self.binary).env_clear().envs(self.vars).args(self.args).output().expect("the program starts");
        let said = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&said).into_owned())
    }

    /// Runs it without a terminal until it is interrupted: what it printed by then.
    pub fn interrupted(self, during: impl FnOnce()) -> String {
        let path = self.home.0.join("stdout");
        // a pipe that nobody empties would hold it up
        let stdout = std::fs::File::create(&path).expect("the home can be written");
        let mut command = Command::new(self.binary);
        command.env_clear().envs(self.vars).args(self.args).stdout(stdout);
        let mut child = command.spawn().expect("the program starts");
        during();
        let pid = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(pid, rustix::process::Signal::INT).expect("it still runs");
        let ended = child.wait().expect("it ends");
        assert!(matches!(ended.code(), Some(0 | 3)), "{ended}");
        std::fs::read_to_string(path).expect("text was printed")
    }

    pub fn open(self, width: u16, height: u16) -> Terminal {
        let size = PtySize { rows: height, cols: width, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("there are pseudo-terminals");
        let mut command = CommandBuilder::new(&self.binary);
        command.env_clear();
        command.set_controlling_tty(self.controlled);
        command.args(&self.args);
        for (name, value) in &self.vars {
            command.env(name, value);
        }
        command.cwd(&self.home.0);
        let child = pair.slave.spawn_command(command).expect("the program starts");
        let screen =
            Arc::new(Mutex::new(Screen { parser: vt100::Parser::new(height, width, 0), raw: vec![], closed: false }));
        let mut output = pair.master.try_clone_reader().expect("the terminal can be read");
        let drawn = Arc::clone(&screen);
        let reader = std::thread::spawn(move || {
            let mut bytes = [0; 8192];
            while let Ok(n @ 1..) = output.read(&mut bytes) {
                let mut screen = drawn.lock().expect("nobody panics with it");
                screen.parser.process(&bytes[..n]);
                screen.raw.extend_from_slice(&bytes[..n]);
                if screen.closed {
                    return;
                }
            }
        });
        let keys = Mutex::new(pair.master.take_writer().expect("the terminal can be written"));
        Terminal { screen, keys: Some(keys), child, master: Some(pair.master), reader: Some(reader), _home: self.home }
    }
}

struct Screen {
    parser: vt100::Parser,
    raw: Vec<u8>,
    /// Nobody looks at it any more.
    closed: bool,
}

pub struct Terminal {
    screen: Arc<Mutex<Screen>>,
    keys: Option<Mutex<Box<dyn Write + Send>>>,
    child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
    reader: Option<JoinHandle<()>>,
    _home: Home,
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // one that was stopped must go on to end
        self.signal(Signal::CONT);
        let _ended = self.child.kill();
        let _code = self.child.wait();
    }
}

fn bytes_of(key: &str) -> Vec<u8> {
    match key {
        "enter" => b"\r".to_vec(),
        "esc" => b"\x1b".to_vec(),
        "space" => b" ".to_vec(),
        "backspace" => b"\x7f".to_vec(),
        "down" => b"\x1b[B".to_vec(),
        "up" => b"\x1b[A".to_vec(),
        _ => match key.strip_prefix("ctrl-") {
            Some(letter) => vec![letter.as_bytes()[0] & 0x1f],
            None => key.as_bytes().to_vec(),
        },
    }
}

impl Terminal {
    pub fn types(&self, text: &str) {
        let mut keys = self.keys.as_ref().expect("the terminal is open").lock().expect("nobody panics with it");
        keys.write_all(text.as_bytes()).and_then(|()| keys.flush()).expect("the terminal takes keys");
    }

    /// Keys by name, apart from each other by a space.
    pub fn press(&self, keys: &str) {
        for key in keys.split(' ') {
            self.types(&String::from_utf8(bytes_of(key)).expect("keys are text"));
            if key == "esc" {
                // what follows an Esc at once would be one key with it: the program reads it first
                self.is_read();
            }
        }
    }

    /// Waits until no byte of what was typed waits to be read.
    fn is_read(&self) {
        let master = self.master.as_ref().expect("the terminal is open");
        let Some(path) = master.tty_name() else { return };
        let Ok(slave) = std::fs::File::open(path) else { return };
        self.until("what was typed is read", || rustix::io::ioctl_fionread(&slave).is_ok_and(|waiting| waiting == 0));
    }

    pub fn screen(&self) -> String {
        let screen = self.screen.lock().expect("nobody panics with it");
        screen.parser.screen().contents()
    }

    pub fn row(&self, row: u16) -> String {
        let screen = self.screen.lock().expect("nobody panics with it");
        let (_, width) = screen.parser.screen().size();
        screen.parser.screen().rows(0, width).nth(usize::from(row)).unwrap_or_default()
    }

    pub fn until(&self, what: &str, there: impl Fn() -> bool) {
        let begun = Instant::now();
        while !there() {
            assert!(begun.elapsed() < PATIENCE, "never: {what}\n{}", self.framed());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn framed(&self) -> String {
        let mut framed = String::new();
        for line in self.screen().lines() {
            let _ = writeln!(framed, "│{line}");
        }
        framed
    }

    /// Waits until the text is on the screen.
    pub fn shows(&self, text: &str) {
        self.until(&format!("`{text}` is shown"), || self.screen().contains(text));
    }

    /// Waits until the text is on the screen no more.
    pub fn shows_no(&self, text: &str) {
        self.until(&format!("`{text}` is gone"), || !self.screen().contains(text));
    }

    pub fn resize(&self, width: u16, height: u16) {
        let size = PtySize { rows: height, cols: width, pixel_width: 0, pixel_height: 0 };
        self.screen.lock().expect("nobody panics with it").parser.screen_mut().set_size(height, width);
        self.master.as_ref().expect("the terminal is open").resize(size).expect("it can be resized");
    }

    /// What somebody else writes to the terminal, such as a shell.
    pub fn says(&self, text: &str) {
        self.screen.lock().expect("nobody panics with it").parser.process(text.as_bytes());
    }

    pub fn is_taken(&self) -> bool {
        self.screen.lock().expect("nobody panics with it").parser.screen().alternate_screen()
    }

    pub fn was_ever_taken(&self) -> bool {
        let screen = self.screen.lock().expect("nobody panics with it");
        screen.raw.windows(8).any(|bytes| bytes == b"\x1b[?1049h")
    }

    /// Waits until the terminal is as it was before: the screen of before, its cursor, no mouse, no paste mode.
    pub fn is_given_back(&self) {
        self.until("the terminal is given back", || {
            let held = self.screen.lock().expect("nobody panics with it");
            let screen = held.parser.screen();
            !screen.alternate_screen()
                && !screen.hide_cursor()
                && !screen.bracketed_paste()
                && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
                && last_of(&held.raw, b"\x1b[?1007") == Some(b'l')
        });
        let master = self.master.as_ref().expect("the terminal is open");
        let modes = rustix::termios::tcgetattr(
            std::fs::File::open(master.tty_name().expect("it has a name")).expect("it is there"),
        );
        let modes = modes.expect("it is a terminal").local_modes;
        assert!(modes.contains(rustix::termios::LocalModes::ICANON | rustix::termios::LocalModes::ECHO), "it is raw");
    }

    /// The user closes the window. The key is one that draws something: what reads the terminal here lets go of it then, and
    /// only when all have does the program see that it is gone.
    pub fn close(&mut self, key: &str) {
        self.screen.lock().expect("nobody panics with it").closed = true;
        self.press(key);
        self.reader.take().expect("it is closed once").join().expect("it only reads");
        self.keys = None;
        self.master = None;
    }

    fn pid(&self) -> Option<Pid> {
        Pid::from_raw(i32::try_from(self.child.process_id()?).ok()?)
    }

    pub fn signal(&self, signal: Signal) {
        if let Some(pid) = self.pid() {
            let _gone = kill_process(pid, signal);
        }
    }

    pub fn is_stopped(&self) {
        let stat = format!("/proc/{}/stat", self.child.process_id().expect("it runs"));
        self.until("the program is stopped", || std::fs::read_to_string(&stat).is_ok_and(|stat| stat.contains(") T ")));
    }

    /// Waits until the program has ended, with this code.
    pub fn ends(&mut self) -> u32 {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("it is our child") {
                return status.exit_code();
            }
            assert!(begun.elapsed() < PATIENCE, "it does not end\n{}", self.framed());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn ends_well(&mut self) {
        assert_eq!(self.ends(), 0, "it ended badly\n{}", self.framed());
    }
}

/// The byte after the last of these in what was written.
fn last_of(raw: &[u8], wanted: &[u8]) -> Option<u8> {
    let at = raw.windows(wanted.len()).rposition(|bytes| bytes == wanted)?;
    raw.get(at + wanted.len()).copied()
}
