//! Ctrl-C, Ctrl-Z and job control.

use std::os::unix::process::ExitStatusExt;
use std::process::Command;

use nix::sys::signal::Signal;
use tempfile::tempdir;

use crate::screen::{Session, is_bar};
use crate::support::child_process::poll;
use crate::support::{POP20, TestServer, available, names, program, wrap};
use crate::{HeldServer, MAX_WAIT, on_terminal, rows_of, run, without_count};

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

/// A shell with job control that has the command line of `flags` as its arguments.
fn shell(flags: &Command) -> Session {
    let shell = ["bash", "--norc", "--noprofile", "--noediting", "-is", "--"];
    let mut shell = wrap(&shell, flags);
    shell.env("PS1", "$ ").env("BASH_SILENCE_DEPRECATION_WARNING", "1");
    let session = Session::start(shell, 80);
    session.wait_for("prompt", is_at_prompt);
    session
}

fn is_at_prompt(rows: &[String]) -> bool {
    rows.last().is_some_and(|row| row.ends_with('$'))
}

#[test]
fn a_background_job_draws_no_bar_and_is_not_stopped() {
    if !available("bash", &["--version"]) {
        return;
    }
    let server = TestServer::with_flags();
    let dest = tempdir().unwrap();
    let session = shell(&run(&server.base(), &[], dest.path()));
    // Output to the terminal stops a background job.
    session.press("stty tostop\n");
    session.press("\"$@\" >/dev/null &\n");
    session.press("wait; echo status $?\n");
    let is_over = |rows: &[String]| rows.iter().any(|row| row == "status 0");
    let rows = session.wait_for("status", is_over);
    assert!(!rows.iter().any(|row| is_bar(row)), "{rows:#?}");
    session.press("exit\n");
    let ended = session.end();
    assert_eq!(ended.most_bar_rows, 0, "{ended:#?}");
    assert_eq!(names(dest.path()).len(), 20);
}

#[test]
fn the_bar_pauses_while_a_stopped_job_goes_on_in_the_background() {
    if !available("bash", &["--version"]) {
        return;
    }
    let server = HeldServer::start();
    let dest = tempdir().unwrap();
    let session = shell(&run(&server.base(), &[], dest.path()));
    session.press("\"$@\" >/dev/null\n");
    session.wait_for_bar("0/20");
    session.press("\x1a");
    session.wait_for("prompt", is_at_prompt);
    session.press("bg\n");
    server.release(&POP20[..5]);
    poll(MAX_WAIT, || (names(dest.path()).len() == 5).then_some(())).expect("it goes on");
    let rows = session.wait_for("prompt", is_at_prompt);
    assert!(!rows.iter().any(|row| row.contains("5/20")), "{rows:#?}");
    session.press("fg\n");
    session.wait_for_bar("5/20");
    server.release(&POP20);
    session.wait_for("prompt", is_at_prompt);
    session.press("exit\n");
    session.end();
}
