//! Stdout and stderr that are closed or full. The flags are saved nevertheless.

use std::process::Stdio;

use tempfile::tempdir;

use crate::support::child_process::end_within;
use crate::support::{MODES, after, gif, names, program, stderr};
use crate::{MAX_WAIT, read, run, server};

#[test]
fn a_reader_that_closes_the_pipe_loses_no_flag() {
    let server = server();
    for mode in MODES {
        for format in ["--json", "--order=input"] {
            let dest = tempdir().unwrap();
            let mut flags = program();
            flags.args(["-m", mode, format, "-s", &server.base(), "-d"]).arg(dest.path());
            let mut child = flags.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            drop(child.stdout.take());
            assert_eq!(end_within(&mut child, MAX_WAIT).code(), Some(0), "{mode} {format}");
            let output = child.wait_with_output().unwrap();
            assert_eq!(stderr(&output), "", "{mode} {format}");
            assert_eq!(names(dest.path()).len(), 20, "{mode} {format}");
        }
    }
}

#[test]
fn streams_that_are_closed_from_the_start_lose_no_flag() {
    let server = server();
    for closed in ["exec >&-", "exec 2>&-", "exec >&- 2>&- <&-"] {
        for format in ["--json", "-v"] {
            let dest = tempdir().unwrap();
            let args = ["BR", format, "-s", &server.base(), "-d"];
            let output = run(after(closed).args(args).arg(dest.path()));
            assert_eq!(output.status.code(), Some(0), "{closed}");
            assert_eq!(names(dest.path()), ["BR.gif"], "{closed}: output went to a file");
            assert_eq!(read(dest.path(), "BR"), gif("BR"), "{closed}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_stdout_is_an_error_and_loses_no_flag() {
    let server = server();
    for mode in MODES {
        for format in ["--json", "--order=input"] {
            let dest = tempdir().unwrap();
            let args = ["-m", mode, format, "-s", &server.base(), "-d"];
            let output = run(after("exec >/dev/full").args(args).arg(dest.path()));
            assert_eq!(output.status.code(), Some(1), "{mode} {format}");
            let error = "flags: cannot write to stdout: No space left on device (os error 28)\n";
            assert_eq!(stderr(&output), error, "{mode} {format}");
            assert_eq!(names(dest.path()).len(), 20, "{mode} {format}");
        }
    }
    for option in ["--help", "--version"] {
        let output = run(after("exec >/dev/full").arg(option));
        assert_eq!(output.status.code(), Some(1), "{option}");
        assert!(stderr(&output).contains("cannot write to stdout"), "{option}: {output:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_stderr_loses_no_flag() {
    let server = server();
    let dest = tempdir().unwrap();
    let args = ["-v", "-s", &server.base(), "-d"];
    let output = run(after("exec 2>/dev/full").args(args).arg(dest.path()));
    assert_eq!(output.status.code(), Some(0));
    assert!(crate::support::stdout(&output).contains("20 downloads in "), "{output:?}");
    assert_eq!(run(after("exec 2>/dev/full").arg("--nonsense")).status.code(), Some(2));
}
