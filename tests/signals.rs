//! Signals that end the program early: SIGINT, SIGTERM, SIGHUP, SIGQUIT, a second one, and SIGKILL.
#![cfg(unix)]

mod support;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use predicates::prelude::*;
use socket2::SockRef;
use support::child_process::{Running, end_within, poll};
use support::handlers::{gif_of, half_then_silence, silence, status, whole};
use support::{
    MODES, TestServer, available, flags, gif, in_every_mode, json, names, ok, program, stderr,
    stdout, wrap,
};
use tempfile::tempdir;

const SIGNALS: [Signal; 4] = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGQUIT];

/// Much longer than an immediate end takes, and much shorter than the timeout of a request.
const SOON: Duration = Duration::from_secs(15);
const MAX_WAIT: Duration = Duration::from_secs(20);
const TIMEOUT: [&str; 2] = ["--timeout", "60"];

fn send(signal: Signal, child: &Child) {
    kill(Pid::from_raw(child.id() as i32), signal).expect("the process has not been waited for");
}

/// The signal that the program died of.
fn killed_by(status: ExitStatus) -> Option<Signal> {
    status.signal().and_then(|number| Signal::try_from(number).ok())
}

/// A server with BR and IN. US gets no response, VN half a body, ZA a `Retry-After` of 30 s.
fn stalling() -> TestServer {
    TestServer::start(|request, stream| match request.code.as_str() {
        "BR" | "IN" => whole(request, stream),
        "VN" => half_then_silence(request, stream),
        "ZA" => status(stream, "503 Service Unavailable", "Retry-After: 30\r\n"),
        _ => silence(request, stream),
    })
}

/// Waits until BR and IN are in `dest` and the requests that stall are under way.
fn wait_until_stalled(mode: &str, server: &TestServer, dest: &Path) {
    let waiting: &[&str] = if mode == "seq" { &["US"] } else { &["US", "VN", "ZA"] };
    let stalled = || {
        let requested = waiting.iter().all(|code| server.tries(code) > 0);
        (requested && names(dest) == ["BR.gif", "IN.gif"]).then_some(())
    };
    poll(MAX_WAIT, stalled).expect("BR and IN are saved, and the others wait");
}

#[test]
fn a_signal_ends_the_run_at_once_and_finished_flags_stay() {
    for mode in MODES {
        for signal in SIGNALS {
            let (server, dest) = (stalling(), tempdir().unwrap());
            let mut flags = program();
            flags.args(["BR", "IN", "US", "VN", "ZA", "-m", mode, "--order", "input"]);
            flags.args(TIMEOUT).args(["-s", &server.base(), "-d"]).arg(dest.path());
            let run = Running::start(&mut flags);
            wait_until_stalled(mode, &server, dest.path());
            send(signal, run.child());
            let ran = run.end_within(SOON);

            assert_eq!(killed_by(ran.output.status), Some(signal), "{mode}");
            let shape = "^BR IN \n2 downloads, interrupted after [0-9]+\\.[0-9]{2}s\n$";
            let stdout = stdout(&ran.output);
            assert!(predicate::str::is_match(shape).unwrap().eval(&stdout), "{mode}: {stdout}");
            assert_eq!(stderr(&ran.output), "", "{mode}");
            assert_eq!(names(dest.path()), ["BR.gif", "IN.gif"], "{mode}");
            for code in ["BR", "IN"] {
                let image = fs::read(dest.path().join(format!("{code}.gif"))).unwrap();
                assert_eq!(image, gif(code), "{mode}");
            }
            let requests = server.requests().len();
            assert_eq!(
                requests,
                if mode == "seq" { 3 } else { 5 },
                "{mode}: no new request starts"
            );
        }
    }
}

#[test]
fn json_says_that_a_signal_interrupted_the_run() {
    for mode in MODES {
        let (server, dest) = (stalling(), tempdir().unwrap());
        let mut flags = program();
        flags.args(["BR", "IN", "US", "VN", "ZA", "-m", mode, "--order", "input", "--json"]);
        flags.args(TIMEOUT).args(["-s", &server.base(), "-d"]).arg(dest.path());
        let run = Running::start(&mut flags);
        wait_until_stalled(mode, &server, dest.path());
        send(Signal::SIGINT, run.child());
        let ran = run.end_within(SOON);

        assert_eq!(killed_by(ran.output.status), Some(Signal::SIGINT), "{mode}");
        let document = json(&ran.output);
        assert_eq!(document["interrupted"], true, "{mode}");
        assert_eq!(document["counts"]["ok"], 2, "{mode}");
        let codes: Vec<_> =
            document["flags"].as_array().unwrap().iter().map(|flag| &flag["code"]).collect();
        assert_eq!(codes, ["BR", "IN"], "{mode}: unfinished flags are not listed");
    }
}

#[test]
fn an_embedded_server_does_not_delay_the_end() {
    let dest = tempdir().unwrap();
    let mut flags = program();
    flags.args(["--all", "-j", "194", "-s", "local", "--delay", "0..60s", "-d"]).arg(dest.path());
    let run = Running::start(flags.args(TIMEOUT));
    poll(MAX_WAIT, || names(dest.path()).into_iter().find(|name| name.ends_with(".gif")))
        .expect("a flag is saved");
    send(Signal::SIGINT, run.child());
    assert_eq!(killed_by(run.end_within(SOON).output.status), Some(Signal::SIGINT));
    assert!(names(dest.path()).iter().all(|name| name.ends_with(".gif")));
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_that_was_ignored_at_the_start_stays_ignored() {
    for signal in SIGNALS {
        let (server, dest) = (stalling(), tempdir().unwrap());
        let name = signal.as_str().trim_start_matches("SIG");
        let mut flags = support::after(&format!("trap '' {name}"));
        flags.args(["BR", "IN", "US", "VN", "ZA", "-s", &server.base(), "-d"]).arg(dest.path());
        let run = Running::start(flags.args(TIMEOUT));
        wait_until_stalled("threads", &server, dest.path());
        send(signal, run.child());
        // An ignored signal leaves no trace, so another one shows that it had no effect.
        let other = if signal == Signal::SIGTERM { Signal::SIGINT } else { Signal::SIGTERM };
        send(other, run.child());
        assert_eq!(killed_by(run.end_within(SOON).output.status), Some(other), "{signal}");
    }
}

#[test]
fn a_shell_loop_stops_when_ctrl_c_ends_a_run() {
    if !available("bash", &["--version"]) {
        return;
    }
    let (server, folder) = (stalling(), tempdir().unwrap());
    let dest = folder.path().join("flags");
    fs::create_dir(&dest).unwrap();
    // As on a terminal, the shell and the program are in one process group and both get SIGINT.
    let script = "for n in 1 2; do \"$@\"; echo again >>loop; done";
    let mut shell = wrap(&["bash", "-c", script, "bash"], &program());
    shell.args(["BR", "IN", "US", "VN", "ZA"]);
    shell.args(TIMEOUT).args(["-s", &server.base(), "-d"]).arg(&dest);
    shell.current_dir(folder.path()).process_group(0);
    let run = Running::start(&mut shell);
    wait_until_stalled("threads", &server, &dest);
    killpg(Pid::from_raw(run.child().id() as i32), Signal::SIGINT).unwrap();
    let ran = run.end_within(SOON);
    assert_eq!(killed_by(ran.output.status), Some(Signal::SIGINT));
    assert!(stdout(&ran.output).contains("2 downloads, interrupted after "));
    assert_eq!(names(folder.path()), ["flags"], "the loop has not gone on");
}

/// A run that `signal` has interrupted, and that cannot end: its document does not fit into the
/// buffers of the socket that it writes to, of which one byte is read. The document ends with CZ.
fn blocked_by_its_stdout(signal: Signal) -> (Child, UnixStream) {
    let server = TestServer::start(|request, stream| match request.code.as_str() {
        "ZZ" => silence(request, stream),
        _ => ok(stream, &gif(&request.code)),
    });
    let (mut reader, stdout) = UnixStream::pair().unwrap();
    SockRef::from(&stdout).set_send_buffer_size(4096).unwrap();
    SockRef::from(&reader).set_recv_buffer_size(4096).unwrap();
    let dest = tempdir().unwrap();
    let mut flags = program();
    flags.args(["B", "C", "ZZ", "--json", "--order", "input", "-s", &server.base()]);
    flags.args(TIMEOUT).arg("-d").arg(dest.path());
    let stdout = Stdio::from(OwnedFd::from(stdout));
    let child = flags.stdout(stdout).stderr(Stdio::null()).spawn().unwrap();
    poll(MAX_WAIT, || (names(dest.path()).len() == 52).then_some(()))
        .expect("all flags but ZZ are saved");
    send(signal, &child);
    reader.read_exact(&mut [0]).unwrap();
    (child, reader)
}

#[test]
fn a_second_signal_ends_the_program_at_once() {
    for signal in SIGNALS {
        let (mut child, mut reader) = blocked_by_its_stdout(signal);
        // A signal right after the first counts as a duplicate, so send it again, as a user would.
        let pressed = || {
            send(signal, &child);
            child.try_wait().unwrap()
        };
        let ended = poll(SOON, pressed);
        let _ = child.kill();
        assert_eq!(ended.and_then(killed_by), Some(signal), "its stdout is not read");
        let mut rest = String::new();
        reader.read_to_string(&mut rest).unwrap();
        assert!(!rest.contains("\"CZ\""), "the document is incomplete");
    }
}

/// GNU `timeout` signals the process, and then its process group.
#[test]
fn a_duplicate_right_after_a_signal_does_not_cut_the_document() {
    // A busy machine can deliver the duplicate so late that it counts as a second signal, but not
    // every time.
    let is_whole = |signal| {
        let (mut child, mut reader) = blocked_by_its_stdout(signal);
        send(signal, &child);
        let ended = poll(Duration::from_millis(50), || child.try_wait().unwrap());
        let mut rest = String::new();
        reader.read_to_string(&mut rest).unwrap();
        let status = ended.unwrap_or_else(|| child.wait().unwrap());
        assert_eq!(killed_by(status), Some(signal));
        rest.contains("\"CZ\"")
    };
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        assert!((0..50).any(|_| is_whole(signal)), "{signal}");
    }
}

#[test]
fn another_signal_right_after_the_first_is_not_lost() {
    let (mut child, _pipe) = blocked_by_its_stdout(Signal::SIGINT);
    send(Signal::SIGTERM, &child);
    let ended = poll(SOON, || child.try_wait().unwrap());
    let _ = child.kill();
    assert_eq!(ended.and_then(killed_by), Some(Signal::SIGTERM), "stdout is not read");
}

#[test]
fn no_temporary_file_is_left_when_two_signals_come_in_a_row() {
    // Large flags take long to save, so that some are being saved at any time.
    let image = gif_of(1 << 20);
    let server = TestServer::start(move |_, stream| ok(stream, &image));
    let is_flag = |name: &&String| name.len() == "BR.gif".len() && name.ends_with(".gif");
    in_every_mode(|mode| {
        for saved in 0..8 {
            let dest = tempdir().unwrap();
            let mut flags = program();
            flags.args(["--all", "-m", mode, "-s", &server.base(), "-d"]).arg(dest.path());
            let run = Running::start(&mut flags);
            let are_saved = || (names(dest.path()).len() > saved).then_some(());
            poll(MAX_WAIT, are_saved).expect("flags are saved");
            for signal in [Signal::SIGINT, Signal::SIGTERM] {
                send(signal, run.child());
            }
            run.end_within(SOON);
            let names = names(dest.path());
            assert_eq!(names.iter().filter(is_flag).count(), names.len(), "{mode}: {names:?}");
        }
    });
}

#[test]
fn after_sigkill_every_flag_is_whole_and_the_next_run_succeeds() {
    // A large flag in two pieces, so that many are incomplete at any time.
    let server = TestServer::start(|_, stream| {
        let image = gif_of(100_000);
        let (head, rest) = image.split_at(50_000);
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", image.len())?;
        stream.write_all(head)?;
        stream.write_all(rest)
    });
    let image = gif_of(100_000);
    for mode in MODES {
        let dest = tempdir().unwrap();
        // A temporary file that an earlier kill has left.
        fs::write(dest.path().join(".BR.gif.abcd"), &image[..70]).unwrap();
        for saved in [1, 40, 90] {
            let mut flags = program();
            flags.args(["--all", "--skip-existing", "-m", mode, "-s", &server.base(), "-d"]);
            let run = Running::start(flags.arg(dest.path()));
            let flags_in =
                || names(dest.path()).iter().filter(|name| !name.starts_with('.')).count();
            poll(MAX_WAIT, || (flags_in() >= saved).then_some(())).expect("flags are saved");
            drop(run); // SIGKILL
            for name in names(dest.path()).iter().filter(|name| !name.starts_with('.')) {
                assert!(
                    fs::read(dest.path().join(name)).unwrap() == image,
                    "{mode}: {name} is incomplete"
                );
            }
        }
        let mut again = flags();
        again.args(["--all", "--skip-existing", "-m", mode, "-s", &server.base(), "-d"]);
        again.arg(dest.path()).assert().success().stderr("");
        let whole = names(dest.path()).into_iter().filter(|name| !name.starts_with('.'));
        assert_eq!(whole.count(), 194, "{mode}");
    }
}

/// glibc reads host aliases from a pipe that is never written to, so a lookup hangs as it does with
/// a name server that does not answer. A thread in `getaddrinfo` can't be cancelled.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn lookups_that_hang_do_not_delay_the_end() {
    use std::sync::mpsc;

    use crate::support::handlers::redirect;

    let folder = tempdir().unwrap();
    // Each flag is on a host of its own.
    let server = TestServer::start(|request, stream| {
        redirect(stream, &format!("http://nowhere{}/", request.code.to_lowercase()))
    });
    for (mode, signalled) in MODES.iter().flat_map(|mode| [(mode, true), (mode, false)]) {
        let aliases = folder.path().join(format!("{mode}-{signalled}"));
        assert!(Command::new("mkfifo").arg(&aliases).status().unwrap().success());
        let (opened, waiting) = mpsc::channel();
        let pipe = aliases.clone();
        thread::spawn(move || opened.send(fs::File::options().write(true).open(pipe)));

        let (codes, timeout) = if signalled { ("20", "60") } else { ("1", "0.5") };
        let mut flags = program();
        flags.env("HOSTALIASES", &aliases).args(["--all", "-l", codes, "-m", mode, "-r", "0"]);
        flags.args(["-s", &server.base(), "--timeout", timeout, "-d"]).arg(folder.path());
        let run = Running::start(&mut flags);
        let Ok(_held) = waiting.recv_timeout(SOON) else {
            eprintln!("SKIPPED: this system does not read HOSTALIASES");
            return;
        };
        if signalled {
            send(Signal::SIGINT, run.child());
        }
        let ran = run.end_within(SOON);
        let status = ran.output.status;
        match signalled {
            true => assert_eq!(killed_by(status), Some(Signal::SIGINT), "{mode}"),
            false => assert_eq!(status.code(), Some(1), "{mode}: {}", stderr(&ran.output)),
        }
    }
}

#[test]
fn a_signal_ends_the_program_while_it_waits_for_a_pipe_to_be_opened() {
    let folder = tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let pipe = pipe.to_str().unwrap();
    let timeline = format!("--timeline={pipe}");
    for args in [
        &["BR", "-s", "local", &timeline][..],
        &["BR", "-s", "local", "--cacert", pipe],
        &["compare", "BR", "-s", "local", "--export-json", pipe],
    ] {
        let mut flags = program();
        let run = Running::start(flags.args(args).current_dir(folder.path()));
        // However early the signal comes, it ends the program.
        thread::sleep(Duration::from_millis(100));
        send(Signal::SIGINT, run.child());
        assert_eq!(killed_by(run.end_within(SOON).output.status), Some(Signal::SIGINT), "{args:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn process_1_of_a_container_ends_with_the_status_of_the_signal() {
    let namespace = ["--user", "--map-root-user", "--pid", "--fork"];
    if !available("unshare", &[&namespace[..], &["true"]].concat()) {
        return;
    }
    for (signal, status) in SIGNALS.into_iter().zip([130, 143, 129, 131]) {
        let (server, dest) = (stalling(), tempdir().unwrap());
        let mut flags = wrap(&[&["unshare"], &namespace[..]].concat(), &program());
        flags.args(["BR", "IN", "US", "VN", "ZA", "-s", &server.base(), "-d"]).arg(dest.path());
        let run = Running::start(flags.args(TIMEOUT));
        wait_until_stalled("threads", &server, dest.path());
        let id = run.child().id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap();
        kill(Pid::from_raw(children.trim().parse().unwrap()), signal).unwrap();
        let ran = run.end_within(SOON);
        assert_eq!(ran.output.status.code(), Some(status), "{signal}: {}", stderr(&ran.output));
        assert_eq!(names(dest.path()), ["BR.gif", "IN.gif"], "{signal}");
    }
}

#[test]
fn a_signal_ends_a_server_whose_log_is_not_read() {
    let (log, stderr) = UnixStream::pair().unwrap();
    let mut flags = program();
    flags.args(["serve", "-v", "--port", "0"]).stdout(Stdio::piped()).stderr(OwnedFd::from(stderr));
    let mut child = flags.spawn().unwrap();
    drop(flags);
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().trim_start_matches("http://").trim_end_matches("/flags").to_owned();
    // Requests until the log is full, and the server waits for it to be read.
    let is_answered = || {
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
        write!(stream, "GET /flags/br/br.gif HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            .unwrap();
        stream.read_to_end(&mut Vec::new()).is_ok()
    };
    while is_answered() {}
    send(Signal::SIGINT, &child);
    let ended = poll(SOON, || child.try_wait().unwrap());
    let _ = child.kill();
    drop(log);
    assert_eq!(ended.and_then(|status| status.code()), Some(0));
}

#[test]
fn a_second_signal_ends_a_run_whose_server_keeps_it_busy() {
    in_every_mode(|mode| {
        let server = TestServer::start(|_, stream| {
            let block = b"HTTP/1.1 100 Continue\r\n\r\n".repeat(10_000);
            loop {
                stream.write_all(&block)?;
            }
        });
        let dest = tempdir().unwrap();
        let mut flags = program();
        flags.args(["BR", "IN", "-m", mode, "-s", &server.base(), "-d"]).arg(dest.path());
        let mut child = flags.args(TIMEOUT).stdout(Stdio::null()).spawn().unwrap();
        poll(MAX_WAIT, || (server.tries("BR") > 0).then_some(())).expect("it sends a request");
        let pressed = || {
            send(Signal::SIGINT, &child);
            child.try_wait().unwrap()
        };
        let ended = poll(SOON, pressed);
        let _ = child.kill();
        assert_eq!(ended.and_then(killed_by), Some(Signal::SIGINT), "{mode}");
    });
}

/// Sends `signal` to a program that writes more to stdout than its socket holds. The signal has to
/// kill it. Returns all but the first byte of its output.
fn signal_during_output(mut program: Command, signal: Signal) -> String {
    let (mut reader, stdout) = UnixStream::pair().unwrap();
    SockRef::from(&stdout).set_send_buffer_size(4096).unwrap();
    SockRef::from(&reader).set_recv_buffer_size(4096).unwrap();
    let mut child = program.stdout(OwnedFd::from(stdout)).stderr(Stdio::null()).spawn().unwrap();
    drop(program);
    reader.read_exact(&mut [0]).unwrap();
    send(signal, &child);
    let mut rest = String::new();
    reader.read_to_string(&mut rest).unwrap();
    assert_eq!(killed_by(end_within(&mut child, SOON)), Some(signal));
    rest
}

#[test]
fn a_signal_after_the_last_flag_counts() {
    // The run has ended when its document is written.
    for signal in SIGNALS {
        let server = TestServer::with_flags();
        let dest = tempdir().unwrap();
        let mut flags = program();
        flags.args(["B", "C", "--json", "-s", &server.base(), "-d"]).arg(dest.path());
        let document = signal_during_output(flags, signal);
        assert!(document.contains("\"interrupted\": false"), "{document}");
    }
}

#[test]
fn a_signal_while_the_table_of_a_comparison_is_written_counts() {
    for signal in SIGNALS {
        let server = TestServer::with_flags();
        let jobs: Vec<_> = (1..=60).map(|jobs: u32| jobs.to_string()).collect();
        let mut flags = program();
        flags.args(["compare", "BR", "-n", "1", "--warmup", "0", "--jobs", &jobs.join(",")]);
        flags.args(["--modes", "seq,threads,async", "-s", &server.base()]);
        signal_during_output(flags, signal);
    }
}

#[test]
fn a_signal_counts_even_if_stdout_is_full() {
    let (arrived, requests) = std::sync::mpsc::channel();
    let server = TestServer::start(move |_, _| {
        let _ = arrived.send(());
        std::thread::park();
        Ok(())
    });
    let dest = tempdir().unwrap();
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let mut flags = program();
    flags.args(["BR", "-s", &server.base(), "-d"]).arg(dest.path());
    let mut child = flags.stdout(full).stderr(Stdio::null()).spawn().unwrap();
    requests.recv().unwrap();
    send(SIGNALS[0], &child);
    assert_eq!(killed_by(end_within(&mut child, SOON)), Some(SIGNALS[0]));
}
