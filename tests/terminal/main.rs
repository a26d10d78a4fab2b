//! The program on a terminal: the progress bar shares the screen with codes, errors and the shell.
#![cfg(unix)]

mod compare;
mod keys;
mod output;
mod screen;
#[path = "../support/mod.rs"]
mod support;

use std::collections::HashSet;
use std::io;
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use screen::{Ended, Session};
use support::handlers::{status, whole};
use support::{POP20, Request, TestServer, names, program};
use tempfile::{TempDir, tempdir};

const MAX_WAIT: Duration = Duration::from_secs(20);

/// A server that holds each answer back until the test releases its code.
struct HeldServer {
    server: TestServer,
    released: Arc<(Mutex<HashSet<String>>, Condvar)>,
}

impl HeldServer {
    fn start() -> HeldServer {
        let released = Arc::new((Mutex::new(HashSet::new()), Condvar::new()));
        let shared = released.clone();
        let server = TestServer::start(move |request, stream| {
            let (released, changed) = &*shared;
            let is_held = |released: &mut HashSet<String>| !released.contains(&request.code);
            drop(changed.wait_timeout_while(released.lock().unwrap(), MAX_WAIT, is_held));
            whole_but_zz(request, stream)
        });
        HeldServer { server, released }
    }

    fn base(&self) -> String {
        self.server.base()
    }

    fn release(&self, codes: &[&str]) {
        let (released, changed) = &*self.released;
        released.lock().unwrap().extend(codes.iter().map(|code| code.to_string()));
        changed.notify_all();
    }
}

/// A flag for every code but ZW.
fn whole_but_zz(request: &Request, stream: &mut TcpStream) -> io::Result<()> {
    match request.code.as_str() {
        "ZW" => status(stream, "404 Not Found", ""),
        _ => whole(request, stream),
    }
}

/// A run into `dest`.
fn run(base: &str, arguments: &[&str], dest: &Path) -> Command {
    let mut flags = program();
    flags.env("TERM", "xterm-256color").env("LC_ALL", "C.UTF-8");
    flags.args(["-s", base, "-d"]).arg(dest).args(arguments);
    flags
}

fn on_terminal(base: &str, arguments: &[&str], columns: u16) -> (Session, TempDir) {
    let dest = tempdir().unwrap();
    let flags = run(base, &[&["--order", "input"], arguments].concat(), dest.path());
    (Session::start(flags, columns), dest)
}

/// The rows that show `codes` on a terminal with `columns` columns. A code takes three of them.
fn rows_of(codes: &[&str], columns: u16) -> Vec<String> {
    codes.chunks(usize::from(columns / 3)).map(|row| row.join(" ")).collect()
}

/// The lines before the last one, which must begin with `count`.
fn without_count<'a>(ended: &'a Ended, count: &str) -> &'a [String] {
    let (last, rows) = ended.lines.split_last().expect("the screen is not empty");
    assert!(last.starts_with(count), "{ended:#?}");
    rows
}

#[test]
fn the_bar_takes_one_row_and_each_code_appears_once_at_any_width() {
    for columns in [80, 40, 20] {
        let server = HeldServer::start();
        let (session, _dest) = on_terminal(&server.base(), &[], columns);
        session.wait_for_bar("0/20");
        server.release(&POP20[..14]);
        let rows = session.wait_for_bar("14/20");
        assert_eq!(rows[..rows.len() - 1], rows_of(&POP20[..14], columns));
        server.release(&POP20);
        let ended = session.end();
        assert_eq!(without_count(&ended, "20 downloads in "), rows_of(&POP20, columns));
        assert_eq!(ended.most_bar_rows, 1, "{ended:#?}");
        assert_eq!(ended.status.code(), Some(0));
    }
}

#[test]
fn a_bar_with_three_digit_counts_fits_into_20_columns() {
    let server = TestServer::start(whole);
    let (session, dest) = on_terminal(&server.base(), &["--all"], 20);
    let ended = session.end();
    let saved = names(dest.path());
    let codes: Vec<_> = saved.iter().map(|name| name.trim_end_matches(".gif")).collect();
    assert_eq!(codes.len(), 194);
    assert_eq!(without_count(&ended, "194 downloads in "), rows_of(&codes, 20));
    assert_eq!(ended.most_bar_rows, 1, "{ended:#?}");
}

#[test]
fn a_terminal_that_is_too_narrow_for_a_bar_shows_every_code_without_one() {
    for columns in [16, 19] {
        let server = HeldServer::start();
        let (session, _dest) = on_terminal(&server.base(), &[], columns);
        server.release(&POP20);
        let ended = session.end();
        // The terminal wraps the line of codes anywhere, even within a code.
        let text = ended.lines.concat().replace(' ', "");
        assert!(text.starts_with(&format!("{}20downloads", POP20.concat())), "{ended:#?}");
        assert_eq!(ended.most_bar_rows, 0, "{ended:#?}");
    }
}
