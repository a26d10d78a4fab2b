//! A program on a pseudo-terminal, and the screen that its user sees.

use std::io::{Read, Write};
use std::process::{Child, ExitStatus};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use avt::Terminal;
use pty_process::Size;
use pty_process::blocking::{Command, Pty, open};

const ROWS: u16 = 24;
const MAX_WAIT: Duration = Duration::from_secs(20);

/// A program that is running on a terminal. It is killed when dropped.
pub struct Session {
    child: Child,
    pty: Arc<Pty>,
    shared: Arc<Shared>,
    reader: Option<JoinHandle<()>>,
}

struct Shared {
    display: Mutex<Display>,
    changed: Condvar,
}

struct Display {
    terminal: Terminal,
    written: Vec<u8>,
    /// The number of bytes of `written` that the terminal has shown.
    shown: usize,
    most_bar_rows: usize,
}

/// What is left of a program that has ended.
#[derive(Debug)]
pub struct Ended {
    pub status: ExitStatus,
    /// All lines, including those that have scrolled off the screen, without trailing blanks. A
    /// line that takes several rows is one.
    pub lines: Vec<String>,
    /// Everything that was written to the terminal, control sequences included.
    pub written: String,
    /// The maximum number of rows that showed a progress bar, or a part of one, at the same time.
    pub most_bar_rows: usize,
}

impl Session {
    /// Starts `command`, whose streams are the terminal unless they are set already.
    pub fn start(command: impl Into<Command>, columns: u16) -> Session {
        let command = command.into();
        let (pty, pts) = open().expect("the system has pseudo-terminals");
        pty.resize(Size::new(ROWS, columns)).expect("a terminal can be resized");
        let child = command.spawn(pts).expect("the program starts");
        let terminal = Terminal::with_scrollback(columns.into(), ROWS.into(), None);
        let display = Display {
            terminal: terminal.expect("the size is positive"),
            written: Vec::new(),
            shown: 0,
            most_bar_rows: 0,
        };
        let shared = Arc::new(Shared { display: display.into(), changed: Condvar::new() });
        let (pty, reader) = (Arc::new(pty), shared.clone());
        let source = pty.clone();
        let reader = Some(thread::spawn(move || reader.read_all(&source)));
        Session { child, pty, shared, reader }
    }

    /// Waits until the lines on the screen fulfil `condition`.
    pub fn wait_for(&self, what: &str, condition: impl Fn(&[String]) -> bool) -> Vec<String> {
        let display = self.shared.display.lock().unwrap();
        let (display, timeout) = self
            .shared
            .changed
            .wait_timeout_while(display, MAX_WAIT, |display| !condition(&display.lines()))
            .unwrap();
        let lines = display.lines();
        assert!(!timeout.timed_out(), "no {what} on the screen:\n{}", lines.join("\n"));
        lines
    }

    /// Waits for a progress bar with these numbers, such as `3/20`, on the last line.
    pub fn wait_for_bar(&self, numbers: &str) -> Vec<String> {
        self.wait_for(&format!("bar with {numbers}"), |lines| {
            lines.last().is_some_and(|line| is_bar(line) && line.split(' ').any(|w| w == numbers))
        })
    }

    /// Types `keys`. Ctrl-C is `\x03`, Ctrl-Z is `\x1a`.
    pub fn press(&self, keys: &str) {
        (&*self.pty).write_all(keys.as_bytes()).expect("the terminal is open");
    }

    /// Waits until the program has ended and everything that it wrote is on the screen.
    pub fn end(mut self) -> Ended {
        let status = crate::support::child_process::end_within(&mut self.child, MAX_WAIT);
        self.reader.take().expect("a session ends once").join().unwrap();
        let display = self.shared.display.lock().unwrap();
        Ended {
            status,
            lines: display.lines(),
            written: String::from_utf8_lossy(&display.written).into_owned(),
            most_bar_rows: display.most_bar_rows,
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Both fail if the program has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Shared {
    /// Reads until the last program on the terminal has ended, which is an error on Linux.
    fn read_all(&self, mut pty: &Pty) {
        let mut buffer = [0; 4096];
        while let Ok(length @ 1..) = pty.read(&mut buffer) {
            self.display.lock().unwrap().show(&buffer[..length]);
            self.changed.notify_all();
        }
    }
}

impl Display {
    fn show(&mut self, bytes: &[u8]) {
        self.written.extend(bytes);
        // The last character may be incomplete as yet.
        let rest = &self.written[self.shown..];
        let text = match str::from_utf8(rest) {
            Ok(text) => text,
            Err(error) => str::from_utf8(&rest[..error.valid_up_to()]).unwrap(),
        };
        self.shown += text.len();
        self.terminal.feed(text);
        self.count_bar_rows();
    }

    fn count_bar_rows(&mut self) {
        let columns = self.terminal.size().0;
        let lines = self.lines();
        let bars = lines.iter().filter(|line| is_bar(line));
        let rows = bars.map(|bar| bar.chars().count().div_ceil(columns)).sum();
        self.most_bar_rows = self.most_bar_rows.max(rows);
    }

    /// All lines, up to the last one that is not blank.
    fn lines(&self) -> Vec<String> {
        let mut lines = self.terminal.primary_screen().text();
        lines.truncate(lines.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1));
        lines
    }
}

/// Whether `line` shows a progress bar or a part of one.
pub fn is_bar(line: &str) -> bool {
    line.contains(['━', '╸', '─']) || line.starts_with(['#', '>', '-'])
}
