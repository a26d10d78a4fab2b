//! Errors, `-v`, `-q`, `--json`, colours and redirection on a terminal.

use std::fs;

use pty_process::blocking::Command;
use tempfile::{NamedTempFile, tempdir};

use crate::screen::{Session, is_bar};
use crate::support::TestServer;
use crate::support::child_process::{end_within, poll};
use crate::support::handlers::{status, whole};
use crate::{HeldServer, MAX_WAIT, on_terminal, run, whole_but_zz, without_count};

#[test]
fn an_error_during_a_run_has_a_line_of_its_own() {
    let server = HeldServer::start();
    let (session, _dest) = on_terminal(&server.base(), &["YE", "ZM", "ZW", "-m", "seq"], 80);
    session.wait_for_bar("0/3");
    server.release(&["YE", "ZM", "ZW"]);
    let ended = session.end();
    let rows = without_count(&ended, "2 downloads, 1 not found in ");
    let error = format!("flags: ZW: not found: {}/zw/zw.gif", server.base());
    assert_eq!(rows, ["YE ZM", &error]);
    assert_eq!(ended.most_bar_rows, 1, "{ended:#?}");
}

#[test]
fn codes_that_finish_after_an_error_start_a_new_line() {
    let server = HeldServer::start();
    let dest = tempdir().unwrap();
    let session = Session::start(run(&server.base(), &["YE", "ZM", "ZW"], dest.path()), 80);
    for (number, code) in ["YE", "ZW", "ZM"].iter().enumerate() {
        session.wait_for_bar(&format!("{number}/3"));
        server.release(&[code]);
    }
    let ended = session.end();
    let error = format!("flags: ZW: not found: {}/zw/zw.gif", server.base());
    assert_eq!(without_count(&ended, "2 downloads, 1 not found in "), ["YE", &error, "ZM"]);
}

#[test]
fn verbose_shows_a_line_per_flag_above_the_bar_and_no_code_twice() {
    let server = HeldServer::start();
    let (session, _dest) = on_terminal(&server.base(), &["YE", "ZM", "ZW", "-v"], 80);
    server.release(&["YE"]);
    let lines = session.wait_for_bar("1/3");
    assert!(lines[0].starts_with("YE: ") && lines[0].ends_with(", 1 try"), "{lines:#?}");
    assert_eq!(lines.len(), 2, "{lines:#?}");
    server.release(&["ZM", "ZW"]);
    let ended = session.end();
    let rows = without_count(&ended, "2 downloads, 1 not found in ");
    let begin = ["YE: ", "ZM: ", "flags: ZW: not found: ", "ZW: not found in "];
    assert_eq!(rows.len(), begin.len(), "{rows:#?}");
    assert!(rows.iter().zip(begin).all(|(row, begin)| row.starts_with(begin)), "{rows:#?}");
    assert_eq!(ended.most_bar_rows, 1, "{ended:#?}");
}

#[test]
fn quiet_shows_only_errors() {
    let server = TestServer::start(whole_but_zz);
    let (session, _dest) = on_terminal(&server.base(), &["YE", "ZW", "-q"], 80);
    let ended = session.end();
    assert_eq!(ended.lines, [format!("flags: ZW: not found: {}/zw/zw.gif", server.base())]);
    assert_eq!(ended.status.code(), Some(1));
}

#[test]
fn json_on_a_terminal_is_one_document_without_a_bar() {
    let server = TestServer::start(whole);
    let (session, _dest) = on_terminal(&server.base(), &["YE", "ZM", "--json"], 80);
    let ended = session.end();
    let document: serde_json::Value = serde_json::from_str(&ended.written).unwrap();
    assert_eq!(document["counts"]["ok"], 2);
}

#[test]
fn a_terminal_that_cannot_redraw_a_line_gets_the_plain_text() {
    let server = TestServer::start(whole);
    let dest = tempdir().unwrap();
    let mut flags = run(&server.base(), &["YE", "ZM", "--order", "input"], dest.path());
    flags.env("TERM", "dumb");
    let ended = Session::start(flags, 80).end();
    assert!(ended.written.starts_with("YE ZM \r\n2 downloads in "), "{ended:#?}");
    assert!(!ended.written.contains('\x1b'), "{ended:#?}");
}

#[test]
fn no_color_leaves_the_bar_and_the_errors_uncoloured() {
    let red = "\x1b[1m\x1b[31mflags:";
    for coloured in [true, false] {
        let server = HeldServer::start();
        let dest = tempdir().unwrap();
        let mut flags = run(&server.base(), &["YE", "ZW"], dest.path());
        if !coloured {
            flags.env("NO_COLOR", "1");
        }
        let session = Session::start(flags, 80);
        session.wait_for_bar("0/2");
        server.release(&["YE", "ZW"]);
        let ended = session.end();
        assert_eq!(ended.written.contains("\x1b[32m"), coloured, "{ended:#?}");
        assert_eq!(ended.written.contains(red), coloured, "{ended:#?}");
        assert_eq!(sgr_sequences(&ended.written) > 0, coloured, "{ended:#?}");
    }
}

#[test]
fn the_bar_shows_times_failures_and_that_a_retry_is_under_way() {
    let server = TestServer::start(|request, stream| match request.code.as_str() {
        "YE" => whole(request, stream),
        "ZW" => status(stream, "503 Service Unavailable", "Retry-After: 20\r\n"),
        _ => status(stream, "404 Not Found", ""),
    });
    let (session, _dest) = on_terminal(&server.base(), &["YE", "ZW", "ZZ"], 80);
    let has = |text: &'static str| {
        move |rows: &[String]| rows.last().is_some_and(|row| is_bar(row) && row.contains(text))
    };
    for text in [" s, ", " s left", ", 1 retrying"] {
        session.wait_for(text, has(text));
    }
    session.press("\x03");
    session.end();

    let (session, _dest) = on_terminal(&server.base(), &["ZW", "ZZ", "--order=completed"], 80);
    session.wait_for("failure", has(", 1 failed, 1 retrying"));
    session.press("\x03");
    session.end();
}

#[test]
fn where_the_locale_is_not_utf_8_the_bar_is_ascii() {
    let server = HeldServer::start();
    let dest = tempdir().unwrap();
    let mut flags = run(&server.base(), &["YE", "ZW"], dest.path());
    flags.env("LC_ALL", "C");
    let session = Session::start(flags, 80);
    session.wait_for_bar("0/2");
    server.release(&["YE"]);
    session.wait_for_bar("1/2");
    server.release(&["ZW"]);
    let ended = session.end();
    assert!(ended.written.is_ascii(), "{ended:#?}");
    assert_eq!(ended.most_bar_rows, 1, "{ended:#?}");
}

#[test]
fn the_bar_stays_out_of_a_redirected_stdout() {
    let server = HeldServer::start();
    let dest = tempdir().unwrap();
    let file = NamedTempFile::new().unwrap();
    let flags = Command::from(run(&server.base(), &["YE", "ZW"], dest.path()));
    let session = Session::start(flags.stdout(file.reopen().unwrap()), 80);
    session.wait_for_bar("0/2");
    server.release(&["YE", "ZW"]);
    let ended = session.end();
    assert_eq!(ended.lines, [format!("flags: ZW: not found: {}/zw/zw.gif", server.base())]);
    let text = fs::read_to_string(file.path()).unwrap();
    assert!(text.starts_with("YE \n1 download, 1 not found in "), "{text:?}");
    assert!(!text.contains('\x1b'), "{text:?}");
}

#[test]
fn there_is_no_bar_when_stderr_is_redirected() {
    let server = TestServer::start(whole_but_zz);
    let dest = tempdir().unwrap();
    let file = NamedTempFile::new().unwrap();
    let flags = Command::from(run(&server.base(), &["YE", "ZW"], dest.path()));
    let ended = Session::start(flags.stderr(file.reopen().unwrap()), 80).end();
    assert!(ended.written.starts_with("YE \r\n1 download, 1 not found in "), "{ended:#?}");
    let error = format!("flags: ZW: not found: {}/zw/zw.gif\n", server.base());
    assert_eq!(fs::read_to_string(file.path()).unwrap(), error);
}

#[test]
fn in_one_file_for_both_streams_each_error_starts_a_line() {
    let server = HeldServer::start();
    let dest = tempdir().unwrap();
    let file = NamedTempFile::new().unwrap();
    let [stdout, stderr] = [(); 2].map(|()| file.as_file().try_clone().unwrap());
    let mut flags = run(&server.base(), &["YE", "ZM", "ZW"], dest.path());
    let mut run = flags.stdout(stdout).stderr(stderr).spawn().unwrap();
    let read = || fs::read_to_string(file.path()).unwrap();
    let error = format!("flags: ZW: not found: {}/zw/zw.gif\n", server.base());
    for (code, text) in [
        ("YE", "YE ".to_owned()),
        ("ZW", format!("YE \n{error}")),
        ("ZM", format!("YE \n{error}ZM ")),
    ] {
        server.release(&[code]);
        let is_written = || read().starts_with(&text).then_some(());
        assert!(poll(MAX_WAIT, is_written).is_some(), "{:?} after {code}", read());
    }
    assert_eq!(end_within(&mut run, MAX_WAIT).code(), Some(1));
    let end = read().split_off(format!("YE \n{error}ZM ").len());
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
