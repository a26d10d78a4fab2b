//! What the embedded server answers, seen by a plain TCP client.

mod built_in;
mod draws;
mod folder;
mod lifecycle;
mod page;
#[path = "../plain_http/mod.rs"]
mod plain_http;
#[path = "../support/mod.rs"]
mod support;
mod weather;

use std::io::Write;
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use flags::CountryCode;
use flags::country::ALL;
use flags::origin::{Fault, Origin, Rate, RequestLog, Settings, Weather};
use plain_http::{Response, get, head, host, read_one, request, send};
use weather::always;

fn start(weather: Weather) -> Origin {
    Origin::start(Settings { weather, ..Settings::default() }).unwrap()
}

fn get_flag(origin: &Origin, code: CountryCode) -> Response {
    let code = code.lower();
    get(origin.base_url(), &format!("/flags/{code}/{code}.gif"))
}

fn brazil() -> CountryCode {
    "BR".parse().unwrap()
}

#[test]
fn each_of_the_194_codes_has_a_flag_and_no_other_code_has() {
    let origin = start(Weather::default());
    for code in CountryCode::every() {
        let answer = get_flag(&origin, code);
        if ALL.contains(&code) {
            assert_eq!(answer.status_line, "HTTP/1.1 200 OK", "{code}");
            assert_eq!(answer.header("content-type"), Some("image/gif"));
            assert!(answer.is_whole() && answer.body.starts_with(b"GIF89a"), "{code}");
        } else {
            assert_eq!(answer.status_line, "HTTP/1.1 404 Not Found", "{code}");
        }
    }
    assert_eq!(origin.stop().to_string(), "676 requests: 194 ok, 482 not found");
}

#[test]
fn two_origins_serve_the_same_bytes() {
    let [one, other] = [start(Weather::default()), start(Weather::delayed())];
    for code in ALL.into_iter().step_by(20) {
        assert_eq!(get_flag(&one, code).body, get_flag(&other, code).body, "{code}");
    }
}

#[test]
fn any_path_other_than_a_flags_exact_path_is_not_found() {
    let origin = start(Weather::default());
    for path in [
        "/flags/BR/BR.gif",
        "/flags/br/BR.gif",
        "/flags/BR/br.gif",
        "/flags/br/us.gif",
        "/flags/br/br.GIF",
        "/flags/br/br.png",
        "/flags/br/br",
        "/flags/br/",
        "/flags/br",
        "/flags/b/b.gif",
        "/flags/bra/bra.gif",
        "/flags/b1/b1.gif",
        "/flags/br/br.gif/",
        "/flags//br/br.gif",
        "//flags/br/br.gif",
        "/flags/br/br.gif%00",
        "/flags/%62r/%62r.gif",
        "/flags/%ff%ff/%ff%ff.gif",
        "/br/br.gif",
        "/favicon.ico",
    ] {
        assert_eq!(get(origin.base_url(), path).status, 404, "{path}");
    }
    assert_eq!(get(origin.base_url(), "/flags/br/br.gif?size=large").status, 200);
}

#[test]
fn one_connection_carries_many_requests() {
    let origin = start(Weather::default());
    let mut stream = TcpStream::connect(host(origin.base_url())).unwrap();
    for code in ["br", "us", "zz", "in"] {
        let line = format!("GET /flags/{code}/{code}.gif HTTP/1.1");
        stream.write_all(head(origin.base_url(), &line, &[]).as_bytes()).unwrap();
        let answer = read_one(&mut stream, true);
        assert_eq!(answer.status, if code == "zz" { 404 } else { 200 });
    }
}

#[test]
fn head_has_the_headers_of_get_and_no_body() {
    let origin = start(Weather::default());
    let line = "HEAD /flags/br/br.gif HTTP/1.1";
    let whole = get_flag(&origin, brazil());
    let mut stream = send(origin.base_url(), line, &[]);
    let bare = read_one(&mut stream, false);
    // The next bytes on the connection are the next response, not a body.
    stream.write_all(head(origin.base_url(), line, &[]).as_bytes()).unwrap();
    assert_eq!(read_one(&mut stream, false).status, 200);
    let lasting = |answer: &Response| {
        let mut headers = answer.headers.clone();
        headers.retain(|(name, _)| !["date", "connection"].contains(&name.as_str()));
        headers
    };
    assert_eq!(lasting(&bare), lasting(&whole));
}

#[test]
fn other_methods_are_refused_with_a_list_of_the_allowed_ones() {
    let origin = start(Weather { error_rate: Rate::ALWAYS, ..Weather::default() });
    for path in ["/flags/br/br.gif", "/flags/"] {
        for method in ["POST", "PUT", "DELETE", "OPTIONS", "BREW"] {
            let answer = request(origin.base_url(), &format!("{method} {path} HTTP/1.1"), &[]);
            assert_eq!(answer.status_line, "HTTP/1.1 405 Method Not Allowed", "{method}");
            assert_eq!(answer.header("allow"), Some("GET,HEAD"), "{method}");
        }
    }
    assert_eq!(origin.stop().to_string(), "10 requests: 10 methods refused");
}

#[test]
fn a_client_with_a_valid_copy_gets_a_304() {
    let origin = start(Weather::default());
    let modified = get_flag(&origin, brazil()).header("last-modified").unwrap().to_owned();
    let ask = |method: &str, since: &str| {
        let line = format!("{method} /flags/br/br.gif HTTP/1.1");
        request(origin.base_url(), &line, &[&format!("If-Modified-Since: {since}")])
    };
    for method in ["GET", "HEAD"] {
        let answer = ask(method, &modified);
        assert_eq!(answer.status_line, "HTTP/1.1 304 Not Modified", "{method}");
        assert_eq!(answer.header("last-modified"), Some(modified.as_str()));
        assert!(answer.body.is_empty());
    }
    assert!(ask("GET", "Tue, 01 Jan 1980 00:00:00 GMT").is_whole());
    assert_eq!(origin.stop().to_string(), "4 requests: 2 ok, 2 unchanged");
}

#[test]
fn the_root_and_the_base_url_redirect_to_the_gallery() {
    let origin = start(Weather::default());
    for path in ["/", "/flags"] {
        let answer = get(origin.base_url(), path);
        assert_eq!((answer.status, answer.header("location")), (307, Some("/flags/")), "{path}");
    }
}

#[test]
fn no_response_may_be_taken_for_another_type_than_its_own() {
    let origin = start(always(Fault::Error));
    for path in ["/", "/flags/", "/flags/page.css", "/flags/icon.svg", "/flags/br/br.gif", "/x"] {
        let answer = get(origin.base_url(), path);
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
    }
}

#[test]
fn a_request_without_one_valid_host_is_refused() {
    let origin = start(Weather::default());
    let status = |version: &str, hosts: &str| {
        let mut stream = TcpStream::connect(host(origin.base_url())).unwrap();
        let head = format!("GET /flags/br/br.gif {version}\r\n{hosts}Connection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        read_one(&mut stream, true).status
    };
    let (a, b) = ("Host: a\r\n", "Host: b\r\n");
    for (version, hosts, expected) in [
        ("HTTP/1.1", "Host: localhost:8000\r\n", 200),
        ("HTTP/1.1", "Host: [::1]\r\n", 200),
        ("HTTP/1.1", "Host:\r\n", 200),
        ("HTTP/1.0", "", 200),
        ("HTTP/1.1", "", 400),
        ("HTTP/1.1", &[a, b].concat(), 400),
        ("HTTP/1.1", &[a, a].concat(), 400),
        ("HTTP/1.0", &[a, b].concat(), 400),
        ("HTTP/1.1", "Host: a b\r\n", 400),
        ("HTTP/1.1", "Host: a/b\r\n", 400),
        ("HTTP/1.1", "Host: ann@a\r\n", 400),
    ] {
        assert_eq!(status(version, hosts), expected, "{version} {hosts:?}");
    }
    assert_eq!(origin.stop().to_string(), "11 requests: 4 ok, 7 bad requests");
}

#[test]
fn each_request_is_reported_with_what_happened_to_it() {
    let seen = Arc::new(Mutex::new(Vec::<RequestLog>::new()));
    let log = seen.clone();
    let weather =
        Weather { delay: "5ms".parse().unwrap(), reset_rate: Rate::ALWAYS, ..Weather::default() };
    let settings = Settings {
        weather,
        on_request: Arc::new(move |request| log.lock().unwrap().push(request.clone())),
        ..Settings::default()
    };
    let origin = Origin::start(settings).unwrap();
    let whole = get_flag(&origin, brazil()).content_length().unwrap() as u64;
    request(origin.base_url(), "HEAD /flags/br/br.gif HTTP/1.1", &[]);
    get_flag(&origin, "ZZ".parse().unwrap());
    let icon = get(origin.base_url(), "/flags/icon.svg?v=1").body.len() as u64;
    drop(origin);
    let seen = seen.lock().unwrap();
    let columns: Vec<_> = seen
        .iter()
        .map(|log| {
            assert!(log.client.ip().is_loopback());
            let code = log.code.map(|code| code.to_string());
            let fault = log.fault.map(|fault| fault.to_string());
            (code, log.status, log.bytes, log.delay.as_millis(), fault)
        })
        .collect();
    let (brazil, zz) = (Some("BR".to_owned()), Some("ZZ".to_owned()));
    assert_eq!(
        columns,
        [
            (brazil.clone(), 200, whole / 2, 5, Some("reset".to_owned())),
            (brazil, 200, 0, 5, None),
            (zz, 404, "404 Not Found\n".len() as u64, 5, None),
            (None, 200, icon, 0, None),
        ]
    );
    assert_eq!(seen[3].path, "/flags/icon.svg");
}
