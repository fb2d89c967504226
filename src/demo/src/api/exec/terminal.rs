//! A shell that is typed at: a line at a time, with an echo if there is a terminal.
use super::shell::Shell;

#[derive(Debug, Default)]
pub struct Reply {
    pub out: String,
    pub err: String,
    /// The exit code, once it is over.
    pub ended: Option<u8>,
}

pub struct Terminal {
    shell: Shell,
    /// `cat` gives back what it is given; anything else that reads is a shell.
    copies: bool,
    tty: bool,
    line: String,
    last: u8,
}

impl Terminal {
    pub fn new(shell: Shell, command: &[String], tty: bool) -> Self {
        let copies = command.first().is_some_and(|name| name.rsplit('/').next() == Some("cat"));
        Self { shell, copies, tty, line: String::new(), last: 0 }
    }

    fn prompt(&self) -> String {
        if self.tty && !self.copies { format!("{} # ", self.shell.directory()) } else { String::new() }
    }

    pub fn greeting(&self) -> String {
        self.prompt()
    }

    pub fn input(&mut self, bytes: &[u8]) -> Reply {
        let mut reply = Reply::default();
        for letter in String::from_utf8_lossy(bytes).chars() {
            match letter {
                '\r' | '\n' => self.enter(&mut reply),
                '\u{3}' if self.tty => {
                    self.line.clear();
                    self.last = 130;
                    reply.out += "^C\r\n";
                    reply.out += &self.prompt();
                }
                '\u{4}' if self.tty && self.line.is_empty() => {
                    reply.out += if self.copies { "" } else { "exit\r\n" };
                    reply.ended = Some(self.last);
                }
                '\u{8}' | '\u{7f}' if self.tty => {
                    if self.line.pop().is_some() {
                        reply.out += "\u{8} \u{8}";
                    }
                }
                '\u{c}' if self.tty => reply.out += &format!("\x1b[H\x1b[2J{}{}", self.prompt(), self.line),
                letter if self.tty && letter.is_control() => {}
                letter => {
                    self.line.push(letter);
                    if self.tty {
                        reply.out.push(letter);
                    }
                }
            }
            if reply.ended.is_some() {
                break;
            }
        }
        reply
    }

    fn enter(&mut self, reply: &mut Reply) {
        let line = std::mem::take(&mut self.line);
        let end = if self.tty { "\r\n" } else { "\n" };
        if self.tty {
            reply.out += "\r\n";
        }
        if self.copies {
            reply.out += &line;
            reply.out += end;
            return;
        }
        let done = self.shell.line(&line);
        self.last = done.code;
        let cooked = |text: &str| text.replace('\n', end);
        reply.out += &cooked(&done.out);
        if self.tty {
            reply.out += &cooked(&done.err);
        } else {
            reply.err += &done.err;
        }
        if done.leaves {
            reply.ended = Some(done.code);
        } else {
            reply.out += &self.prompt();
        }
    }

    /// The input is over.
    pub fn end(&mut self) -> Reply {
        let mut reply = Reply::default();
        if !self.line.is_empty() {
            self.enter(&mut reply);
        }
        reply.ended = reply.ended.or(Some(self.last));
        reply
    }
}
