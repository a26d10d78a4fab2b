//! Stdout and stderr that are closed or full. The flags are saved nevertheless.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::process::Stdio;

use tempfile::tempdir;

use crate::support::child_process::end_within;
use crate::support::handlers::{status, whole};
use crate::support::{MODES, TestServer, after, gif, names, program, stderr};
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

#[test]
fn each_line_on_stderr_is_one_write() {
    let server = TestServer::start(|request, stream| match request.code.as_str() {
        "ZZ" => status(stream, "404 Not Found", ""),
        _ => whole(request, stream),
    });
    let dest = tempdir().unwrap();
    // A datagram is what one write sends.
    let (reader, stderr) = UnixDatagram::pair().unwrap();
    let mut flags = program();
    flags.args(["BR", "ZZ", "-v", "-s", &server.base(), "-d"]).arg(dest.path());
    let mut child = flags.stdout(Stdio::null()).stderr(OwnedFd::from(stderr)).spawn().unwrap();
    drop(flags);
    assert_eq!(end_within(&mut child, MAX_WAIT).code(), Some(1));
    reader.set_nonblocking(true).unwrap();
    let mut buffer = [0; 1000];
    let mut lines = Vec::new();
    while let Ok(length @ 1..) = reader.recv(&mut buffer) {
        lines.push(String::from_utf8_lossy(&buffer[..length]).into_owned());
    }
    assert!(lines.len() >= 3, "{lines:?}");
    assert!(lines.iter().all(|line| line.ends_with('\n')), "{lines:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_stdout_that_cannot_be_examined_stays_open() {
    use std::fs::{self, File};

    use crate::count_whole;

    let server = server();
    for mode in MODES {
        let (dest, folder) = (tempdir().unwrap(), tempdir().unwrap());
        let file = folder.path().join("stdout");
        let stdout = File::create(&file).unwrap();
        let faults = "fstat,newfstatat,statx:error=EIO";
        let Some(mut flags) = crate::with_fault(faults, Some(&file)) else { return };
        flags.args(["-m", mode, "-s", &server.base(), "-d"]).arg(dest.path()).stdout(stdout);
        let mut child = flags.stderr(Stdio::null()).spawn().unwrap();
        assert_eq!(end_within(&mut child, MAX_WAIT).code(), Some(0), "{mode}");
        assert_eq!(count_whole(dest.path(), gif), 20, "{mode}");
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains("\n20 downloads in "), "{mode}: {text:?}");
    }
}
