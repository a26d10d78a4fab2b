//! Injected delays and faults.

use std::io::{ErrorKind, Read};
use std::num::NonZeroU64;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use flags::CountryCode;
use flags::country::ALL;
use flags::origin::{Fault, Origin, Rate, Weather};

use crate::plain_http::{ConnectionEnd, get, read_one, read_to_end, request, send};
use crate::{brazil, get_flag, start};

/// Weather in which every request has the fault.
pub fn always(fault: Fault) -> Weather {
    let rate = |of: Fault| if of == fault { Rate::ALWAYS } else { Rate::default() };
    Weather {
        error_rate: rate(Fault::Error),
        reset_rate: rate(Fault::Reset),
        truncate_rate: rate(Fault::Truncate),
        stall_rate: rate(Fault::Stall),
        ..Weather::default()
    }
}

#[test]
fn an_error_has_the_configured_status_and_retry_after() {
    let origin = start(always(Fault::Error));
    let teapot = get_flag(&origin, brazil());
    assert_eq!(teapot.status_line, "HTTP/1.1 418 I'm a teapot");
    assert_eq!(teapot.header("retry-after"), None);
    assert!(teapot.is_whole() && !teapot.body.is_empty());

    origin.set_weather(Weather {
        error_status: StatusCode::SERVICE_UNAVAILABLE,
        retry_after: Some(7),
        ..always(Fault::Error)
    });
    let unavailable = get_flag(&origin, brazil());
    assert_eq!(unavailable.status_line, "HTTP/1.1 503 Service Unavailable");
    assert_eq!(unavailable.header("retry-after"), Some("7"));

    let error_status = StatusCode::from_u16(599).unwrap();
    origin.set_weather(Weather { error_status, ..always(Fault::Error) });
    assert_eq!(get_flag(&origin, brazil()).status, 599);
    assert_eq!(origin.stop().to_string(), "3 requests: 3 errors");
}

#[test]
fn a_reset_happens_mid_body() {
    let origin = start(always(Fault::Reset));
    let answer = get_flag(&origin, brazil());
    assert_eq!((answer.status, answer.ending), (200, ConnectionEnd::Reset));
    let length = answer.content_length().unwrap();
    // Only Linux keeps bytes that arrived before a reset readable.
    if cfg!(target_os = "linux") {
        assert_eq!(answer.body.len(), length / 2);
    }
    assert!(answer.body.len() < length);
    assert_eq!(origin.stop().to_string(), "1 request: 1 reset");
}

#[test]
fn a_truncated_body_ends_before_its_length() {
    let origin = start(always(Fault::Truncate));
    let answer = get_flag(&origin, brazil());
    assert_eq!((answer.status, answer.ending), (200, ConnectionEnd::Closed));
    assert_eq!(answer.body.len(), answer.content_length().unwrap() / 2);
    assert_eq!(origin.stop().to_string(), "1 request: 1 truncated");
}

#[test]
fn a_stalled_body_is_silent_until_the_server_stops() {
    let origin = start(always(Fault::Stall));
    let mut stream = send(origin.base_url(), "GET /flags/br/br.gif HTTP/1.1", &[]);
    let answer = read_one(&mut stream, false);
    let mut part = vec![0; answer.content_length().unwrap() / 2];
    stream.read_exact(&mut part).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    let silence = stream.read(&mut [0]).unwrap_err().kind();
    assert!(matches!(silence, ErrorKind::WouldBlock | ErrorKind::TimedOut), "{silence}");
    stream.set_read_timeout(None).unwrap();
    assert_eq!(origin.stop().to_string(), "1 request: 1 stalled");
    let mut rest = Vec::new();
    read_to_end(&mut stream, &mut rest);
    assert!(rest.is_empty());
}

#[test]
fn a_response_is_delayed() {
    let weather = Weather { delay: "80ms..120ms".parse().unwrap(), ..Weather::default() };
    let origin = start(weather.clone());
    // A 404 has a delay as well.
    for code in [brazil(), "ZZ".parse().unwrap()] {
        let start = Instant::now();
        get_flag(&origin, code);
        assert!(start.elapsed() >= weather.impairment(code, 1).delay);
    }
}

#[test]
fn a_throttled_body_takes_as_long_as_the_bandwidth_says() {
    let origin = start(Weather { bandwidth: NonZeroU64::new(20 << 10), ..Weather::default() });
    let start = Instant::now();
    let answer = get_flag(&origin, brazil());
    assert!(answer.is_whole());
    let seconds = answer.body.len() as f64 / (20.0 * 1024.0);
    assert!(start.elapsed().as_secs_f64() >= seconds, "at least {seconds} s");
}

#[test]
fn responses_without_a_body_have_no_fault_mid_body() {
    let origin = start(always(Fault::Reset));
    let bare = request(origin.base_url(), "HEAD /flags/br/br.gif HTTP/1.1", &[]);
    assert_eq!((bare.status, bare.ending), (200, ConnectionEnd::Closed));
    let unchanged = request(
        origin.base_url(),
        "GET /flags/br/br.gif HTTP/1.1",
        &[&format!("If-Modified-Since: {}", bare.header("last-modified").unwrap())],
    );
    assert_eq!((unchanged.status, unchanged.ending), (304, ConnectionEnd::Closed));
}

#[test]
fn faults_occur_at_about_their_rates() {
    let origin = start(Weather {
        error_rate: "0.25".parse().unwrap(),
        truncate_rate: "0.1".parse().unwrap(),
        ..Weather::default()
    });
    let answers = ALL.map(|code| get_flag(&origin, code));
    let errors = answers.iter().filter(|answer| answer.status == 418).count();
    let truncations = answers.iter().filter(|answer| !answer.is_whole()).count();
    let counts = format!("194 requests: {} ok, {errors} errors", 194 - errors - truncations);
    assert_eq!(origin.stop().to_string(), format!("{counts}, {truncations} truncated"));
    assert!((30..=70).contains(&errors), "{errors}");
    assert!((8..=32).contains(&truncations), "{truncations}");
}

#[test]
fn two_runs_have_the_same_weather_in_any_order_of_requests() {
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
    let one = start(weather.clone());
    let first = run(&one, &codes);
    codes.reverse();
    codes.rotate_left(17);
    assert_eq!(run(&start(weather.clone()), &codes), first);
    // Setting the weather restarts the count of attempts.
    one.set_weather(weather.clone());
    assert_eq!(run(&one, &codes), first);
    for (code, statuses) in first {
        let expected =
            [1, 2, 3].map(|attempt| weather.impairment(code, attempt).fault.map_or(200, |_| 418));
        assert_eq!(statuses, expected, "{code}");
    }
}

#[test]
fn only_requests_for_an_existing_flag_count_as_attempts() {
    let weather = Weather { error_rate: "0.5".parse().unwrap(), ..Weather::default() };
    let differing =
        |code: &CountryCode| weather.impairment(*code, 1) != weather.impairment(*code, 2);
    let code = ALL.into_iter().find(differing).unwrap();
    let origin = start(weather.clone());
    let lower = code.lower();
    get(origin.base_url(), "/flags/");
    get(origin.base_url(), &format!("/flags/{lower}/{lower}.png"));
    request(origin.base_url(), &format!("POST /flags/{lower}/{lower}.gif HTTP/1.1"), &[]);
    let first = get_flag(&origin, code).status;
    assert_eq!(first == 418, weather.impairment(code, 1).fault.is_some());
}
