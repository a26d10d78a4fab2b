//! Servers that get TLS or HTTP/2 wrong, and what each must lead to: the same in every mode.

mod support;

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use h2::Reason;
use support::tls::{Authority, Reply, TlsOrigin, without_tls};
use support::watched::{Ran, Running};
use support::{MODES, TestServer, flag, gif, json, misbehave, names, program, stderr};
use tempfile::{NamedTempFile, TempDir, tempdir};

const YEARS: [i32; 2] = [2000, 2100];
const BOTH: &[&str] = &["h2", "http/1.1"];

/// A run that is under way, and the folder that it saves into.
struct Trial {
    run: Running,
    dest: TempDir,
    /// Kept for as long as it may be read.
    _trusted: NamedTempFile,
}

impl Trial {
    /// Starts a run over `base` that trusts `authority`.
    fn start(mode: &str, codes: &[&str], base: &str, authority: &Authority) -> Trial {
        let (dest, trusted) = (tempdir().unwrap(), NamedTempFile::new().unwrap());
        fs::write(&trusted, authority.pem()).unwrap();
        let mut flags = program();
        flags.args(codes).args(["--json", "-m", mode, "--timeout", "1", "-s", base, "--cacert"]);
        let run = Running::start(flags.arg(trusted.path()).arg("--dest").arg(dest.path()));
        Trial { run, dest, _trusted: trusted }
    }

    fn end(self) -> (Ran, TempDir) {
        (self.run.end_within(Duration::from_secs(20)), self.dest)
    }
}

fn run(mode: &str, codes: &[&str], base: &str, authority: &Authority) -> (Ran, TempDir) {
    Trial::start(mode, codes, base, authority).end()
}

/// What became of `code`: its status, or the kind of its error, and the number of tries.
fn ended_as(ran: &Ran, code: &str) -> (String, u64) {
    let document = json(&ran.output);
    let flag = flag(&document, code);
    let kind = flag["error"]["kind"].as_str().or(flag["status"].as_str());
    (kind.unwrap().to_owned(), flag["attempts"].as_u64().unwrap())
}

fn assert_whole(dest: &Path, codes: &[&str]) {
    let files: Vec<_> = codes.iter().map(|code| format!("{code}.gif")).collect();
    assert_eq!(names(dest), files);
    for code in codes {
        assert_eq!(fs::read(dest.join(format!("{code}.gif"))).unwrap(), gif(code));
    }
}

#[test]
fn a_certificate_that_is_not_to_be_trusted_ends_it_at_the_first_try() {
    let ours = Authority::new("Ours");
    let bad = [
        ("unknown CA", Authority::new("Theirs").certify("127.0.0.1", YEARS, BOTH)),
        ("not valid", ours.certify("elsewhere.test", YEARS, BOTH)),
        ("expired", ours.certify("127.0.0.1", [2000, 2001], BOTH)),
        ("not valid", ours.certify("127.0.0.1", [2099, 2100], BOTH)),
    ];
    for (told, config) in bad {
        let origin = TlsOrigin::start(config, |_, _| Reply::Flag);
        for mode in MODES {
            let (ran, dest) = run(mode, &["BR", "IN"], &origin.base(), &ours);
            assert_eq!(ran.output.status.code(), Some(1));
            for code in ["BR", "IN"] {
                assert_eq!(ended_as(&ran, code), ("tls".into(), 1), "{told}, {mode}");
                assert_eq!(origin.tries(code), 0);
            }
            let lines = stderr(&ran.output);
            assert_eq!(lines.lines().filter(|line| line.contains(told)).count(), 2, "{lines}");
            assert_eq!(lines.lines().count(), 2, "{lines}");
            assert_eq!(names(dest.path()), [""; 0]);
        }
    }
}

#[test]
fn a_port_that_does_not_speak_tls_is_told_from_one_that_hangs_up_or_says_nothing() {
    let ours = Authority::new("Ours");
    let ports = [
        (
            ("tls", 1),
            without_tls(|stream| {
                stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")?;
                while stream.read(&mut [0; 512])? > 0 {}
                Ok(())
            }),
        ),
        (("connect", 3), without_tls(|stream| stream.read(&mut [0; 4096]).map(drop))),
        (
            ("timeout", 3),
            without_tls(|stream| {
                while stream.read(&mut [0; 512])? > 0 {}
                Ok(())
            }),
        ),
    ];
    for ((kind, tries), address) in ports {
        let direct = format!("https://{address}");
        let target = format!("{direct}/br.gif");
        let redirecting = TestServer::start(move |_, stream| misbehave::redirect(stream, &target));
        let trials = [direct, redirecting.base()]
            .map(|base| MODES.map(|mode| (mode, Trial::start(mode, &["BR"], &base, &ours))));
        for (mode, trial) in trials.into_iter().flatten() {
            let (ran, dest) = trial.end();
            assert_eq!(ended_as(&ran, "BR"), (kind.into(), tries), "{mode}");
            assert_eq!(stderr(&ran.output).matches("flags: BR: ").count(), 1);
            assert_eq!(names(dest.path()), [""; 0]);
        }
    }
}

#[test]
fn a_try_that_is_given_up_is_at_an_end_before_the_next() {
    let ours = Authority::new("Ours");
    let trials = MODES.map(|mode| {
        let open = Arc::new((AtomicUsize::new(0), AtomicUsize::new(0)));
        let most = open.clone();
        let address = without_tls(move |stream| {
            let now = open.0.fetch_add(1, SeqCst) + 1;
            open.1.fetch_max(now, SeqCst);
            while stream.read(&mut [0; 512]).is_ok_and(|read| read > 0) {}
            open.0.fetch_sub(1, SeqCst);
            Ok(())
        });
        let target = format!("https://{address}/br.gif");
        let plain = TestServer::start(move |_, stream| misbehave::redirect(stream, &target));
        (mode, Trial::start(mode, &["BR"], &plain.base(), &ours), most)
    });
    for (mode, trial, most) in trials {
        let (ran, _) = trial.end();
        assert_eq!(ended_as(&ran, "BR"), ("timeout".into(), 3), "{mode}");
        assert_eq!(most.1.load(SeqCst), 1, "{mode}");
    }
}

#[test]
fn with_its_ca_named_a_server_is_trusted_and_speaks_the_http_that_both_know() {
    let ours = Authority::new("Ours");
    for (protocols, version) in [(BOTH, "HTTP/2"), (&["http/1.1"], "HTTP/1.1"), (&[], "HTTP/1.1")] {
        let config = ours.certify("127.0.0.1", YEARS, protocols);
        let origin = TlsOrigin::start(config, |_, _| Reply::Flag);
        for mode in MODES {
            let (ran, dest) = run(mode, &["BR", "IN", "US"], &origin.base(), &ours);
            assert_eq!(ran.output.status.code(), Some(0), "{}", stderr(&ran.output));
            assert_eq!(flag(&json(&ran.output), "IN")["http_version"], version, "{mode}");
            assert_whole(dest.path(), &["BR", "IN", "US"]);
        }
    }
}

#[test]
fn a_redirect_from_https_to_http_is_not_followed_and_one_the_other_way_is() {
    let ours = Authority::new("Ours");
    for protocols in [BOTH, &["http/1.1"]] {
        let config = ours.certify("127.0.0.1", YEARS, protocols);
        let secure = TlsOrigin::start(config, |code, _| match code {
            "BR" => Reply::Redirect,
            _ => Reply::Flag,
        });
        let base = secure.base();
        let plain = TestServer::start(move |request, stream| {
            misbehave::redirect(stream, &format!("{base}/{}.gif", request.code))
        });
        for mode in MODES {
            let (ran, dest) = run(mode, &["BR", "IN"], &secure.base(), &ours);
            assert_eq!(ended_as(&ran, "BR"), ("redirect".into(), 1), "{mode}");
            assert_whole(dest.path(), &["IN"]);

            let (ran, dest) = run(mode, &["BR", "IN"], &plain.base(), &ours);
            assert_eq!(ended_as(&ran, "BR"), ("redirect".into(), 1), "{mode}");
            assert_eq!(ended_as(&ran, "IN"), ("ok".into(), 1), "{mode}");
            assert_whole(dest.path(), &["IN"]);
        }
    }
}

#[test]
fn a_stream_that_is_reset_is_tried_again_and_harms_no_other() {
    let ours = Authority::new("Ours");
    let table = [
        ("AA", "ok", 1),
        ("BC", "truncated", 3),
        ("BI", "truncated", 3),
        ("BN", "truncated", 3),
        ("BO", "ok", 2),
        ("HC", "connect", 3),
        ("HI", "connect", 3),
        ("HO", "ok", 2),
        ("HR", "connect", 3),
        ("ZZ", "ok", 1),
    ];
    for mode in MODES {
        let config = ours.certify("127.0.0.1", YEARS, BOTH);
        let origin = TlsOrigin::start(config, |code, attempt| match (code, attempt) {
            ("BC", _) => Reply::HalfThenReset(Reason::CANCEL),
            ("BN", _) => Reply::HalfThenReset(Reason::NO_ERROR),
            ("BI", _) | ("BO", 1) => Reply::HalfThenReset(Reason::INTERNAL_ERROR),
            ("HC", _) => Reply::Reset(Reason::CANCEL),
            ("HI", _) | ("HO", 1) => Reply::Reset(Reason::INTERNAL_ERROR),
            ("HR", _) => Reply::Reset(Reason::REFUSED_STREAM),
            _ => Reply::Flag,
        });
        let codes = table.map(|(code, ..)| code);
        let (ran, dest) = run(mode, &codes, &origin.base(), &ours);
        for (code, what, tries) in table {
            assert_eq!(ended_as(&ran, code), (what.into(), tries), "{mode} {code}");
            assert_eq!(origin.tries(code) as u64, tries, "{mode} {code}");
        }
        assert_whole(dest.path(), &["AA", "BO", "HO", "ZZ"]);
    }
}

#[test]
fn a_connection_given_up_in_the_middle_costs_no_flag() {
    let ours = Authority::new("Ours");
    let scripts: [fn(&str, usize) -> Reply; 3] = [
        |code, attempt| match (code, attempt) {
            ("ET", 1) => Reply::GoAway(Reason::NO_ERROR),
            _ => Reply::Flag,
        },
        |code, attempt| match (code, attempt) {
            ("ET", 1) => Reply::GoAway(Reason::ENHANCE_YOUR_CALM),
            _ => Reply::Flag,
        },
        |code, attempt| match (code, attempt) {
            ("ET", 1) => Reply::FlagThenGoAway,
            _ => Reply::Flag,
        },
    ];
    let codes = "BD BR CD CN DE EG ET FR ID IN IR JP MX NG PH PK RU TR US VN";
    let codes: Vec<_> = codes.split(' ').collect();
    for script in scripts {
        for mode in MODES {
            let config = ours.certify("127.0.0.1", YEARS, BOTH);
            let origin = TlsOrigin::start(config, script);
            let (ran, dest) = run(mode, &codes, &origin.base(), &ours);
            assert_eq!(ran.output.status.code(), Some(0), "{}", stderr(&ran.output));
            assert_whole(dest.path(), &codes);
            for code in &codes {
                let (what, tries) = ended_as(&ran, code);
                assert!(what == "ok" && tries <= 2, "{mode} {code}: {what} after {tries} tries");
            }
        }
    }
}

/// Passes connections on to `origin`, but for the first, which it takes and leaves alone.
fn swallows_the_first(origin: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let mut connections = listener.incoming().flatten();
        let _swallowed = connections.next();
        for near in connections {
            let Ok(far) = TcpStream::connect(origin) else { continue };
            for (mut from, mut to) in [(near.try_clone(), far.try_clone()), (Ok(far), Ok(near))]
                .map(|(from, to)| (from.unwrap(), to.unwrap()))
            {
                thread::spawn(move || std::io::copy(&mut from, &mut to));
            }
        }
    });
    address
}

#[test]
fn a_first_connection_that_hangs_holds_up_no_other_flag() {
    for mode in ["threads", "rayon", "async"] {
        for protocols in [BOTH, &["http/1.1"]] {
            let authority = Authority::new("flags test CA");
            let config = authority.certify("127.0.0.1", YEARS, protocols);
            let origin = TlsOrigin::start(config, |_, _| Reply::Flag);
            let base = format!("https://{}/flags", swallows_the_first(origin.address()));
            let (dest, trusted) = (tempdir().unwrap(), NamedTempFile::new().unwrap());
            fs::write(&trusted, authority.pem()).unwrap();
            let mut flags = program();
            flags.args(["AA", "BB", "CC", "DD", "--json", "-m", mode, "-t", "5", "-r", "0"]);
            flags.args(["-s", &base, "--cacert"]).arg(trusted.path()).arg("-d").arg(dest.path());
            let ran = Running::start(&mut flags).end_within(Duration::from_secs(20));
            let document = json(&ran.output);
            // Not even the one that asked for it: it gets a connection that another has done with.
            assert_eq!(document["counts"]["ok"], 4, "{mode} {protocols:?}: {document:#}");
        }
    }
}
