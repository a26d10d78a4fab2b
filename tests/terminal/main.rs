//! The program on a terminal: the progress bar shares the screen with codes, errors and the shell.
#![cfg(unix)]

mod screen;
#[path = "../support/mod.rs"]
mod support;

use std::collections::HashSet;
use std::net::TcpStream;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;
use std::{fs, io};

use nix::sys::signal::Signal;
use screen::{Ended, Session, is_bar};
use support::misbehave::{status, whole};
use support::watched::{end_within, poll};
use support::{Request, TestServer, names, program};
use tempfile::{NamedTempFile, TempDir, tempdir};

const PATIENCE: Duration = Duration::from_secs(20);

const POP20: [&str; 20] = [
    "BD", "BR", "CD", "CN", "DE", "EG", "ET", "FR", "ID", "IN", "IR", "JP", "MX", "NG", "PH", "PK",
    "RU", "TR", "US", "VN",
];

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
            drop(changed.wait_timeout_while(released.lock().unwrap(), PATIENCE, is_held));
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

/// A flag for every code but ZZ.
fn whole_but_zz(request: &Request, stream: &mut TcpStream) -> io::Result<()> {
    match request.code.as_str() {
        "ZZ" => status(stream, "404 Not Found", ""),
        _ => whole(request, stream),
    }
}

/// A run into `dest`.
fn run(base: &str, arguments: &[&str], dest: &Path) -> Command {
    let mut flags = program();
    flags.env("TERM", "xterm-256color");
    flags.args(["-s", base, "-d"]).arg(dest).args(arguments);
    flags
}

fn on_terminal(base: &str, arguments: &[&str], columns: u16) -> (Session, TempDir) {
    let dest = tempdir().unwrap();
    let flags = run(base, &[&["--order", "input"], arguments].concat(), dest.path());
    (Session::start(flags, columns), dest)
}

/// The rows that show `codes` on a terminal with so many columns. A code takes three of them.
fn rows_of(codes: &[&str], columns: u16) -> Vec<String> {
    codes.chunks(usize::from(columns / 3)).map(|row| row.join(" ")).collect()
}

/// Splits off the last row, which must say how many downloads there were.
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
fn a_resize_leaves_one_bar_and_each_code_once() {
    let server = HeldServer::start();
    let (session, _dest) = on_terminal(&server.base(), &[], 80);
    session.wait_for_bar("0/20");
    for (finished, columns) in [(15, 40), (16, 20), (18, 80), (19, 20)] {
        server.release(&POP20[..finished]);
        session.wait_for_bar(&format!("{finished}/20"));
        session.resize(columns);
        session.wait_for_bar(&format!("{finished}/20"));
    }
    server.release(&POP20);
    let ended = session.end();
    let rows = without_count(&ended, "20 downloads in ");
    let codes: Vec<_> = rows.iter().flat_map(|row| row.split(' ')).collect();
    assert_eq!(codes, POP20, "{rows:#?}");
    assert_eq!(ended.most_bar_rows, 1, "{ended:#?}");
}

#[test]
fn ctrl_c_leaves_the_codes_and_the_summary_but_no_bar() {
    let all: Vec<_> = flags::country::ALL.iter().map(|code| code.to_string()).collect();
    let hundred: Vec<_> = all[..100].iter().map(String::as_str).collect();
    // The terminal shows `^C` after the bar. On 20 columns there is just enough space for it.
    for (columns, arguments, finished, bar) in [
        (80, &[][..], &POP20[..2], "2/20"),
        (20, &[], &POP20[..2], "2/20"),
        (20, &["--all"], &hundred, "100/194"),
    ] {
        let server = HeldServer::start();
        let (session, _dest) = on_terminal(&server.base(), arguments, columns);
        server.release(finished);
        session.wait_for_bar(bar);
        session.press("\x03");
        let ended = session.end();
        let count = format!("{} downloads, interrupted after ", finished.len());
        assert_eq!(without_count(&ended, &count), rows_of(finished, columns), "{ended:#?}");
        assert_eq!(ended.most_bar_rows, 1, "{ended:#?}");
        assert_eq!(ended.status.signal(), Some(Signal::SIGINT as i32));
    }
}

#[test]
fn ctrl_c_during_a_comparison_leaves_no_bar() {
    let server = HeldServer::start();
    for columns in [80, 40, 20] {
        let mut flags = program();
        flags.env("TERM", "xterm-256color").args(["compare", "-s", &server.base()]);
        let session = Session::start(flags, columns);
        let is_running = |lines: &[String]| lines.last().is_some_and(|line| line.contains(" warm"));
        session.wait_for("warm-up", is_running);
        session.press("\x03");
        let ended = session.end();
        assert!(!ended.lines.iter().any(|line| is_bar(line)), "{ended:#?}");
        assert_eq!(ended.most_bar_rows, 1, "{ended:#?}");
        assert_eq!(ended.status.signal(), Some(Signal::SIGINT as i32));
    }
}

#[test]
fn after_ctrl_z_and_fg_the_screen_has_each_code_once_and_one_bar() {
    let server = HeldServer::start();
    let dest = tempdir().unwrap();
    let flags = run(&server.base(), &["--order", "input"], dest.path());
    let mut shell = Command::new("bash");
    shell.args(["--norc", "--noprofile", "--noediting", "-i"]);
    shell.env("PS1", "$ ").env("BASH_SILENCE_DEPRECATION_WARNING", "1");
    for (name, _) in flags.get_envs() {
        shell.env_remove(name);
    }
    let words = [flags.get_program()].into_iter().chain(flags.get_args());
    let quoted: Vec<_> = words.map(|word| format!("'{}'", word.to_str().unwrap())).collect();
    let session = Session::start(shell, 80);
    session.wait_for("prompt", |rows| rows.last().is_some_and(|row| row.ends_with('$')));
    // The command line is longer than a row, so it is kept out of what is compared.
    session.press(&format!("clear; {}\n", quoted.join(" ")));
    session.wait_for_bar("0/20");
    server.release(&POP20[..5]);
    session.wait_for_bar("5/20");

    session.press("\x1a");
    let is_at_prompt = |rows: &[String]| rows.last().is_some_and(|row| row == "$");
    let rows = session.wait_for("prompt", is_at_prompt);
    assert!(rows.iter().any(|row| row.contains("Stopped")), "{rows:#?}");
    assert!(!rows.iter().any(|row| is_bar(row)), "{rows:#?}");
    session.press("fg\n");
    session.wait_for_bar("5/20");
    server.release(&POP20);
    session.wait_for("prompt", is_at_prompt);
    session.press("exit\n");

    let ended = session.end();
    let start = ended.lines.iter().position(|row| row.starts_with("BD ")).unwrap();
    let rows = &ended.lines[start..];
    assert_eq!(rows[0], POP20[..5].join(" "), "{rows:#?}");
    let end = rows.iter().position(|row| row.starts_with("20 downloads in ")).unwrap();
    assert_eq!(rows[end - 1], POP20[5..].join(" "), "{rows:#?}");
    assert_eq!(ended.most_bar_rows, 1, "{rows:#?}");
}

#[test]
fn an_error_during_a_run_has_a_line_of_its_own() {
    let server = HeldServer::start();
    let (session, _dest) = on_terminal(&server.base(), &["YE", "ZW", "ZZ", "-m", "seq"], 80);
    session.wait_for_bar("0/3");
    server.release(&["YE", "ZW", "ZZ"]);
    let ended = session.end();
    let rows = without_count(&ended, "2 downloads, 1 not found in ");
    let error = format!("flags: ZZ: not found: {}/zz/zz.gif", server.base());
    assert_eq!(rows, ["YE ZW", &error]);
    assert_eq!(ended.most_bar_rows, 1, "{ended:#?}");
}

#[test]
fn codes_that_finish_after_an_error_start_a_new_line() {
    let server = HeldServer::start();
    let dest = tempdir().unwrap();
    let session = Session::start(run(&server.base(), &["YE", "ZW", "ZZ"], dest.path()), 80);
    for (number, code) in ["YE", "ZZ", "ZW"].iter().enumerate() {
        session.wait_for_bar(&format!("{number}/3"));
        server.release(&[code]);
    }
    let ended = session.end();
    let error = format!("flags: ZZ: not found: {}/zz/zz.gif", server.base());
    assert_eq!(without_count(&ended, "2 downloads, 1 not found in "), ["YE", &error, "ZW"]);
}

#[test]
fn verbose_shows_a_line_per_flag_above_the_bar_and_no_code_twice() {
    let server = HeldServer::start();
    let (session, _dest) = on_terminal(&server.base(), &["YE", "ZW", "ZZ", "-v"], 80);
    server.release(&["YE"]);
    let lines = session.wait_for_bar("1/3");
    assert!(lines[0].starts_with("YE: ") && lines[0].ends_with(", 1 try"), "{lines:#?}");
    assert_eq!(lines.len(), 2, "{lines:#?}");
    server.release(&["ZW", "ZZ"]);
    let ended = session.end();
    let rows = without_count(&ended, "2 downloads, 1 not found in ");
    let begin = ["YE: ", "ZW: ", "flags: ZZ: not found: ", "ZZ: not found in "];
    assert_eq!(rows.len(), begin.len(), "{rows:#?}");
    assert!(rows.iter().zip(begin).all(|(row, begin)| row.starts_with(begin)), "{rows:#?}");
    assert_eq!(ended.most_bar_rows, 1, "{ended:#?}");
}

#[test]
fn quiet_shows_only_errors() {
    let server = TestServer::start(whole_but_zz);
    let (session, _dest) = on_terminal(&server.base(), &["YE", "ZZ", "-q"], 80);
    let ended = session.end();
    assert_eq!(ended.lines, [format!("flags: ZZ: not found: {}/zz/zz.gif", server.base())]);
    assert_eq!(ended.status.code(), Some(1));
}

#[test]
fn json_on_a_terminal_is_one_document_without_a_bar() {
    let server = TestServer::start(whole);
    let (session, _dest) = on_terminal(&server.base(), &["YE", "ZW", "--json"], 80);
    let ended = session.end();
    let document: serde_json::Value = serde_json::from_str(&ended.written).unwrap();
    assert_eq!(document["counts"]["ok"], 2);
}

#[test]
fn a_terminal_that_cannot_redraw_a_line_gets_the_plain_text() {
    let server = TestServer::start(whole);
    let dest = tempdir().unwrap();
    let mut flags = run(&server.base(), &["YE", "ZW", "--order", "input"], dest.path());
    flags.env("TERM", "dumb");
    let ended = Session::start(flags, 80).end();
    assert!(ended.written.starts_with("YE ZW \r\n2 downloads in "), "{ended:#?}");
    assert!(!ended.written.contains('\x1b'), "{ended:#?}");
}

#[test]
fn no_color_leaves_the_bar_and_the_errors_uncoloured() {
    let red = "\x1b[1m\x1b[31mflags:";
    for coloured in [true, false] {
        let server = HeldServer::start();
        let dest = tempdir().unwrap();
        let mut flags = run(&server.base(), &["YE", "ZZ"], dest.path());
        if !coloured {
            flags.env("NO_COLOR", "1");
        }
        let session = Session::start(flags, 80);
        session.wait_for_bar("0/2");
        server.release(&["YE", "ZZ"]);
        let ended = session.end();
        assert_eq!(ended.written.contains("\x1b[32m"), coloured, "{ended:#?}");
        assert_eq!(ended.written.contains(red), coloured, "{ended:#?}");
        assert_eq!(sgr_sequences(&ended.written) > 0, coloured, "{ended:#?}");
    }
}

#[test]
fn the_bar_stays_out_of_a_redirected_stdout() {
    let server = HeldServer::start();
    let dest = tempdir().unwrap();
    let file = NamedTempFile::new().unwrap();
    let flags =
        pty_process::blocking::Command::from(run(&server.base(), &["YE", "ZZ"], dest.path()));
    let session = Session::start(flags.stdout(file.reopen().unwrap()), 80);
    session.wait_for_bar("0/2");
    server.release(&["YE", "ZZ"]);
    let ended = session.end();
    assert_eq!(ended.lines, [format!("flags: ZZ: not found: {}/zz/zz.gif", server.base())]);
    let text = fs::read_to_string(file.path()).unwrap();
    assert!(text.starts_with("YE \n1 download, 1 not found in "), "{text:?}");
    assert!(!text.contains('\x1b'), "{text:?}");
}

#[test]
fn there_is_no_bar_when_stderr_is_redirected() {
    let server = TestServer::start(whole_but_zz);
    let dest = tempdir().unwrap();
    let file = NamedTempFile::new().unwrap();
    let flags =
        pty_process::blocking::Command::from(run(&server.base(), &["YE", "ZZ"], dest.path()));
    let ended = Session::start(flags.stderr(file.reopen().unwrap()), 80).end();
    assert!(ended.written.starts_with("YE \r\n1 download, 1 not found in "), "{ended:#?}");
    let error = format!("flags: ZZ: not found: {}/zz/zz.gif\n", server.base());
    assert_eq!(fs::read_to_string(file.path()).unwrap(), error);
}

#[test]
fn in_one_file_for_both_streams_each_error_starts_a_line() {
    let server = HeldServer::start();
    let dest = tempdir().unwrap();
    let file = NamedTempFile::new().unwrap();
    let [stdout, stderr] = [(); 2].map(|()| file.as_file().try_clone().unwrap());
    let mut flags = run(&server.base(), &["YE", "ZW", "ZZ"], dest.path());
    let mut run = flags.stdout(stdout).stderr(stderr).spawn().unwrap();
    let read = || fs::read_to_string(file.path()).unwrap();
    let error = format!("flags: ZZ: not found: {}/zz/zz.gif\n", server.base());
    for (code, text) in [
        ("YE", "YE ".to_owned()),
        ("ZZ", format!("YE \n{error}")),
        ("ZW", format!("YE \n{error}ZW ")),
    ] {
        server.release(&[code]);
        let is_written = || read().starts_with(&text).then_some(());
        assert!(poll(PATIENCE, is_written).is_some(), "{:?} after {code}", read());
    }
    assert_eq!(end_within(&mut run, PATIENCE).code(), Some(1));
    let end = read().split_off(format!("YE \n{error}ZW ").len());
    assert!(end.starts_with("\n2 downloads, 1 not found in "), "{:?}", read());
}

/// The number of control sequences that set a colour or a weight: `CSI … m`.
fn sgr_sequences(text: &str) -> usize {
    let sequences = text.split("\x1b[").skip(1);
    let is_sgr = |rest: &&str| {
        rest.trim_start_matches(|char: char| char.is_ascii_digit() || char == ';').starts_with('m')
    };
    sequences.filter(is_sgr).count()
}
