//! What the embedded origin answers, seen from a plain TCP client.

mod plain_http;

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use flags::CountryCode;
use flags::country::ALL;
use flags::origin::{
    Fault, FlagSource, Origin, Rate, RequestCounts, Settings, StartError, Weather,
};
use plain_http::{Abort, Answer, get, head, host, read_one, read_to_end, request, send};

fn origin(weather: Weather) -> Origin {
    Origin::start(Settings { weather, ..Settings::default() }).unwrap()
}

fn get_flag(origin: &Origin, code: CountryCode) -> Answer {
    let code = code.lower();
    get(origin.base_url(), &format!("/flags/{code}/{code}.gif"))
}

fn brazil() -> CountryCode {
    "BR".parse().unwrap()
}

// ---- flags

#[test]
fn each_of_the_194_has_a_flag_and_no_other_code_has() {
    let origin = origin(Weather::default());
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
    assert_eq!(
        origin.stop(),
        RequestCounts { ok: 194, not_found: 482, ..RequestCounts::default() }
    );
}

#[test]
fn two_origins_serve_the_same_bytes() {
    let [one, other] = [origin(Weather::default()), origin(Weather::delayed())];
    for code in ALL.into_iter().step_by(20) {
        assert_eq!(get_flag(&one, code).body, get_flag(&other, code).body, "{code}");
    }
}

#[test]
fn what_is_not_exactly_a_flags_path_is_not_found() {
    let origin = origin(Weather::default());
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
        "/flags/",
        "/flags",
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
    let origin = origin(Weather::default());
    let mut stream = TcpStream::connect(host(origin.base_url())).unwrap();
    for code in ["br", "us", "zz", "in"] {
        let line = format!("GET /flags/{code}/{code}.gif HTTP/1.1");
        stream.write_all(head(origin.base_url(), &line, &[]).as_bytes()).unwrap();
        let answer = read_one(&mut stream, true);
        assert_eq!(answer.status, if code == "zz" { 404 } else { 200 });
    }
}

#[test]
fn head_says_what_get_would_without_the_body() {
    let origin = origin(Weather::default());
    let line = "HEAD /flags/br/br.gif HTTP/1.1";
    let whole = get_flag(&origin, brazil());
    let mut stream = send(origin.base_url(), line, &[]);
    let bare = read_one(&mut stream, false);
    // What comes next on the connection is the next answer, and no body.
    stream.write_all(head(origin.base_url(), line, &[]).as_bytes()).unwrap();
    assert_eq!(read_one(&mut stream, false).status, 200);
    let lasting = |answer: &Answer| {
        let mut headers = answer.headers.clone();
        headers.retain(|(name, _)| !["date", "connection"].contains(&name.as_str()));
        headers
    };
    assert_eq!(lasting(&bare), lasting(&whole));
}

#[test]
fn other_methods_are_refused_with_those_that_are_not() {
    let origin = origin(Weather { error_rate: Rate::ALWAYS, ..Weather::default() });
    for path in ["/flags/br/br.gif", "/"] {
        for method in ["POST", "PUT", "DELETE", "OPTIONS", "BREW"] {
            let answer = request(origin.base_url(), &format!("{method} {path} HTTP/1.1"), &[]);
            assert_eq!(answer.status_line, "HTTP/1.1 405 Method Not Allowed", "{method}");
            assert_eq!(answer.header("allow"), Some("GET,HEAD"), "{method}");
        }
    }
    assert_eq!(origin.stop(), RequestCounts { refused: 10, ..RequestCounts::default() });
}

#[test]
fn a_client_that_has_a_flag_already_is_told_so() {
    let origin = origin(Weather::default());
    let whole = get_flag(&origin, brazil());
    let (etag, modified) = (whole.header("etag").unwrap(), whole.header("last-modified").unwrap());
    assert!(etag.starts_with('"') && etag.ends_with('"'));
    let ask = |method: &str, headers: &[&str]| {
        request(origin.base_url(), &format!("{method} /flags/br/br.gif HTTP/1.1"), headers)
    };
    let (same, since) =
        (format!("If-None-Match: {etag}"), format!("If-Modified-Since: {modified}"));
    for (method, headers) in [
        ("GET", vec![same.as_str()]),
        ("GET", vec![since.as_str()]),
        ("HEAD", vec![since.as_str()]),
        ("GET", vec!["If-Modified-Since: Sat, 01 Jan 2000 00:00:00 GMT", same.as_str()]),
    ] {
        let answer = ask(method, &headers);
        assert_eq!(answer.status_line, "HTTP/1.1 304 Not Modified", "{headers:?}");
        assert_eq!(answer.header("etag"), Some(etag));
        assert!(answer.body.is_empty());
    }
    for headers in [
        vec!["If-Modified-Since: Sat, 01 Jan 2000 00:00:00 GMT"],
        vec!["If-None-Match: \"other\"", since.as_str()],
    ] {
        assert!(ask("GET", &headers).is_whole(), "{headers:?}");
    }
    assert_eq!(origin.stop(), RequestCounts { ok: 3, unchanged: 4, ..RequestCounts::default() });
}

// ---- weather

fn always(fault: Fault) -> Weather {
    let rate = |of: Fault| if of == fault { Rate::ALWAYS } else { Rate::NEVER };
    Weather {
        error_rate: rate(Fault::Error),
        reset_rate: rate(Fault::Reset),
        truncate_rate: rate(Fault::Truncate),
        stall_rate: rate(Fault::Stall),
        ..Weather::default()
    }
}

#[test]
fn an_error_is_the_one_that_was_asked_for() {
    let origin = origin(always(Fault::Error));
    let teapot = get_flag(&origin, brazil());
    assert_eq!(teapot.status_line, "HTTP/1.1 418 I'm a teapot");
    assert_eq!(teapot.header("retry-after"), None);
    assert!(teapot.is_whole() && !teapot.body.is_empty());

    origin.set_weather(Weather {
        error_status: "503".parse().unwrap(),
        retry_after: Some(7),
        ..always(Fault::Error)
    });
    let unavailable = get_flag(&origin, brazil());
    assert_eq!(unavailable.status_line, "HTTP/1.1 503 Service Unavailable");
    assert_eq!(unavailable.header("retry-after"), Some("7"));

    origin.set_weather(Weather { error_status: "599".parse().unwrap(), ..always(Fault::Error) });
    assert_eq!(get_flag(&origin, brazil()).status, 599);
    assert_eq!(origin.stop(), RequestCounts { errors: 3, ..RequestCounts::default() });
}

#[test]
fn a_reset_comes_in_mid_body() {
    let origin = origin(always(Fault::Reset));
    let answer = get_flag(&origin, brazil());
    assert_eq!((answer.status, answer.ending), (200, Abort::Reset));
    let length = answer.content_length().unwrap();
    // Only Linux promises that what arrived before a reset can still be read.
    if cfg!(target_os = "linux") {
        assert_eq!(answer.body.len(), length / 2);
    }
    assert!(answer.body.len() < length);
    assert_eq!(origin.stop(), RequestCounts { resets: 1, ..RequestCounts::default() });
}

#[test]
fn a_truncated_body_ends_before_its_length() {
    let origin = origin(always(Fault::Truncate));
    let answer = get_flag(&origin, brazil());
    assert_eq!((answer.status, answer.ending), (200, Abort::Closed));
    assert_eq!(answer.body.len(), answer.content_length().unwrap() / 2);
    assert_eq!(origin.stop(), RequestCounts { truncations: 1, ..RequestCounts::default() });
}

#[test]
fn a_stalled_body_goes_silent_until_the_origin_stops() {
    let origin = origin(always(Fault::Stall));
    let mut stream = send(origin.base_url(), "GET /flags/br/br.gif HTTP/1.1", &[]);
    let answer = read_one(&mut stream, false);
    let mut part = vec![0; answer.content_length().unwrap() / 2];
    stream.read_exact(&mut part).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    let silence = stream.read(&mut [0]).unwrap_err().kind();
    assert!(matches!(silence, ErrorKind::WouldBlock | ErrorKind::TimedOut), "{silence}");
    stream.set_read_timeout(None).unwrap();
    assert_eq!(origin.stop(), RequestCounts { stalls: 1, ..RequestCounts::default() });
    let mut rest = Vec::new();
    read_to_end(&mut stream, &mut rest);
    assert!(rest.is_empty());
}

#[test]
fn an_answer_waits_for_its_delay() {
    let weather = Weather { delay: "80ms..120ms".parse().unwrap(), ..Weather::default() };
    let origin = origin(weather.clone());
    // One that is not there is as late as one that is.
    for code in [brazil(), "ZZ".parse().unwrap()] {
        let start = Instant::now();
        get_flag(&origin, code);
        assert!(start.elapsed() >= weather.impairment(code, 1).delay);
    }
}

#[test]
fn a_metered_body_comes_bit_by_bit() {
    let origin = origin(Weather { bandwidth: Some("20k".parse().unwrap()), ..Weather::default() });
    let start = Instant::now();
    let mut stream =
        send(origin.base_url(), "GET /flags/br/br.gif HTTP/1.1", &["Connection: close"]);
    let length = read_one(&mut stream, false).content_length().unwrap();
    let mut buffer = vec![0; length];
    let mut reads = Vec::new();
    loop {
        match stream.read(&mut buffer).unwrap() {
            0 => break,
            count => reads.push(count),
        }
    }
    assert_eq!(reads.iter().sum::<usize>(), length);
    assert!(reads.len() >= 4, "{reads:?}");
    assert!(start.elapsed().as_secs_f64() >= length as f64 / (20.0 * 1024.0));
}

#[test]
fn faults_in_mid_body_spare_answers_without_one() {
    let origin = origin(always(Fault::Reset));
    let bare = request(origin.base_url(), "HEAD /flags/br/br.gif HTTP/1.1", &[]);
    assert_eq!((bare.status, bare.ending), (200, Abort::Closed));
    let unchanged = request(
        origin.base_url(),
        "GET /flags/br/br.gif HTTP/1.1",
        &[&format!("If-None-Match: {}", bare.header("etag").unwrap())],
    );
    assert_eq!((unchanged.status, unchanged.ending), (304, Abort::Closed));
}

#[test]
fn a_quarter_of_the_194_err_when_a_quarter_should() {
    for seed in [0, 1, 4711] {
        let origin = origin(Weather {
            seed,
            error_rate: "0.25".parse().unwrap(),
            truncate_rate: "0.1".parse().unwrap(),
            ..Weather::default()
        });
        for code in ALL {
            get_flag(&origin, code);
        }
        let tally = origin.stop();
        assert_eq!(tally.requests(), 194);
        assert!((48..=49).contains(&tally.errors), "{tally}");
        assert!((19..=20).contains(&tally.truncations), "{tally}");
    }
}

#[test]
fn the_same_weather_befalls_two_runs_whatever_order_they_ask_in() {
    let weather = Weather { error_rate: "0.5".parse().unwrap(), ..Weather::default() };
    let run = |origin: &Origin, codes: &[CountryCode]| {
        let mut seen: Vec<_> = codes
            .iter()
            .map(|code| (*code, [(); 3].map(|()| get_flag(origin, *code).status)))
            .collect();
        seen.sort();
        seen
    };
    let mut codes: Vec<_> = ALL.into_iter().step_by(3).collect();
    let one = origin(weather.clone());
    let first = run(&one, &codes);
    codes.reverse();
    codes.rotate_left(17);
    assert_eq!(run(&origin(weather.clone()), &codes), first);
    // The same origin again, with the tries counted afresh.
    one.set_weather(weather.clone());
    assert_eq!(run(&one, &codes), first);
    for (code, statuses) in first {
        let due =
            [1, 2, 3].map(|attempt| weather.impairment(code, attempt).fault.map_or(200, |_| 418));
        assert_eq!(statuses, due, "{code}");
    }
}

#[test]
fn only_requests_for_a_flag_that_is_there_count_as_tries() {
    let weather = Weather { error_rate: "0.5".parse().unwrap(), ..Weather::default() };
    let differing =
        |code: &CountryCode| weather.impairment(*code, 1) != weather.impairment(*code, 2);
    let code = ALL.into_iter().find(differing).unwrap();
    let origin = origin(weather.clone());
    let lower = code.lower();
    get(origin.base_url(), "/");
    get(origin.base_url(), &format!("/flags/{lower}/{lower}.png"));
    request(origin.base_url(), &format!("POST /flags/{lower}/{lower}.gif HTTP/1.1"), &[]);
    let first = get_flag(&origin, code).status;
    assert_eq!(first == 418, weather.impairment(code, 1).fault.is_some());
}

// ---- a folder

/// A folder to be served, and beside it what must not be.
struct Disk(tempfile::TempDir);

impl Disk {
    fn new() -> Disk {
        let disk = Disk(tempfile::tempdir().unwrap());
        std::fs::create_dir(disk.0.path().join("served")).unwrap();
        disk.write("secret.gif", "SECRET");
        disk
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn serve(&self) -> Origin {
        let source = FlagSource::folder(self.path("served")).unwrap();
        Origin::start(Settings { source, ..Settings::default() }).unwrap()
    }
}

#[test]
fn a_folder_is_served_in_either_layout() {
    let disk = Disk::new();
    disk.write("served/BR.gif", "upper");
    disk.write("served/us/us.gif", "lower");
    let origin = disk.serve();
    assert_eq!(get_flag(&origin, brazil()).body, b"upper");
    assert_eq!(get_flag(&origin, "US".parse().unwrap()).body, b"lower");
    assert_eq!(get_flag(&origin, "IN".parse().unwrap()).status, 404);
}

#[test]
fn a_file_is_served_as_it_is_now() {
    let disk = Disk::new();
    let origin = disk.serve();
    assert_eq!(get_flag(&origin, brazil()).status, 404);
    disk.write("served/BR.gif", "one");
    let one = get_flag(&origin, brazil());
    disk.write("served/BR.gif", "two");
    let file = std::fs::File::options().write(true).open(disk.path("served/BR.gif")).unwrap();
    let modified = std::time::UNIX_EPOCH + Duration::from_millis(1_000_000_000_500);
    file.set_modified(modified).unwrap();
    let two = get_flag(&origin, brazil());
    assert_eq!((one.body.as_slice(), two.body.as_slice()), (&b"one"[..], &b"two"[..]));
    assert_ne!(one.header("etag"), two.header("etag"));
    let date = two.header("last-modified").unwrap();
    assert_eq!(date, "Sun, 09 Sep 2001 01:46:40 GMT");
    let again = request(
        origin.base_url(),
        "GET /flags/br/br.gif HTTP/1.1",
        &[&format!("If-Modified-Since: {date}")],
    );
    assert_eq!(again.status, 304);
}

#[test]
fn a_file_from_the_future_is_as_old_as_the_answer() {
    let disk = Disk::new();
    disk.write("served/BR.gif", "flag");
    let file = std::fs::File::options().write(true).open(disk.path("served/BR.gif")).unwrap();
    file.set_modified(std::time::SystemTime::now() + Duration::from_secs(1_000_000_000)).unwrap();
    let answer = get_flag(&disk.serve(), brazil());
    assert!(answer.is_whole());
    let date = |name| httpdate::parse_http_date(answer.header(name).unwrap()).unwrap();
    assert!(date("last-modified") <= date("date"));
}

#[test]
fn nothing_outside_the_folder_can_be_reached() {
    let disk = Disk::new();
    disk.write("served/BR.gif", "flag");
    disk.write("br.gif", "SECRET");
    disk.write("br/br.gif", "SECRET");
    let origin = disk.serve();
    for path in [
        "/flags/../secret.gif",
        "/flags/../br/br.gif",
        "/../secret.gif",
        "/flags/br/../../../secret.gif",
        "/flags/br/../br.gif",
        "/flags/../../br.gif",
        "/flags/%2e%2e/secret.gif",
        "/flags/%2e%2e/%2e%2e.gif",
        "/flags/../...gif",
        "/flags/..%2f/..%2f.gif",
        "/flags/..%5c..%5c/secret.gif",
        "/flags/..\\..\\secret.gif",
        "/flags/%252e%252e/%252e%252e.gif",
        "/flags/br%2f..%2f..%2fsecret.gif",
        "/flags/br/br.gif%00/../../secret.gif",
        "/flags//etc/passwd",
        "/flags/c:/c:.gif",
        "/flags/\u{2025}/\u{2025}.gif",
    ] {
        let answer = get(origin.base_url(), path);
        assert!(matches!(answer.status, 400 | 404), "{path}: {}", answer.status);
        assert!(!String::from_utf8_lossy(&answer.body).contains("SECRET"), "{path}");
    }
    assert_eq!(get_flag(&origin, brazil()).body, b"flag");
}

#[cfg(unix)]
#[test]
fn links_are_followed_within_the_folder_only() {
    use std::os::unix::fs::symlink;

    let disk = Disk::new();
    disk.write("served/store/flag", "flag");
    disk.write("outside/us.gif", "SECRET");
    symlink("store/flag", disk.path("served/BR.gif")).unwrap();
    symlink("../secret.gif", disk.path("served/IN.gif")).unwrap();
    symlink(disk.path("outside"), disk.path("served/us")).unwrap();
    symlink("/dev/zero", disk.path("served/FR.gif")).unwrap();
    symlink("nowhere", disk.path("served/DE.gif")).unwrap();
    let origin = disk.serve();
    assert_eq!(get_flag(&origin, brazil()).body, b"flag");
    for code in ["IN", "US", "FR", "DE"] {
        assert_eq!(get_flag(&origin, code.parse().unwrap()).status, 404, "{code}");
    }
}

#[cfg(unix)]
#[test]
fn what_is_no_readable_file_neither_hangs_nor_upsets_the_origin() {
    let disk = Disk::new();
    disk.write("served/BR.gif/inside", "");
    disk.write("served/us", "a file in place of a folder");
    std::os::unix::fs::symlink("FR.gif", disk.path("served/FR.gif")).unwrap();
    let pipe = std::process::Command::new("mkfifo").arg(disk.path("served/DE.gif")).status();
    assert!(pipe.unwrap().success());
    let origin = disk.serve();
    for (code, status) in [("BR", 404), ("US", 404), ("DE", 404), ("FR", 500)] {
        assert_eq!(get_flag(&origin, code.parse().unwrap()).status, status, "{code}");
    }
    let tally = origin.stop();
    assert_eq!(tally, RequestCounts { not_found: 3, failed: 1, ..RequestCounts::default() });
}

#[test]
fn a_folder_that_is_not_there_is_one_clear_error() {
    let disk = Disk::new();
    let missing = FlagSource::folder(disk.path("missing")).unwrap_err().to_string();
    assert!(missing.contains("missing") && missing.starts_with("cannot serve"), "{missing}");
    let file = FlagSource::folder(disk.path("secret.gif")).unwrap_err().to_string();
    assert!(file.ends_with("secret.gif: it is not a folder"), "{file}");
}

// ---- the page

#[test]
fn the_page_shows_every_flag_and_the_weather() {
    let origin = origin(Weather::failing());
    let page = get(origin.base_url(), "/");
    let text = String::from_utf8(page.body.clone()).unwrap();
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    assert!(text.contains("194 flags"));
    for code in ALL {
        let image = format!("<img src=\"/flags/{0}/{0}.gif\" alt=\"Flag {code}\"", code.lower());
        assert!(text.contains(&image), "{code}");
    }
    for sentence in Weather::failing().sentences() {
        assert!(text.contains(&sentence), "{sentence}");
    }
}

#[test]
fn the_page_has_no_scripts_and_takes_nothing_from_elsewhere() {
    let origin = origin(Weather::default());
    let text = String::from_utf8(get(origin.base_url(), "/").body).unwrap();
    for foreign in ["<script", "://", "javascript:", " style=", " onload", " onerror", "data:"] {
        assert!(!text.contains(foreign), "{foreign}");
    }
    for file in ["/page.css", "/icon.svg"] {
        assert!(text.contains(file));
        assert_eq!(get(origin.base_url(), file).status, 200, "{file}");
    }
    assert_eq!(origin.stop(), RequestCounts { pages: 3, ..RequestCounts::default() });
}

#[test]
fn the_page_of_a_folder_shows_what_it_holds() {
    let disk = Disk::new();
    let origin = disk.serve();
    let page = || String::from_utf8(get(origin.base_url(), "/").body).unwrap();
    assert!(page().contains("No flags"));
    disk.write("served/ZZ.gif", "flag");
    disk.write("served/br/br.gif", "flag");
    disk.write("served/README", "");
    let text = page();
    assert!(text.contains("2 flags") && text.contains("/flags/zz/zz.gif"));
    assert_eq!(text.matches("<img").count(), 2);
}

// ---- starting and stopping

#[test]
fn an_address_that_is_taken_is_one_clear_error() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let bind = taken.local_addr().unwrap();
    let error = Origin::start(Settings { bind, ..Settings::default() }).unwrap_err();
    assert!(error.to_string().contains(&bind.to_string()), "{error}");
    match error {
        StartError::Listen { address, source } => {
            assert_eq!((address, source.kind()), (bind, ErrorKind::AddrInUse));
        }
        other => panic!("{other}"),
    }
}

#[test]
fn an_ipv6_address_stands_in_brackets() {
    let bind = SocketAddr::from((Ipv6Addr::LOCALHOST, 0));
    match Origin::start(Settings { bind, ..Settings::default() }) {
        Ok(origin) => {
            assert!(origin.base_url().starts_with("http://[::1]:"), "{}", origin.base_url());
            assert!(get_flag(&origin, brazil()).is_whole());
        }
        // Not every machine has IPv6.
        Err(error) => assert!(matches!(error, StartError::Listen { .. }), "{error}"),
    }
}

#[test]
fn an_origin_on_all_addresses_names_one_that_can_be_reached() {
    let bind = "0.0.0.0:0".parse().unwrap();
    let origin = Origin::start(Settings { bind, ..Settings::default() }).unwrap();
    assert!(origin.base_url().starts_with("http://127.0.0.1:"), "{}", origin.base_url());
}

#[test]
fn a_dropped_origin_is_gone_whatever_it_was_doing() {
    let late = Weather { delay: "3600s".parse().unwrap(), ..Weather::default() };
    let origin = origin(always(Fault::Stall));
    let mut stalled = send(origin.base_url(), "GET /flags/br/br.gif HTTP/1.1", &[]);
    read_one(&mut stalled, false);
    origin.set_weather(late);
    let mut waiting = send(origin.base_url(), "GET /flags/us/us.gif HTTP/1.1", &[]);
    drop(origin);
    read_to_end(&mut stalled, &mut Vec::new());
    read_to_end(&mut waiting, &mut Vec::new());
}

#[test]
fn an_origin_may_live_and_die_in_anothers_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let origin = origin(Weather::default());
        drop(origin);
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let bind = taken.local_addr().unwrap();
        assert!(Origin::start(Settings { bind, ..Settings::default() }).is_err());
    });
}
