//! Proxies that the environment names: used, refused, unreachable and unusable ones.

mod support;

use support::handlers::{close, status, whole};
use support::http2::Reply;
use support::proxy::TestProxy;
use support::tls::{Authority, TlsServer};
use support::tls_run::{TlsRun, assert_whole, ended_as};
use support::{TestServer, closed_port, flag, flags, in_every_mode, json, names, stderr};
use tempfile::tempdir;

/// Runs over `base` with this proxy for all URLs. Returns the error of BR in JSON, the number of
/// attempts, and what stderr says.
fn run(proxy: &str, mode: &str, base: &str) -> (serde_json::Value, u64, String) {
    let dest = tempdir().unwrap();
    let output = flags()
        .env("ALL_PROXY", proxy)
        .args(["BR", "--json", "-m", mode, "-t", "2", "-s", base, "-d"])
        .arg(dest.path())
        .output()
        .unwrap();
    let document = json(&output);
    let brazil = flag(&document, "BR");
    (brazil["error"].clone(), brazil["attempts"].as_u64().unwrap(), stderr(&output))
}

#[test]
fn an_http_proxy_forwards_requests_for_http_urls() {
    in_every_mode(|mode| {
        let proxy = TestServer::start(whole);
        let url = format!("http://{}", proxy.address());
        let (error, attempts, _) = run(&url, mode, "http://flags.invalid/flags");
        assert_eq!((error, attempts), (serde_json::Value::Null, 1));
        assert_eq!(proxy.requests()[0].path, "http://flags.invalid/flags/br/br.gif");
    });
}

#[test]
fn an_https_proxy_is_used_and_trusted_as_cacert_says() {
    let (ours, theirs) = (Authority::new("Ours"), Authority::new("Theirs"));
    in_every_mode(|mode| {
        let config = ours.certify("127.0.0.1", [2000, 2100], &["http/1.1"]);
        let proxy = TlsServer::start(config, |_| Reply::Flag);
        let url = format!("https://{}", proxy.address());
        let variables = [("http_proxy", url.as_str())];
        let base = "http://flags.invalid/flags";
        let (ran, dest) = TlsRun::start_with(mode, &["BR"], base, &ours, &variables).end();
        assert_eq!(ended_as(&ran, "BR"), ("ok".into(), 1), "{mode}: {}", stderr(&ran.output));
        assert_whole(dest.path(), &["BR"]);
        let (ran, _) = TlsRun::start_with(mode, &["BR"], base, &theirs, &variables).end();
        assert_eq!(ended_as(&ran, "BR").0, "proxy", "{mode}: {}", stderr(&ran.output));
        assert!(stderr(&ran.output).contains(&url), "{}", stderr(&ran.output));
    });
}

#[test]
fn socks_proxies_of_every_version_are_used() {
    let server = TestServer::start(whole);
    in_every_mode(|mode| {
        let proxy = TestProxy::socks(server.address(), None);
        for scheme in ["socks4", "socks4a", "socks5", "socks5h"] {
            let url = format!("{scheme}://{}", proxy.address());
            let (error, ..) = run(&url, mode, "http://127.0.0.9:81/flags");
            assert_eq!(error, serde_json::Value::Null, "{mode} {scheme}");
            assert_eq!(proxy.targets().last().unwrap(), "127.0.0.9:81", "{mode} {scheme}");
        }
        // These two leave the lookup to the proxy.
        for scheme in ["socks4a", "socks5h"] {
            let url = format!("{scheme}://{}", proxy.address());
            let (error, ..) = run(&url, mode, "http://flags.invalid/flags");
            assert_eq!(error, serde_json::Value::Null, "{mode} {scheme}");
            assert_eq!(proxy.targets().last().unwrap(), "flags.invalid:80", "{mode} {scheme}");
        }
    });
}

#[test]
fn a_socks_proxy_may_ask_for_a_login() {
    let server = TestServer::start(whole);
    let proxy = TestProxy::socks(server.address(), Some(("ann", "secret")));
    in_every_mode(|mode| {
        let url = |login| format!("socks5h://{login}@{}", proxy.address());
        let (error, ..) = run(&url("ann:secret"), mode, "http://flags.invalid/flags");
        assert_eq!(error, serde_json::Value::Null, "{mode}");
        let named = format!("the proxy socks5h://{}", proxy.address());
        for (url, message) in [
            (url("ann:wrong"), format!("{named} rejected the login")),
            (format!("socks5h://{}", proxy.address()), format!("{named} demands a login")),
        ] {
            let (error, attempts, errors) = run(&url, mode, "http://flags.invalid/flags");
            assert_eq!((&error["kind"], attempts), (&"proxy".into(), 1), "{mode}: {errors}");
            assert_eq!(error["message"], message);
            assert!(!errors.contains("wrong"), "{errors}");
        }
    });
}

#[test]
fn an_ipv6_address_is_reached_over_http_through_most_proxies() {
    let server = TestServer::start(whole);
    in_every_mode(|mode| {
        let (socks, http) = (TestProxy::socks(server.address(), None), server.address());
        for url in [
            format!("socks5://{}", socks.address()),
            format!("socks5h://{}", socks.address()),
            format!("http://{http}"),
        ] {
            let (error, ..) = run(&url, mode, "http://[::1]:81/flags");
            assert_eq!(error, serde_json::Value::Null, "{mode} {url}");
        }
        assert_eq!(socks.targets(), ["::1:81"; 2], "{mode}");
    });
    assert!(server.requests().iter().any(|request| request.path.starts_with("http://[::1]:81/")));
}

#[test]
fn an_ipv6_address_that_a_proxy_can_not_lead_to_is_an_error_before_the_first_request() {
    for (proxy, base, scheme) in [
        ("socks4a://127.0.0.1:1", "http://[::1]/flags", "http"),
        ("http://127.0.0.1:1", "https://[::1]/flags", "https"),
        ("socks5h://127.0.0.1:1", "https://[::1]/flags", "https"),
    ] {
        let dest = tempdir().unwrap();
        let mut flags = flags();
        flags.env("ALL_PROXY", proxy).args(["BR", "-s", base, "-d"]).arg(dest.path());
        let output = flags.output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{proxy} {base}");
        let message = format!(
            "flags: {scheme} to an IPv6 address is not supported through the proxy {proxy}\n"
        );
        assert_eq!(stderr(&output), message);
    }
}

#[test]
fn https_goes_through_tunnels_of_http_and_socks_proxies() {
    let ours = Authority::new("Ours");
    let config = ours.certify("flags.invalid", [2000, 2100], &["h2", "http/1.1"]);
    let server = TlsServer::start(config, |_| Reply::Flag);
    in_every_mode(|mode| {
        let tunnel = TestProxy::connect(server.address(), |_| 200);
        let socks = TestProxy::socks(server.address(), None);
        for (scheme, proxy) in [("http", &tunnel), ("socks5h", &socks), ("socks4a", &socks)] {
            let url = format!("{scheme}://{}", proxy.address());
            let variables = [("https_proxy", url.as_str()), ("http_proxy", "garbage://x")];
            let base = "https://flags.invalid/flags";
            let trial = TlsRun::start_with(mode, &["BR", "IN"], base, &ours, &variables);
            let (ran, _) = trial.end();
            assert_eq!(ended_as(&ran, "BR"), ("ok".into(), 1), "{}", stderr(&ran.output));
            assert_eq!(proxy.targets().last().unwrap(), "flags.invalid:443", "{mode} {scheme}");
        }
    });
}

#[test]
fn an_unusable_proxy_is_an_error_before_the_first_request() {
    in_every_mode(|mode| {
        let server = TestServer::start(whole);
        for (variable, value) in [
            ("http_proxy", "garbage://x"),
            ("HTTP_PROXY", "socks://127.0.0.1:1080"),
            ("ALL_PROXY", "socks://ann:secret@127.0.0.1:1080"),
            ("all_proxy", "not a URL"),
            ("http_proxy", "http://127.0.0.1:99999"),
            ("http_proxy", "http://ann:secret%E9@127.0.0.1:1080"),
        ] {
            let dest = tempdir().unwrap();
            let mut flags = flags();
            flags.env(variable, value).args(["BR", "-m", mode, "-s", &server.base(), "-d"]);
            let output = flags.arg(dest.path()).output().unwrap();
            assert_eq!(output.status.code(), Some(1), "{variable}={value}");
            let errors = stderr(&output);
            // On Windows, variables have no case, so the first spelling is found.
            let name = if cfg!(windows) { variable.to_lowercase() } else { variable.to_owned() };
            let start = format!("flags: {name} does not name a usable proxy: ");
            assert!(errors.starts_with(&start), "{errors}");
            assert!(errors.contains("socks5h") && !errors.contains("secret"), "{errors}");
            assert_eq!(errors.lines().count(), 1, "{errors}");
        }
        assert_eq!(server.requests().len(), 0, "{mode}");
    });
}

#[test]
fn an_unusable_proxy_that_is_not_needed_is_no_error() {
    let server = TestServer::start(whole);
    for variables in [
        [("http_proxy", "garbage://x"), ("no_proxy", "127.0.0.1")],
        [("https_proxy", "garbage://x"), ("no_proxy", "")],
    ] {
        let dest = tempdir().unwrap();
        let mut flags = flags();
        flags.envs(variables).args(["BR", "-s", &server.base(), "-d"]).arg(dest.path());
        flags.assert().success();
    }
    let dest = tempdir().unwrap();
    let mut flags = flags();
    flags.env("http_proxy", "garbage://x").args(["BR", "-s", "local", "-d"]).arg(dest.path());
    flags.assert().success();
    assert_eq!(names(dest.path()), ["BR.gif"]);
}

#[test]
fn an_unreachable_proxy_is_named_and_retried() {
    in_every_mode(|mode| {
        let address = closed_port();
        for scheme in ["http", "socks4", "socks5h"] {
            for base in ["http://127.0.0.9/flags", "https://127.0.0.9/flags"] {
                let url = format!("{scheme}://ann:secret@{address}");
                let (error, attempts, errors) = run(&url, mode, base);
                assert_eq!((&error["kind"], attempts), (&"proxy".into(), 3), "{errors}");
                let message = error["message"].as_str().unwrap();
                let start = format!("could not connect to the proxy {scheme}://{address}: ");
                assert!(message.starts_with(&start), "{message}");
                assert!(!errors.contains("secret") && !errors.contains("--server"), "{errors}");
            }
        }
    });
}

#[test]
fn a_name_that_can_not_be_resolved_is_the_proxys_or_the_servers() {
    // A label is at most 63 bytes long, so this name is refused without a network.
    let long = "x".repeat(64);
    let proxy = TestProxy::socks(closed_port(), None);
    in_every_mode(|mode| {
        let url = format!("http://{long}:1");
        let (error, attempts, errors) = run(&url, mode, "http://127.0.0.9/flags");
        assert_eq!((&error["kind"], attempts), (&"proxy".into(), 1), "{mode}: {errors}");
        let message = error["message"].as_str().unwrap();
        let start = format!("could not connect to the proxy {url}: could not resolve host {long}");
        assert!(message.starts_with(&start), "{message}");

        // The client of a socks5 proxy resolves names, that of a socks5h proxy does not.
        let url = format!("socks5://{}", proxy.address());
        let (error, attempts, errors) = run(&url, mode, &format!("http://{long}/flags"));
        assert_eq!((&error["kind"], attempts), (&"connect".into(), 1), "{mode}: {errors}");
        let message = error["message"].as_str().unwrap();
        assert!(message.starts_with(&format!("could not resolve host {long}")), "{message}");
    });
}

#[test]
fn a_refused_tunnel_is_retried_unless_it_takes_a_login() {
    in_every_mode(|mode| {
        for (code, text, attempts) in [
            (403, "refused the tunnel", 3),
            (407, "refused the request: 407 Proxy Authentication Required", 1),
            (503, "refused the tunnel", 3),
        ] {
            let proxy = TestProxy::connect(closed_port(), move |_| code);
            let url = format!("http://{}", proxy.address());
            let (error, made, errors) = run(&url, mode, "https://flags.invalid/flags");
            assert_eq!((&error["kind"], made), (&"proxy".into(), attempts), "{errors}");
            assert_eq!(error["message"], format!("the proxy {url} {text}"));
            assert!(!errors.contains("--server"), "{errors}");
        }
    });
}

#[test]
fn a_proxy_that_demands_a_login_for_an_http_url_is_named() {
    in_every_mode(|mode| {
        let proxy = TestServer::start(|_, stream| status(stream, "407 Login", ""));
        let url = format!("http://{}", proxy.address());
        let (error, attempts, _) = run(&url, mode, "http://flags.invalid/flags");
        assert_eq!((&error["kind"], attempts), (&"proxy".into(), 1), "{mode}");
        let text = "407 Proxy Authentication Required";
        assert_eq!(error["message"], format!("the proxy {url} refused the request: {text}"));
    });
}

#[test]
fn a_proxy_that_closes_the_connection_of_an_http_url_is_named() {
    in_every_mode(|mode| {
        let proxy = TestServer::start(close);
        let url = format!("http://{}", proxy.address());
        let (error, attempts, _) = run(&url, mode, "http://flags.invalid/flags");
        assert_eq!((&error["kind"], attempts), (&"proxy".into(), 3), "{mode}");
        let message = error["message"].as_str().unwrap();
        assert!(message.starts_with(&format!("connection to the proxy {url} lost: ")), "{message}");
    });
}

#[test]
fn a_failure_beyond_the_tunnel_is_the_servers() {
    let ours = Authority::new("Ours");
    let theirs = Authority::new("Theirs").certify("flags.invalid", [2000, 2100], &["h2"]);
    let server = TlsServer::start(theirs, |_| Reply::Flag);
    let proxy = TestProxy::connect(server.address(), |_| 200);
    in_every_mode(|mode| {
        let url = format!("http://{}", proxy.address());
        let variables = [("https_proxy", url.as_str())];
        let base = "https://flags.invalid/flags";
        let (ran, _) = TlsRun::start_with(mode, &["BR"], base, &ours, &variables).end();
        assert_eq!(ended_as(&ran, "BR"), ("tls".into(), 1), "{mode}");
    });
}

#[test]
fn a_proxy_that_recovers_is_used() {
    let ours = Authority::new("Ours");
    let config = ours.certify("flags.invalid", [2000, 2100], &["h2"]);
    let server = TlsServer::start(config, |_| Reply::Flag);
    in_every_mode(|mode| {
        let proxy = TestProxy::connect(server.address(), |nth| if nth < 2 { 503 } else { 200 });
        let url = format!("http://{}", proxy.address());
        let base = "https://flags.invalid/flags";
        let variables = [("https_proxy", url.as_str())];
        let (ran, _) = TlsRun::start_with(mode, &["BR"], base, &ours, &variables).end();
        assert_eq!(ended_as(&ran, "BR"), ("ok".into(), 2), "{mode}");
    });
}
