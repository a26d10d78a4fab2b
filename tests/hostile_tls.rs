//! Servers that violate TLS or HTTP/2, and the results, which are the same in every mode.

mod support;

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use support::http2::Reply;
use support::proxy::relay;
use support::tls::{Authority, TlsServer, without_tls};
use support::tls_run::{TlsRun, assert_whole, ended_as, run};
use support::{CONCURRENT, MODES, TestServer, flag, handlers, in_every_mode, json, names, stderr};

const YEARS: [i32; 2] = [2000, 2100];
const BOTH: &[&str] = &["h2", "http/1.1"];

#[test]
fn an_invalid_certificate_is_not_retried() {
    let ours = Authority::new("Ours");
    let bad = [
        ("unknown CA", Authority::new("Theirs").certify("127.0.0.1", YEARS, BOTH)),
        ("not valid", ours.certify("elsewhere.test", YEARS, BOTH)),
        ("expired", ours.certify("127.0.0.1", [2000, 2001], BOTH)),
        ("not valid", ours.certify("127.0.0.1", [2099, 2100], BOTH)),
    ];
    for (reason, config) in bad {
        let server = TlsServer::start(config, |_| Reply::Flag);
        for mode in MODES {
            let (ran, dest) = run(mode, &["BR", "IN"], &server.base(), &ours);
            assert_eq!(ran.output.status.code(), Some(1));
            for code in ["BR", "IN"] {
                assert_eq!(ended_as(&ran, code), ("tls".into(), 1), "{reason}, {mode}");
                assert_eq!(server.tries(code), 0);
            }
            let lines = stderr(&ran.output);
            assert_eq!(lines.lines().filter(|line| line.contains(reason)).count(), 2, "{lines}");
            assert_eq!(lines.lines().count(), 2, "{lines}");
            assert_eq!(names(dest.path()), [""; 0]);
        }
    }
}

#[test]
fn a_port_without_tls_one_that_closes_and_one_that_is_silent_have_different_errors() {
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
    let trials = ports.map(|(expected, address)| {
        let direct = format!("https://{address}");
        let target = format!("{direct}/br.gif");
        let redirecting = TestServer::start(move |_, stream| handlers::redirect(stream, &target));
        let trials = [direct, redirecting.base()]
            .map(|base| MODES.map(|mode| (mode, TlsRun::start(mode, &["BR"], &base, &ours))));
        (expected, trials)
    });
    for ((kind, tries), trials) in trials {
        for (mode, trial) in trials.into_iter().flatten() {
            let (ran, dest) = trial.end();
            assert_eq!(ended_as(&ran, "BR"), (kind.into(), tries), "{mode}");
            assert_eq!(stderr(&ran.output).matches("flags: BR: ").count(), 1);
            assert_eq!(names(dest.path()), [""; 0]);
        }
    }
}

#[test]
fn an_attempt_that_times_out_has_closed_its_connection_before_the_next() {
    let ours = Authority::new("Ours");
    let trials = MODES.map(|mode| {
        let earlier = Arc::new(Mutex::new(Vec::<TcpStream>::new()));
        let shared = earlier.clone();
        let address = without_tls(move |stream| {
            let mut earlier = shared.lock().unwrap();
            for connection in earlier.iter() {
                assert!(is_closed(connection), "an earlier attempt is still connected");
            }
            earlier.push(stream.try_clone()?);
            Ok(())
        });
        let target = format!("https://{address}/br.gif");
        let plain = TestServer::start(move |_, stream| handlers::redirect(stream, &target));
        (mode, TlsRun::start(mode, &["BR"], &plain.base(), &ours), earlier)
    });
    for (mode, trial, connections) in trials {
        let (ran, _) = trial.end();
        assert_eq!(ended_as(&ran, "BR"), ("timeout".into(), 3), "{mode}");
        assert_eq!(connections.lock().unwrap().len(), 3, "{mode}");
    }
}

/// Whether the other side has closed the connection, without waiting for it.
fn is_closed(mut connection: &TcpStream) -> bool {
    connection.set_nonblocking(true).unwrap();
    // What it has sent before comes first.
    loop {
        match connection.read(&mut [0; 512]) {
            Ok(1..) => {}
            Ok(0) => return true,
            Err(error) => return error.kind() != ErrorKind::WouldBlock,
        }
    }
}

#[test]
fn with_cacert_a_server_is_trusted_and_the_best_common_protocol_is_used() {
    let ours = Authority::new("Ours");
    for (protocols, version) in [(BOTH, "HTTP/2"), (&["http/1.1"], "HTTP/1.1"), (&[], "HTTP/1.1")] {
        let config = ours.certify("127.0.0.1", YEARS, protocols);
        let server = TlsServer::start(config, |_| Reply::Flag);
        for mode in MODES {
            let (ran, dest) = run(mode, &["BR", "IN", "US"], &server.base(), &ours);
            assert_eq!(ran.output.status.code(), Some(0), "{}", stderr(&ran.output));
            assert_eq!(flag(&json(&ran.output), "IN")["http_version"], version, "{mode}");
            assert_whole(dest.path(), &["BR", "IN", "US"]);
        }
    }
}

/// The CAs of the system, which are files on Linux.
#[cfg(target_os = "linux")]
mod system_cas {
    use std::path::Path;

    use tempfile::{NamedTempFile, tempdir};

    use super::*;
    use crate::support::flags;

    #[test]
    fn the_cas_in_ssl_cert_file_are_trusted_instead_of_the_systems() {
        let (ours, theirs) = (Authority::new("Ours"), Authority::new("Theirs"));
        let config = ours.certify("127.0.0.1", YEARS, &["http/1.1"]);
        let server = TlsServer::start(config, |_| Reply::Flag);
        let (dest, trusted) = (tempdir().unwrap(), NamedTempFile::new().unwrap());
        let as_proxy = format!("https://{}", server.address());
        let (direct, by_proxy) = ((server.base(), ""), ("http://flags.invalid".into(), &*as_proxy));
        for (base, proxy) in [direct, by_proxy] {
            for (authority, status) in [(&ours, 0), (&theirs, 1)] {
                std::fs::write(&trusted, authority.pem()).unwrap();
                let mut flags = flags();
                flags.env("SSL_CERT_FILE", trusted.path()).env_remove("SSL_CERT_DIR");
                flags.env("http_proxy", proxy);
                flags.args(["BR", "-r", "0", "-s", &base, "-d"]).arg(dest.path());
                let output = flags.output().unwrap();
                assert_eq!(output.status.code(), Some(status), "{base}: {}", stderr(&output));
                let is_unknown = stderr(&output).contains("unknown CA");
                assert_eq!(is_unknown, status == 1, "{base}: {}", stderr(&output));
            }
        }
    }

    #[test]
    fn an_unreadable_ssl_cert_file_is_an_error_for_https_only() {
        let ours = Authority::new("Ours");
        let config = ours.certify("127.0.0.1", YEARS, &["http/1.1"]);
        let (server, plain) = (TlsServer::start(config, |_| Reply::Flag), TestServer::with_flags());
        let (dest, trusted) = (tempdir().unwrap(), NamedTempFile::new().unwrap());
        std::fs::write(&trusted, ours.pem()).unwrap();
        let run = |file: &Path, base: &str| {
            let mut flags = flags();
            flags.env("SSL_CERT_FILE", file).args(["BR", "IN", "-s", base, "-d"]).arg(dest.path());
            flags.arg("--cacert").arg(trusted.path()).output().unwrap()
        };
        for file in [Path::new("/missing.pem"), dest.path()] {
            let output = run(file, &server.base());
            assert_eq!(output.status.code(), Some(1));
            let errors = stderr(&output);
            let start = format!("flags: cannot read the CAs in {}, which SSL_CERT", file.display());
            assert!(errors.starts_with(&start), "{errors}");
            assert_eq!(errors.lines().count(), 1, "{errors}");
            assert_eq!(server.tries("BR"), 0);
            assert_eq!(run(file, &plain.base()).status.code(), Some(0));
        }
        // A redirect may lead to https only later.
        let target = format!("{}/br.gif", server.base());
        let redirecting = TestServer::start(move |_, stream| handlers::redirect(stream, &target));
        let output = run(Path::new("/missing.pem"), &redirecting.base());
        assert!(stderr(&output).contains("which SSL_CERT_FILE names"), "{}", stderr(&output));
    }

    #[test]
    fn without_trusted_cas_the_kind_of_error_is_that_of_the_url() {
        let (dest, empty) = (tempdir().unwrap(), NamedTempFile::new().unwrap());
        for (base, kind) in [("http://127.0.0.1:1", "connect"), ("https://127.0.0.1:1", "tls")] {
            let mut flags = flags();
            flags.env("SSL_CERT_FILE", empty.path()).env_remove("SSL_CERT_DIR");
            flags.env("http_proxy", "https://127.0.0.1:1");
            flags.args(["BR", "--json", "-s", base, "-d"]).arg(dest.path());
            let document = json(&flags.output().unwrap());
            let brazil = flag(&document, "BR");
            assert_eq!((&brazil["error"]["kind"], &brazil["attempts"]), (&kind.into(), &1.into()));
            let message = "no trusted CAs found; name some with --cacert";
            assert_eq!(brazil["error"]["message"], message);
        }
    }
}

#[test]
fn a_redirect_from_https_to_http_is_refused_and_the_opposite_is_followed() {
    let ours = Authority::new("Ours");
    for protocols in [BOTH, &["http/1.1"]] {
        let config = ours.certify("127.0.0.1", YEARS, protocols);
        let secure = TlsServer::start(config, |seen| match seen.code {
            "BR" => Reply::Redirect,
            _ => Reply::Flag,
        });
        let base = secure.base();
        let plain = TestServer::start(move |request, stream| {
            handlers::redirect(stream, &format!("{base}/{}.gif", request.code))
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

/// Relays connections to `server`, except the first one, which it accepts and then ignores.
fn ignores_the_first(server: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let mut connections = listener.incoming().flatten();
        let _ignored = connections.next();
        for client in connections {
            relay(&client, &TcpStream::connect(server).unwrap());
        }
    });
    address
}

#[test]
fn a_first_connection_that_hangs_delays_no_other_flag() {
    let ours = Authority::new("Ours");
    for mode in CONCURRENT {
        for protocols in [BOTH, &["http/1.1"]] {
            let config = ours.certify("127.0.0.1", YEARS, protocols);
            let server = TlsServer::start(config, |_| Reply::Flag);
            let base = format!("https://{}/flags", ignores_the_first(server.address()));
            let args = ["AA", "BB", "CC", "DD", "-t", "5", "-r", "0"];
            let (ran, _) = run(mode, &args, &base, &ours);
            // Even the flag that opened it gets a connection that another request has opened.
            let document = json(&ran.output);
            assert_eq!(document["counts"]["ok"], 4, "{mode} {protocols:?}: {document:#}");
        }
    }
}

#[test]
fn a_connection_that_ends_without_close_notify_is_reported_without_a_link() {
    let ours = Authority::new("Ours");
    let config = Arc::new(ours.certify("127.0.0.1", YEARS, &["http/1.1"]));
    let address = without_tls(move |stream| {
        let mut tls =
            rustls::ServerConnection::new(config.clone()).map_err(std::io::Error::other)?;
        let mut session = rustls::Stream::new(&mut tls, stream);
        let _ = session.read(&mut [0; 1000])?;
        // Without a length, only a close_notify marks the end of the body.
        session.write_all(b"HTTP/1.1 200 OK\r\n\r\nGIF89a")?;
        session.flush()
    });
    in_every_mode(|mode| {
        let (ran, _) = run(mode, &["BR"], &format!("https://{address}"), &ours);
        assert_eq!(ended_as(&ran, "BR"), ("truncated".into(), 3), "{mode}");
        let errors = stderr(&ran.output);
        assert!(errors.contains("close_notify"), "{errors}");
        assert!(!errors.contains("docs.rs"), "{errors}");
    });
}
