//! What ends the program before its time: SIGINT, SIGTERM, a second one, and SIGKILL.
#![cfg(unix)]

mod support;

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use predicates::prelude::*;
use support::misbehave::{gif_of, half_then_silence, silence, status, whole};
use support::watched::{Running, poll};
use support::{MODES, TestServer, flags, gif, json, names, ok, program, stderr, stdout};
use tempfile::tempdir;

const SIGNALS: [(Signal, i32); 4] =
    [(Signal::SIGINT, 130), (Signal::SIGTERM, 143), (Signal::SIGHUP, 129), (Signal::SIGQUIT, 131)];

/// Far more than "at once" takes, far less than the timeout of a request.
const SOON: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(20);
const TIMEOUT: [&str; 2] = ["--timeout", "60"];

fn send(signal: Signal, child: &Child) {
    kill(Pid::from_raw(child.id() as i32), signal).expect("it is still there");
}

/// BR and IN are served. After that nothing goes on: US gets no answer, and behind it wait VN and ZA.
fn stalling() -> TestServer {
    TestServer::start(|request, stream| match request.code.as_str() {
        "BR" | "IN" => whole(request, stream),
        "VN" => half_then_silence(request, stream),
        "ZA" => status(stream, "503 Service Unavailable", "Retry-After: 30\r\n"),
        _ => silence(request, stream),
    })
}

/// Waits until BR and IN are in `dest`, and as many others under way as `mode` has under way.
fn wait_until_nothing_goes_on(mode: &str, origin: &TestServer, dest: &Path) {
    let waiting: &[&str] = if mode == "seq" { &["US"] } else { &["US", "VN", "ZA"] };
    let stalled = || {
        let asked = waiting.iter().all(|code| origin.tries(code) > 0);
        (asked && names(dest) == ["BR.gif", "IN.gif"]).then_some(())
    };
    poll(PATIENCE, stalled).expect("BR and IN land, and the others wait");
}

#[test]
fn a_signal_ends_the_run_at_once_and_what_is_finished_stays() {
    for mode in MODES {
        for (signal, status) in SIGNALS {
            let (origin, dest) = (stalling(), tempdir().unwrap());
            let mut flags = program();
            flags.args(["BR", "IN", "US", "VN", "ZA", "-m", mode, "--order", "input"]);
            flags.args(TIMEOUT).args(["-s", &origin.base(), "-d"]).arg(dest.path());
            let run = Running::start(&mut flags);
            wait_until_nothing_goes_on(mode, &origin, dest.path());
            send(signal, run.child());
            let ran = run.end_within(SOON);

            assert_eq!(ran.output.status.code(), Some(status), "{mode}");
            let shape = "^BR IN \n2 downloads, interrupted after [0-9]+\\.[0-9]{2}s\n$";
            let told = stdout(&ran.output);
            assert!(predicate::str::is_match(shape).unwrap().eval(&told), "{mode}: {told}");
            assert_eq!(stderr(&ran.output), "", "{mode}");
            assert_eq!(names(dest.path()), ["BR.gif", "IN.gif"], "{mode}");
            for code in ["BR", "IN"] {
                let image = fs::read(dest.path().join(format!("{code}.gif"))).unwrap();
                assert_eq!(image, gif(code), "{mode}");
            }
            let asked = origin.requests().len();
            assert_eq!(asked, if mode == "seq" { 3 } else { 5 }, "{mode}: no new request starts");
        }
    }
}

#[test]
fn a_signal_shows_in_the_json() {
    for mode in MODES {
        let (origin, dest) = (stalling(), tempdir().unwrap());
        let mut flags = program();
        flags.args(["BR", "IN", "US", "VN", "ZA", "-m", mode, "--order", "input", "--json"]);
        flags.args(TIMEOUT).args(["-s", &origin.base(), "-d"]).arg(dest.path());
        let run = Running::start(&mut flags);
        wait_until_nothing_goes_on(mode, &origin, dest.path());
        send(Signal::SIGINT, run.child());
        let ran = run.end_within(SOON);

        assert_eq!(ran.output.status.code(), Some(130), "{mode}");
        let document = json(&ran.output);
        assert_eq!(document["interrupted"], true, "{mode}");
        assert_eq!(document["counts"]["ok"], 2, "{mode}");
        let codes: Vec<_> =
            document["flags"].as_array().unwrap().iter().map(|flag| &flag["code"]).collect();
        assert_eq!(codes, ["BR", "IN"], "{mode}: what was not finished is not told of");
    }
}

#[test]
fn an_origin_in_the_same_process_holds_nothing_up() {
    let dest = tempdir().unwrap();
    let mut flags = program();
    flags.args(["--all", "--server", "local", "--delay", "0..60s", "-d"]).arg(dest.path());
    let run = Running::start(flags.args(TIMEOUT));
    poll(PATIENCE, || names(dest.path()).into_iter().find(|name| name.ends_with(".gif")))
        .expect("a flag lands");
    send(Signal::SIGINT, run.child());
    assert_eq!(run.end_within(SOON).output.status.code(), Some(130));
    assert!(names(dest.path()).iter().all(|name| name.ends_with(".gif")));
}

#[test]
fn a_hangup_that_is_ignored_stays_so() {
    let (origin, dest) = (stalling(), tempdir().unwrap());
    let mut flags = Command::new("sh");
    flags.args(["-c", "trap '' HUP; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_flags")]);
    flags.args(["BR", "IN", "US", "VN", "ZA", "-s", &origin.base(), "-d"]).arg(dest.path());
    let run = Running::start(flags.args(TIMEOUT));
    wait_until_nothing_goes_on("threads", &origin, dest.path());
    send(Signal::SIGHUP, run.child());
    // Far more than the end takes that comes of one that is not ignored.
    thread::sleep(Duration::from_millis(300));
    send(Signal::SIGINT, run.child());
    assert_eq!(run.end_within(SOON).output.status.code(), Some(130));
}

#[test]
fn a_second_signal_ends_it_on_the_spot() {
    let origin = TestServer::start(|request, stream| match request.code.as_str() {
        "ZZ" => silence(request, stream),
        _ => ok(stream, &gif(&request.code)),
    });
    for (signal, status) in SIGNALS {
        let dest = tempdir().unwrap();
        let mut flags = program();
        flags.args(["--every", "--json", "-s", &origin.base(), "-d"]).arg(dest.path());
        let mut child =
            flags.args(TIMEOUT).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        poll(PATIENCE, || (names(dest.path()).len() == 675).then_some(())).expect("all but ZZ");
        send(signal, &child);
        // The document is longer than a pipe: once it has begun, the program waits for a reader.
        let mut pipe = child.stdout.take().unwrap();
        let mut begun = [0];
        pipe.read_exact(&mut begun).unwrap();
        // One that comes right after the first may be taken for the same: a person would press again.
        let pressed = || {
            send(signal, &child);
            child.try_wait().unwrap()
        };
        let ended = poll(SOON, pressed);
        let _ = child.kill();
        assert_eq!(ended.and_then(|status| status.code()), Some(status), "though nobody reads");
        let mut rest = String::new();
        pipe.read_to_string(&mut rest).unwrap();
        assert!(!rest.contains("\"ZY\""), "it had no time to write all that it had to say");
    }
}

#[test]
fn after_a_kill_every_flag_there_is_whole_and_the_next_run_does_not_trip() {
    // A large flag in two pieces: so there is a lot under way at any time.
    let origin = TestServer::start(|_, stream| {
        let image = gif_of(100_000);
        let (head, rest) = image.split_at(50_000);
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", image.len())?;
        stream.write_all(head)?;
        stream.write_all(rest)
    });
    let image = gif_of(100_000);
    for mode in MODES {
        let dest = tempdir().unwrap();
        // What an earlier kill may have left.
        fs::write(dest.path().join(".BR.gif.abcd"), &image[..70]).unwrap();
        for landed in [1, 40, 90] {
            let mut flags = program();
            flags.args(["--all", "--skip-existing", "-m", mode, "-s", &origin.base(), "-d"]);
            let run = Running::start(flags.arg(dest.path()));
            let flags_in =
                || names(dest.path()).iter().filter(|name| !name.starts_with('.')).count();
            poll(PATIENCE, || (flags_in() >= landed).then_some(())).expect("flags land");
            drop(run); // SIGKILL
            for name in names(dest.path()).iter().filter(|name| !name.starts_with('.')) {
                assert!(
                    fs::read(dest.path().join(name)).unwrap() == image,
                    "{mode}: {name} is torn"
                );
            }
        }
        let mut again = flags();
        again.args(["--all", "--skip-existing", "-m", mode, "-s", &origin.base(), "-d"]);
        again.arg(dest.path()).assert().success().stderr("");
        let whole = names(dest.path()).into_iter().filter(|name| !name.starts_with('.'));
        assert_eq!(whole.count(), 194, "{mode}");
    }
}

/// A resolver that reads its aliases from a pipe waits for as long as nobody writes into it, as it may for a
/// name server that does not answer; and no thread can be told to give that up.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn a_name_that_is_looked_up_for_ever_holds_nothing_up() {
    let folder = tempdir().unwrap();
    for (mode, signalled) in MODES.iter().flat_map(|mode| [(mode, true), (mode, false)]) {
        let aliases = folder.path().join(format!("{mode}-{signalled}"));
        assert!(Command::new("mkfifo").arg(&aliases).status().unwrap().success());
        let (opened, waiting) = mpsc::channel();
        let pipe = aliases.clone();
        thread::spawn(move || opened.send(fs::File::options().write(true).open(pipe)));

        let timeout = if signalled { "60" } else { "0.5" };
        let mut flags = program();
        flags.env("HOSTALIASES", &aliases).args([
            "BR",
            "-m",
            mode,
            "-s",
            "http://nowhere",
            "-r",
            "0",
        ]);
        let run = Running::start(flags.args(["--timeout", timeout, "-d"]).arg(folder.path()));
        let Ok(_held) = waiting.recv_timeout(SOON) else {
            eprintln!("SKIPPED: names are looked up in another way here");
            return;
        };
        if signalled {
            send(Signal::SIGINT, run.child());
        }
        let ran = run.end_within(SOON);
        let status = if signalled { 130 } else { 1 };
        assert_eq!(ran.output.status.code(), Some(status), "{mode}: {}", stderr(&ran.output));
    }
}
