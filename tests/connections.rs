//! Connections that are closed, refuse requests, or go silent, and credentials that follow
//! redirects, in every mode.

mod support;

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use h2::Reason;
use support::child_process::Running;
use support::handlers::{close, once, redirect, reset, status, whole};
use support::http2::Reply;
use support::tls::{Authority, TlsServer};
use support::tls_run::{assert_whole, ended_as, run};
use support::{
    MODES, POP20, TestServer, closed_port, flag, flags, hang_up, in_every_mode, json, names,
    program, stderr,
};
use tempfile::tempdir;

fn http2_server<S>(authority: &Authority, script: S) -> TlsServer
where
    S: Fn(&support::tls::Seen) -> Reply + Send + Sync + 'static,
{
    TlsServer::start(authority.certify("127.0.0.1", [2000, 2100], &["h2", "http/1.1"]), script)
}

#[test]
fn over_http2_the_first_connection_serves_all_requests() {
    let ours = Authority::new("Ours");
    in_every_mode(|mode| {
        let server = http2_server(&ours, |seen| match seen.connection {
            1 => Reply::Flag,
            _ => Reply::Reset(Reason::INTERNAL_ERROR),
        });
        let (ran, _) = run(mode, &["--all", "-r", "0", "-t", "9"], &server.base(), &ours);
        assert_eq!(ran.output.status.code(), Some(0), "{mode}: {}", stderr(&ran.output));
    });
}

#[test]
fn over_http2_a_long_run_makes_no_further_connections_in_the_background() {
    let ours = Authority::new("Ours");
    in_every_mode(|mode| {
        // The retry is on the second connection if there are only two.
        let server = http2_server(&ours, |seen| match (seen.code, seen.connection) {
            ("BD", 1) => Reply::Hold,
            (_, 1 | 2) => Reply::Flag,
            _ => Reply::Reset(Reason::INTERNAL_ERROR),
        });
        let options = ["-r", "1", "-t", "2"];
        let (ran, _) = run(mode, &[&POP20[..], &options].concat(), &server.base(), &ours);
        assert_eq!(ended_as(&ran, "BD"), ("ok".into(), 2), "{mode}");
    });
}

#[test]
fn a_server_that_closes_after_each_response_without_notice_costs_no_attempt() {
    in_every_mode(|mode| {
        let server = TestServer::start(|request, stream| {
            whole(request, stream)?;
            hang_up()
        });
        let dest = tempdir().unwrap();
        let mut flags = program();
        flags.args(["--all", "-m", mode, "-j", "8", "-r", "0", "-s", &server.base(), "-d"]);
        let ran = Running::start(flags.arg(dest.path())).end_within(Duration::from_secs(60));
        assert_eq!(ran.output.status.code(), Some(0), "{mode}: {}", stderr(&ran.output));
        assert_eq!(names(dest.path()).len(), 194, "{mode}");
    });
}

#[test]
fn over_tls_a_server_that_closes_after_each_answer_costs_no_attempt() {
    let ours = Authority::new("Ours");
    in_every_mode(|mode| {
        let config = ours.certify("127.0.0.1", [2000, 2100], &["http/1.1"]);
        let server = TlsServer::start(config, |_| Reply::FlagThenGoAway);
        let (ran, dest) = run(mode, &["--all", "-r", "0", "-t", "9"], &server.base(), &ours);
        assert_eq!(ran.output.status.code(), Some(0), "{mode}: {}", stderr(&ran.output));
        assert_eq!(names(dest.path()).len(), 194, "{mode}");
    });
}

#[test]
fn a_connection_that_is_closed_before_its_first_response_costs_an_attempt() {
    in_every_mode(|mode| {
        for handlers in [close, reset] {
            let server = TestServer::start(move |request, stream| once(handlers, request, stream));
            let dest = tempdir().unwrap();
            let mut flags = flags();
            flags.args(["BR", "--json", "-m", mode, "-r", "0", "-s", &server.base(), "-d"]);
            let output = flags.arg(dest.path()).output().unwrap();
            let document = json(&output);
            assert_eq!(flag(&document, "BR")["error"]["kind"], "connect", "{mode}");
            assert_eq!(server.tries("BR"), 1, "{mode}");
        }
    });
}

#[test]
fn requests_above_the_last_stream_of_a_goaway_cost_no_attempt() {
    let ours = Authority::new("Ours");
    in_every_mode(|mode| {
        // As nginx does with `keepalive_requests 10`.
        let server = http2_server(&ours, |seen| match seen.nth {
            ..10 => Reply::Flag,
            10 => Reply::FlagAndLastStream,
            _ => Reply::Hold,
        });
        let (ran, dest) = run(mode, &["--all", "-r", "0", "-t", "9"], &server.base(), &ours);
        assert_eq!(ran.output.status.code(), Some(0), "{mode}: {}", stderr(&ran.output));
        assert_eq!(names(dest.path()).len(), 194, "{mode}");
    });
}

#[test]
fn a_refused_stream_costs_no_attempt() {
    let ours = Authority::new("Ours");
    in_every_mode(|mode| {
        let server = http2_server(&ours, |seen| match seen.attempt {
            1 | 2 => Reply::Reset(Reason::REFUSED_STREAM),
            _ => Reply::Flag,
        });
        let (ran, dest) =
            run(mode, &[&POP20[..], &["-r", "0", "-t", "9"]].concat(), &server.base(), &ours);
        assert_eq!(ran.output.status.code(), Some(0), "{mode}: {}", stderr(&ran.output));
        assert_whole(dest.path(), &POP20);
        for code in POP20 {
            assert_eq!(server.tries(code), 3, "{mode} {code}");
        }
    });
}

#[test]
fn a_server_that_refuses_every_stream_is_not_asked_forever() {
    let ours = Authority::new("Ours");
    in_every_mode(|mode| {
        let server = http2_server(&ours, |_| Reply::Reset(Reason::REFUSED_STREAM));
        let (ran, _) = run(mode, &["BR", "-r", "1"], &server.base(), &ours);
        assert_eq!(ended_as(&ran, "BR"), ("connect".into(), 2), "{mode}");
        assert_eq!(server.tries("BR"), 5, "{mode}: two attempts, and three more requests");
    });
}

#[test]
fn a_stream_that_is_reset_is_retried_on_another_connection_and_harms_no_other() {
    let ours = Authority::new("Ours");
    in_every_mode(|mode| {
        let server = http2_server(&ours, |seen| match (seen.code, seen.connection) {
            ("BD", 1) => Reply::HalfThenReset(Reason::INTERNAL_ERROR),
            ("JP", 1) => Reply::Reset(Reason::INTERNAL_ERROR),
            ("US", _) => Reply::HalfThenReset(Reason::NO_ERROR),
            _ => Reply::Flag,
        });
        let (ran, _) = run(mode, &POP20, &server.base(), &ours);
        for code in POP20 {
            let expected = match code {
                "BD" | "JP" => ("ok".into(), 2),
                "US" => ("truncated".into(), 3),
                _ => ("ok".into(), 1),
            };
            assert_eq!(ended_as(&ran, code), expected, "{mode} {code}");
        }
    });
}

#[test]
fn a_connection_that_is_given_up_loses_no_flag() {
    let ours = Authority::new("Ours");
    let scripts: [fn(&support::tls::Seen) -> Reply; 3] = [
        |seen| match (seen.code, seen.attempt) {
            ("ET", 1) => Reply::GoAway(Reason::NO_ERROR),
            _ => Reply::Flag,
        },
        |seen| match (seen.code, seen.attempt) {
            ("ET", 1) => Reply::GoAway(Reason::ENHANCE_YOUR_CALM),
            _ => Reply::Flag,
        },
        |seen| match (seen.code, seen.attempt) {
            ("ET", 1) => Reply::FlagThenGoAway,
            _ => Reply::Flag,
        },
    ];
    for script in scripts {
        for mode in MODES {
            let server = http2_server(&ours, script);
            let (ran, dest) = run(mode, &POP20, &server.base(), &ours);
            assert_eq!(ran.output.status.code(), Some(0), "{}", stderr(&ran.output));
            assert_whole(dest.path(), &POP20);
            for code in POP20 {
                let (kind, attempts) = ended_as(&ran, code);
                assert!(kind == "ok" && attempts <= 2, "{mode} {code}: {kind}, {attempts}");
            }
        }
    }
}

#[test]
fn a_connection_that_goes_silent_costs_each_flag_on_it_an_attempt_and_no_other_flag() {
    let ours = Authority::new("Ours");
    in_every_mode(|mode| {
        let server = http2_server(&ours, |seen| match (seen.connection, seen.nth) {
            (1, 3..) => Reply::Freeze,
            _ => Reply::Flag,
        });
        let args = [&POP20[..], &["-j", "5", "-r", "1", "-t", "4"]].concat();
        let (ran, dest) = run(mode, &args, &server.base(), &ours);
        assert_eq!(ran.output.status.code(), Some(0), "{mode}: {}", stderr(&ran.output));
        assert_whole(dest.path(), &POP20);
        let retried = POP20.iter().filter(|code| ended_as(&ran, code).1 > 1).count();
        let most = if mode == "seq" { 1 } else { 5 };
        assert!((1..=most).contains(&retried), "{mode}: {retried} retried");
    });
}

/// Relays connections to `server`, one after another: the next one waits until the client has
/// closed the last one, as it does for a server with a single thread.
fn one_at_a_time(server: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            let mut stream = TcpStream::connect(server).unwrap();
            let (mut from, mut to) = (stream.try_clone().unwrap(), client.try_clone().unwrap());
            thread::spawn(move || io::copy(&mut from, &mut to));
            let _ = io::copy(&mut client, &mut stream);
            let _ = stream.shutdown(Shutdown::Both);
        }
    });
    address
}

#[test]
fn idle_connections_do_not_keep_a_server_from_serving_the_others() {
    in_every_mode(|mode| {
        let server = TestServer::start(whole);
        let base = format!("http://{}/flags", one_at_a_time(server.address()));
        let dest = tempdir().unwrap();
        let mut flags = program();
        flags.args(POP20).args(["-m", mode, "-r", "0", "-t", "30", "-s", &base, "-d"]);
        let ran = Running::start(flags.arg(dest.path())).end_within(Duration::from_secs(60));
        assert_eq!(ran.output.status.code(), Some(0), "{mode}: {}", stderr(&ran.output));
        assert_whole(dest.path(), &POP20);
    });
}

#[test]
fn idle_connections_over_tls_do_not_keep_a_server_from_serving_the_others() {
    let ours = Authority::new("Ours");
    in_every_mode(|mode| {
        let config = ours.certify("127.0.0.1", [2000, 2100], &["http/1.1"]);
        let server = TlsServer::start(config, |_| Reply::Flag);
        let base = format!("https://{}/flags", one_at_a_time(server.address()));
        let args = [&POP20[..], &["-r", "0", "-t", "30"]].concat();
        let (ran, dest) = run(mode, &args, &base, &ours);
        assert_eq!(ran.output.status.code(), Some(0), "{mode}: {}", stderr(&ran.output));
        assert_whole(dest.path(), &POP20);
    });
}

#[test]
fn over_http2_a_connection_is_kept_between_slow_responses() {
    let ours = Authority::new("Ours");
    let server = http2_server(&ours, |seen| {
        thread::sleep(Duration::from_millis(150));
        match seen.connection {
            1 => Reply::Flag,
            _ => Reply::Reset(Reason::INTERNAL_ERROR),
        }
    });
    let (ran, _) = run("seq", &["-l", "5", "-r", "0", "-t", "9"], &server.base(), &ours);
    assert_eq!(ran.output.status.code(), Some(0), "{}", stderr(&ran.output));
}

#[test]
fn a_retry_uses_a_new_connection() {
    in_every_mode(|mode| {
        let clients = Arc::new(Mutex::new(Vec::new()));
        let seen = clients.clone();
        let server = TestServer::start(move |request, stream| {
            seen.lock().unwrap().push(stream.peer_addr()?);
            // The connection stays open, so it could be used again.
            let busy = |_: &_, stream: &mut _| status(stream, "503 Busy", "Retry-After: 0\r\n");
            once(busy, request, stream)
        });
        let dest = tempdir().unwrap();
        let mut flags = flags();
        flags.args(["BR", "-m", mode, "-s", &server.base(), "-d"]).arg(dest.path());
        flags.assert().success();
        let clients = clients.lock().unwrap();
        assert_eq!(clients.len(), 2, "{mode}");
        assert_ne!(clients[0], clients[1], "{mode}");
    });
}

#[test]
fn the_password_of_a_base_url_is_sent_but_never_shown() {
    let server = TestServer::start(|request, stream| match request.header("authorization") {
        Some("Basic YW5uOnNlY3JldA==") => status(stream, "404 Not Found", ""),
        _ => status(stream, "401 Unauthorized", ""),
    });
    let base = format!("http://ann:secret@{}/flags", server.address());
    let dest = tempdir().unwrap();
    for format in [&["-v"][..], &["--json"], &["--timeline"], &["--timeline=-"]] {
        let mut flags = flags();
        flags.args(["BR", "-s", &base, "-d"]).arg(dest.path()).args(format);
        let output = flags.output().unwrap();
        let shown = stderr(&output) + &support::stdout(&output);
        assert!(shown.contains("not found: http://ann:***@127.0.0.1"), "{shown}");
        assert!(!shown.contains("secret"), "{format:?}: {shown}");
    }
    let output = flags().args(["compare", "BR", "-s", &base]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(!stderr(&output).contains("secret"), "{}", stderr(&output));
}

#[test]
fn no_query_fragment_or_password_of_any_url_is_shown() {
    let shown = |flags: &mut assert_cmd::Command| {
        let output = flags.output().unwrap();
        assert!(!output.status.success());
        support::stdout(&output) + &stderr(&output)
    };
    for url in [
        "http://h/?sig=SECRET",
        "http://h/#SECRET",
        "http://a b/?token=SECRET",
        "http://DOM\\ann:SECRET@h/",
        "https://ann:SECRET%E9@h",
        "ann:SECRET@h:80?SECRET",
    ] {
        for output in [
            shown(flags().args(["BR", "-s", url])),
            shown(flags().args(["compare", "BR", "-s", url])),
            shown(flags().env("FLAGS_SERVER", url).arg("BR")),
            shown(flags().arg(url)),
        ] {
            assert!(!output.contains("SECRET"), "{output}");
        }
    }
    let server = TestServer::start(|request, stream| match request.code.as_str() {
        "BR" => redirect(stream, "ftp://ann:SECRET@h/x?X-Amz-Signature=SECRET#SECRET"),
        "IN" => redirect(stream, "http://a b/?X-Amz-Signature=SECRET"),
        _ => redirect(stream, "http://127.0.0.1:1/?X-Amz-Signature=SECRET#SECRET"),
    });
    for format in [&["-v"][..], &["--json"]] {
        let dest = tempdir().unwrap();
        let mut flags = flags();
        flags.args(["BR", "IN", "US", "-r", "0", "-s", &server.base(), "-d"]).arg(dest.path());
        let output = shown(flags.args(format));
        assert!(!output.contains("SECRET"), "{output}");
    }
}

#[test]
fn an_empty_user_name_is_sent_with_its_password() {
    let server = TestServer::start(|request, stream| match request.header("authorization") {
        Some("Basic OlRPS0VO") => whole(request, stream),
        _ => status(stream, "401 Unauthorized", ""),
    });
    let dest = tempdir().unwrap();
    let base = format!("http://:TOKEN@{}/flags", server.address());
    flags().args(["BR", "-s", &base, "-d"]).arg(dest.path()).assert().success();
}

/// The `Authorization` header of a request, with the port that received it.
type Seen = Arc<Mutex<Vec<(&'static str, Option<String>)>>>;

#[test]
fn a_failure_after_a_redirect_names_its_target() {
    let closed = closed_port();
    let server = TestServer::start(move |request, stream| match request.code.as_str() {
        "BR" => redirect(stream, &format!("http://{closed}/br.gif")),
        "IN" => redirect(stream, "/gone"),
        _ => status(stream, "410 Gone", ""),
    });
    let dest = tempdir().unwrap();
    let args = ["BR", "IN", "-r", "0", "--json", "-s", &server.base(), "-d"];
    let output = flags().args(args).arg(dest.path()).output().unwrap();
    let document = json(&output);
    let gone = format!("http://{}/gone", server.address());
    for (code, kind, message) in [
        ("BR", "connect", format!("redirected to http://{closed}/br.gif: could not connect: ")),
        ("IN", "http_status", format!("redirected to {gone}: the server answered 410 Gone")),
    ] {
        let error = &flag(&document, code)["error"];
        assert_eq!(error["kind"], kind);
        assert!(error["message"].as_str().unwrap().starts_with(&message), "{error}");
    }
}

#[test]
fn credentials_follow_redirects_within_their_origin_only() {
    in_every_mode(|mode| {
        let seen = Seen::default();
        let log = |name: &'static str| {
            let seen = seen.clone();
            move |request: &support::Request| {
                let value = request.header("authorization").map(str::to_owned);
                seen.lock().unwrap().push((name, value));
            }
        };
        let (home, away) = (log("home"), log("away"));
        let elsewhere = TestServer::start(move |request, stream| {
            away(request);
            let back = request.path.rsplit_once('/').unwrap().0.trim_start_matches('/');
            redirect(stream, &format!("http://{back}/last/br.gif"))
        });
        let other = elsewhere.address();
        let server = TestServer::start(move |request, stream| {
            home(request);
            let host = request.header("host").unwrap();
            match request.path.split('/').nth(1) {
                Some("flags") => redirect(stream, &format!("http://{host}/absolute/br.gif")),
                Some("absolute") => redirect(stream, &format!("http://{other}/{host}/br.gif")),
                Some("last") => whole(request, stream),
                _ => status(stream, "404 Not Found", ""),
            }
        });
        let dest = tempdir().unwrap();
        let base = format!("http://ann:secret@{}/flags", server.address());
        let output =
            flags().args(["BR", "-m", mode, "-s", &base, "-d"]).arg(dest.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{mode}: {}", stderr(&output));
        let login = Some("Basic YW5uOnNlY3JldA==".to_owned());
        let expected =
            [("home", login.clone()), ("home", login.clone()), ("away", None), ("home", login)];
        assert_eq!(*seen.lock().unwrap(), expected, "{mode}");
    });
}

#[test]
fn a_name_that_can_not_be_resolved_is_looked_up_once_and_not_retried() {
    // A label is at most 63 bytes long, so this name is refused without a network.
    let host = "x".repeat(64);
    in_every_mode(|mode| {
        let dest = tempdir().unwrap();
        let base = format!("http://{host}/flags");
        let output = flags()
            .args(["--json", "-m", mode, "-s", &base, "-d"])
            .arg(dest.path())
            .output()
            .unwrap();
        for flag in json(&output)["flags"].as_array().unwrap() {
            assert_eq!(flag["attempts"], 1, "{mode}");
            assert_eq!(flag["error"]["kind"], "connect", "{mode}");
            let message = flag["error"]["message"].as_str().unwrap();
            assert!(message.starts_with(&format!("could not resolve host {host}: ")), "{message}");
        }
    });
}
