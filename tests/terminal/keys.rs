//! Ctrl-C and Ctrl-Z, as the terminal turns them into signals.

use std::os::unix::process::ExitStatusExt;

use nix::sys::signal::Signal;
use tempfile::tempdir;

use crate::screen::{Session, is_bar};
use crate::support::{POP20, available, program, wrap};
use crate::{HeldServer, on_terminal, rows_of, run, without_count};

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
    if !available("bash", &["--version"]) {
        return;
    }
    let server = HeldServer::start();
    let dest = tempdir().unwrap();
    let flags = run(&server.base(), &["--order", "input"], dest.path());
    let shell = ["bash", "--norc", "--noprofile", "--noediting", "-is", "--"];
    let mut shell = wrap(&shell, &flags);
    shell.env("PS1", "$ ").env("BASH_SILENCE_DEPRECATION_WARNING", "1");
    let session = Session::start(shell, 80);
    session.wait_for("prompt", |rows| rows.last().is_some_and(|row| row.ends_with('$')));
    // Its arguments are the command line of the program.
    session.press("\"$@\"\n");
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
