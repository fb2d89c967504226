//! The program itself in a terminal of its own: what reaches the screen, and what is left of the terminal after it.
#[path = "pty/terminal.rs"]
pub(crate) mod terminal;

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    sync::mpsc,
    time::Duration,
};

use terminal::{Program, Terminal};

/// A server that takes connections and never says a word on them.
struct Mute {
    port: u16,
    connected: mpsc::Receiver<TcpStream>,
}

impl Mute {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let (tell, connected) = mpsc::channel();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if tell.send(stream).is_err() {
                    return;
                }
            }
        });
        Self { port, connected }
    }

    /// Waits until a request stands here, unanswered.
    fn asked(&self) -> TcpStream {
        let mut stream = self.connected.recv_timeout(Duration::from_secs(20)).expect("somebody asks");
        assert!(stream.read(&mut [0]).expect("a request comes") > 0);
        stream
    }

    fn is_still_asked(&self, mut stream: TcpStream) -> bool {
        // the client is gone, the server is not: what it says now is heard by nobody
        stream.write_all(b"HTTP/1.1 200 OK\r\n").is_ok() || TcpStream::connect(("127.0.0.1", self.port)).is_ok()
    }
}

/// A kubeconfig of one cluster that is at this port.
fn kubeconfig(home: &Path, port: u16) -> String {
    let path = home.join("kubeconfig");
    let text = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: lab\n\
         clusters: [{{name: lab, cluster: {{server: 'http://127.0.0.1:{port}'}}}}]\n\
         users: [{{name: me, user: {{token: secret}}}}]\n\
         contexts: [{{name: lab, context: {{cluster: lab, user: me}}}}]\n"
    );
    std::fs::write(&path, text).expect("the home can be written");
    path.display().to_string()
}

/// A port at which nobody listens.
fn closed_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.local_addr().expect("it is bound").port()
}

/// The console on the pods of a cluster that nobody serves.
fn unserved() -> Terminal {
    let program = Program::new();
    let kubeconfig = kubeconfig(program.home(), closed_port());
    let terminal = program.args(&["--kubeconfig", &kubeconfig, "--at", "pod"]).open(100, 30);
    terminal.shows("UNREACHABLE");
    terminal.shows("? keys");
    terminal
}

/// The console on the VPCs of a region whose server hangs.
fn hung(server: &Mute) -> Terminal {
    let endpoint = format!("http://127.0.0.1:{}", server.port);
    let program = Program::new()
        .env("AWS_ENDPOINT_URL", &endpoint)
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .args(&["--region", "us-east-1", "--at", "vpc"]);
    program.open(100, 30)
}

#[test]
fn it_draws_before_anybody_answered_and_quitting_gives_the_terminal_back() {
    let mut terminal = unserved();
    assert!(terminal.is_taken());
    terminal.shows("pods");
    terminal.press("q");
    terminal.ends_well();
    terminal.is_given_back();
}

#[test]
fn a_cluster_that_cannot_be_reached_says_so_and_the_rest_goes_on() {
    let terminal = unserved();
    terminal.shows("Connection refused");
    terminal.press("T");
    terminal.shows("list pods in");
    terminal.press("esc");
    terminal.shows_no("list pods in");
    terminal.press("!");
    terminal.shows("refused");
    terminal.press(":");
    terminal.shows("Show regions");
}

#[test]
fn help_opens_from_the_keymap_in_use_and_is_searched() {
    let terminal = unserved();
    terminal.press("?");
    terminal.shows("Next row");
    terminal.shows("j, down");
    terminal.press("s u s p e n d");
    terminal.shows("Suspend to the shell");
    terminal.shows_no("Next row");
    terminal.press("esc");
    terminal.shows_no("Suspend to the shell");
}

#[test]
fn a_filter_is_typed_with_letters_that_are_keys_elsewhere() {
    let mut terminal = unserved();
    terminal.press("/ q q : ? j");
    terminal.shows("qq:?j");
    terminal.press("ctrl-u w e b enter");
    terminal.shows("web");
    terminal.press("q");
    terminal.ends_well();
}

#[test]
fn a_storm_of_sizes_leaves_a_screen_of_the_last_size() {
    let terminal = unserved();
    for n in 0..200_u16 {
        // not below three lines: there it is the emulator of this test that breaks
        terminal.resize(20 + n * 7 % 180, 3 + n * 5 % 47);
    }
    terminal.resize(70, 16);
    terminal.press("?");
    terminal.shows("Back to where you came from");
    terminal.press("esc");
    terminal.shows_no("Back to where you came from");
    terminal.shows("? keys");
    assert!(terminal.row(15).contains("? keys"), "the footer is the last line:\n{}", terminal.screen());
}

#[test]
fn the_smallest_terminals_crash_nothing() {
    let mut terminal = unserved();
    for (width, height) in [(40, 12), (10, 4), (4, 9), (3, 3), (2, 2)] {
        terminal.resize(width, height);
        terminal.press("?");
        // an Esc that cannot be one with the key after it, for here no screen tells when it was read
        terminal.types("\x1b[27u");
    }
    terminal.resize(80, 24);
    terminal.press("ctrl-c");
    terminal.ends_well();
}

#[test]
fn a_key_that_comes_together_with_a_change_of_size_is_not_left_lying() {
    let terminal = unserved();
    for n in 0..40 {
        terminal.resize(100 + n % 2, 30);
        terminal.press("?");
        terminal.shows("Next row");
        terminal.resize(100 + n % 3, 30);
        terminal.press("esc");
        terminal.shows_no("Next row");
    }
}

#[test]
fn it_ends_while_the_server_still_hangs() {
    let server = Mute::new();
    let mut terminal = hung(&server);
    let request = server.asked();
    terminal.shows("oading");
    terminal.press("q");
    terminal.ends_well();
    assert!(server.is_still_asked(request), "the server hung to the end");
    terminal.is_given_back();
}

#[test]
fn other_screens_open_while_the_server_hangs() {
    let server = Mute::new();
    let terminal = hung(&server);
    let _request = server.asked();
    terminal.press("T");
    terminal.shows("list VPCs");
    terminal.press("esc");
    terminal.shows_no("list VPCs");
    terminal.press(":");
    terminal.press("p o d enter");
    terminal.shows("pods");
}

#[test]
fn a_terminal_that_is_closed_ends_the_program() {
    let mut terminal = unserved();
    terminal.close("?");
    terminal.ends_well();
}

#[test]
fn a_terminal_that_is_closed_ends_the_program_though_no_signal_says_so() {
    let program = Program::new().uncontrolled();
    let kubeconfig = kubeconfig(program.home(), closed_port());
    let mut terminal = program.args(&["--kubeconfig", &kubeconfig, "--at", "pod"]).open(100, 30);
    terminal.shows("UNREACHABLE");
    terminal.close("?");
    terminal.ends_well();
}

#[test]
fn being_told_to_end_gives_the_terminal_back() {
    for signal in [rustix::process::Signal::TERM, rustix::process::Signal::HUP] {
        let mut terminal = unserved();
        terminal.signal(signal);
        terminal.ends();
        terminal.is_given_back();
    }
}

#[test]
fn suspending_lends_the_terminal_and_going_on_draws_it_whole() {
    let mut terminal = unserved();
    terminal.press("/ w e b enter");
    terminal.shows("web");
    terminal.press("ctrl-z");
    terminal.is_stopped();
    terminal.is_given_back();
    terminal.says("\x1b[2J\x1b[H$ fg\r\n");
    terminal.signal(rustix::process::Signal::CONT);
    terminal.shows("? keys");
    terminal.shows("web");
    assert!(terminal.is_taken());
    terminal.press("ctrl-c");
    terminal.ends_well();
}

#[test]
fn a_screen_that_others_wrote_over_is_drawn_anew() {
    let terminal = unserved();
    terminal.says("\x1b[2J\x1b[HWall from root: reboot at noon");
    terminal.shows_no("? keys");
    terminal.press("ctrl-l");
    terminal.shows("? keys");
    terminal.shows_no("reboot");
}

#[test]
fn answers_of_the_terminal_that_come_late_are_never_keys() {
    let terminal = unserved();
    let before = terminal.screen();
    // the background's colour, with both ends; attributes; a place; the size; the version; a kitty answer
    for answer in [
        "\x1b]11;rgb:0000/0000/0000\x1b\\",
        "\x1b]11;rgb:ffff/q:?/a!T\x07",
        "\x1b[?62;4;22c",
        "\x1b[>1;10;0c",
        "\x1b[12;40R",
        "\x1b[8;30;100t",
        "\x1bP>|xterm(389)q:q\x1b\\",
        "\x1b_Gi=1;OK:q\x1b\\",
    ] {
        terminal.types(answer);
    }
    // a key that shows that all before it was read
    terminal.press("?");
    terminal.shows("Next row");
    terminal.press("esc");
    terminal.shows_no("Next row");
    let rows = |screen: &str| screen.lines().take(2).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(rows(&terminal.screen()), rows(&before), "nothing else was opened, closed or typed");
    terminal.press("/ w e b");
    terminal.types("\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\");
    terminal.press("x");
    terminal.shows("webx");
}

#[test]
fn half_a_sequence_holds_up_neither_a_change_of_size_nor_the_keys_after_it() {
    let mut terminal = unserved();
    for half in ["\x1b[", "\x1bO", "\x1b[1;"] {
        terminal.types(half);
        terminal.resize(90, 25);
        terminal.until("the footer is the last line", || terminal.row(24).contains("? keys"));
        terminal.resize(100, 30);
        terminal.until("the footer is the last line again", || terminal.row(29).contains("? keys"));
        // it ends what was begun, and is lost with it
        terminal.press("~");
        terminal.press("?");
        terminal.shows("Next row");
        terminal.press("esc");
        terminal.shows_no("Next row");
    }
    terminal.press("q");
    terminal.ends_well();
    terminal.is_given_back();
}

#[test]
fn pasted_text_is_text_and_never_keys() {
    let mut terminal = unserved();
    terminal.types("\x1b[200~q:q\rq\x1b[201~");
    terminal.press("/");
    terminal.types("\x1b[200~web-1\nrunning\n\x1b[201~");
    terminal.shows("web-1 running");
    terminal.press("enter q");
    terminal.ends_well();
}

/// The test runs itself once more, in a terminal that it takes and then panics in.
#[test]
fn a_panic_gives_the_terminal_back_and_can_be_read() {
    const HERE: &str = "QUARTERDECK_TEST_PANICS_HERE";
    if std::env::var_os(HERE).is_some() {
        let _taken = quarterdeck::runtime::terminal::Terminal::take(false).expect("there is a terminal");
        panic!("the sky fell on purpose");
    }
    let mut terminal =
        Program::test("pty::a_panic_gives_the_terminal_back_and_can_be_read").env(HERE, "1").open(100, 30);
    terminal.shows("the sky fell on purpose");
    terminal.ends();
    terminal.is_given_back();
}

#[test]
fn without_a_terminal_it_says_what_works_instead() {
    let program = Program::new();
    let kubeconfig = kubeconfig(program.home(), closed_port());
    let (code, said) = program.args(&["--kubeconfig", &kubeconfig]).run();
    assert_eq!(code, 1);
    assert!(said.contains("quarterdeck list"), "{said}");
}

#[test]
fn a_keymap_with_mistakes_is_told_before_the_screen_is_taken() {
    let program = Program::new();
    let keymap = program.home().join("my.toml");
    std::fs::write(&keymap, "[table]\nj = \"next-rwo\"\nx = \"no-such-thing\"\n").expect("the home can be written");
    let mut terminal = program.args(&["--keymap", &keymap.display().to_string()]).open(100, 30);
    assert_eq!(terminal.ends(), 2);
    terminal.shows("did you mean `next-row`?");
    terminal.shows("my.toml:3");
    assert!(!terminal.was_ever_taken());
}

/// The lab's servers, if they run; with `CI=true` they must.
fn lab() -> Option<Program> {
    let var = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let Some((moto, kubeconfig)) = var("MOTO_URL").zip(var("KUBECONFIG")) else {
        assert!(var("CI").as_deref() != Some("true"), "with CI=true the lab must run");
        return None;
    };
    let program = Program::new()
        .env("AWS_ENDPOINT_URL", &moto)
        .env("AWS_ACCESS_KEY_ID", &var("AWS_ACCESS_KEY_ID").unwrap_or_else(|| "test".into()))
        .env("AWS_SECRET_ACCESS_KEY", &var("AWS_SECRET_ACCESS_KEY").unwrap_or_else(|| "test".into()))
        .env("KUBECONFIG", &kubeconfig);
    Some(program)
}

#[test]
fn files_are_opened_packed_or_not_and_lines_made_to_do_harm_are_drawn_safely() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/log");
    let mut files: Vec<String> = std::fs::read_dir(corpus)
        .expect("the corpus is there")
        .map(|entry| entry.expect("it can be read").path().display().to_string())
        .collect();
    files.sort();
    let program = Program::new();
    let packed = program.home().join("packed.log.gz");
    let gzip = std::process::Command::new("gzip").arg("-c").arg(&files[0]).output().expect("gzip is there");
    std::fs::write(&packed, gzip.stdout).expect("the home can be written");
    files.push(packed.display().to_string());
    let mut words = vec!["logs"];
    words.extend(files.iter().map(String::as_str));
    let mut terminal = program.args(&words).open(80, 24);
    terminal.shows("following");
    terminal.press("w g g");
    for _ in 0..12 {
        terminal.press("space ctrl-d");
    }
    terminal.press("i e e e");
    terminal.shows("paused");
    // no title, no bell, no other screen came of what the lines say
    assert!(!terminal.screen().contains('\u{1b}'), "{}", terminal.screen());
    terminal.press("q");
    terminal.ends_well();
    terminal.is_given_back();
}

#[test]
fn a_file_that_is_not_there_is_told_with_its_name() {
    let (code, said) = Program::new().args(&["logs", "./neither.log"]).run();
    assert!(code == 2 && said.contains("neither.log"), "{code}: {said}");
}

#[test]
fn one_walks_from_a_region_down_to_a_vpc_and_back() {
    let Some(program) = lab() else { return };
    let mut terminal = program.args(&["--at", "region"]).open(120, 40);
    terminal.shows("us-east-1");
    terminal.press("/ u s - e a s t - 1 enter");
    terminal.shows_no("eu-west-1");
    terminal.press("enter");
    terminal.shows("vpc-");
    terminal.press("esc");
    terminal.shows_no("vpc-");
    terminal.press("esc");
    terminal.shows("eu-west-1");
    terminal.press("q");
    terminal.ends_well();
    terminal.is_given_back();
}

#[test]
fn one_walks_from_a_pod_down_to_its_containers_reads_it_raw_and_comes_back() {
    let Some(program) = lab() else { return };
    let kubeconfig = std::env::var("KUBECONFIG").expect("the lab told it");
    let mut terminal = program.args(&["--kubeconfig", &kubeconfig, "--at", "pod"]).open(120, 40);
    terminal.shows("Running");
    terminal.press("enter");
    terminal.shows("containers");
    terminal.shows("IMAGE");
    terminal.press("esc");
    terminal.shows_no("IMAGE");
    terminal.press("y");
    terminal.shows("apiVersion");
    terminal.press("/ k i n d : space P o d enter");
    terminal.shows("kind: Pod");
    terminal.press("q");
    terminal.shows("Running");
    terminal.press("q");
    terminal.ends_well();
}
