//! Which request gets which response, and how it is recorded.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use axum::body::HttpBody;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderValue, Method, StatusCode, Version, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Router};
use tokio::time::{Instant, sleep_until};

use super::body::{faulty_body, length_sent};
use super::connection::{Connection, ResetHandle};
use super::page;
use super::request_log::{OnRequest, RequestCounts, RequestLog};
use super::source::{FlagSource, ServedFlag};
use super::weather::{Fault, Impairment, Weather};
use crate::country::CountryCode;

/// The state that all requests to one server share.
pub(super) struct ServerState {
    source: FlagSource,
    /// The weather, and the number of attempts for each code since it was set.
    weather: Mutex<(Weather, HashMap<CountryCode, u32>)>,
    counts: Mutex<RequestCounts>,
    on_request: OnRequest,
}

impl ServerState {
    pub(super) fn new(source: FlagSource, weather: Weather, on_request: OnRequest) -> ServerState {
        let weather = Mutex::new((weather, HashMap::new()));
        ServerState { source, weather, counts: Mutex::default(), on_request }
    }

    pub(super) fn set_weather(&self, weather: Weather) {
        *lock(&self.weather) = (weather, HashMap::new());
    }

    pub(super) fn counts(&self) -> RequestCounts {
        *lock(&self.counts)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no code panics while it holds one of these locks")
}

/// A service that answers all requests to one server.
pub(super) fn router(state: Arc<ServerState>) -> Router {
    Router::new().fallback(respond).with_state(state)
}

/// Answers a request, counts it and reports it.
async fn respond(
    State(state): State<Arc<ServerState>>,
    Extension(connection): Extension<Connection>,
    request: Parts,
) -> Response {
    let path = request.uri.path();
    let mut log = RequestLog {
        time: SystemTime::now(),
        client: connection.client,
        path: path.to_owned(),
        code: code_in(path),
        status: 0,
        bytes: 0,
        delay: Duration::ZERO,
        fault: None,
        rejected: Vec::new(),
    };
    let mut response = if !has_valid_host(&request) {
        refusal(StatusCode::BAD_REQUEST)
    } else if ![Method::GET, Method::HEAD].contains(&request.method) {
        ([(header::ALLOW, "GET,HEAD")], refusal(StatusCode::METHOD_NOT_ALLOWED)).into_response()
    } else if let Some(code) = log.code {
        flag(&state, &connection, &request, code, &mut log).await
    } else {
        match path {
            // A browser would cache a permanent redirect and apply it to the next server on this
            // port. `/flags` is the base URL, which `flags serve` prints.
            "/" | "/flags" => Redirect::temporary("/flags/").into_response(),
            "/flags/" => {
                let codes;
                (codes, log.rejected) = state.source.list();
                let built_in = matches!(state.source, FlagSource::BuiltIn);
                let weather = lock(&state.weather).0.clone();
                page::gallery(&codes, &weather, built_in, &request.headers, connection.server)
            }
            "/flags/page.css" => {
                static_file("text/css; charset=utf-8", include_str!("page/page.css"))
            }
            "/flags/icon.svg" => static_file("image/svg+xml", include_str!("page/icon.svg")),
            _ => refusal(StatusCode::NOT_FOUND),
        }
    };
    log.status = response.status().as_u16();
    if request.method == Method::GET {
        // A throttled or broken body has no size. The log already has its number of bytes.
        log.bytes = log.bytes.max(response.body().size_hint().lower());
    }
    lock(&state.counts).add(&log);
    (state.on_request)(&log);
    // A browser must not take a file for anything but what `Content-Type` says.
    let nosniff = HeaderValue::from_static("nosniff");
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    response
}

/// Whether the request has one valid `Host`, or none in HTTP/1.0 (RFC 9112 §3.2).
fn has_valid_host(request: &Parts) -> bool {
    let mut hosts = request.headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) => request.version < Version::HTTP_11,
        (Some(host), None) => {
            let host = host.as_bytes();
            host.is_empty() || (Authority::try_from(host).is_ok() && !host.contains(&b'@'))
        }
        (Some(_), Some(_)) => false,
    }
}

/// The code in `/flags/cc/cc.gif`: in lower case, twice the same. Percent-encoding is not decoded.
fn code_in(path: &str) -> Option<CountryCode> {
    let (folder, file) = path.strip_prefix("/flags/")?.split_once('/')?;
    let code: CountryCode = folder.parse().ok()?;
    (folder == code.lower() && file.strip_suffix(".gif")? == folder).then_some(code)
}

/// `GET` or `HEAD` of the flag of `code`, with the weather's delay and fault.
///
/// Each request for a flag that exists counts as an attempt. The response for one that does not
/// exist is a 404, with the delay of the next attempt but no fault.
async fn flag(
    state: &ServerState,
    connection: &Connection,
    request: &Parts,
    code: CountryCode,
    log: &mut RequestLog,
) -> Response {
    let arrival = Instant::now();
    let found = state.source.get(code);
    let (weather, Impairment { delay, fault }) = {
        let (weather, attempts) = &mut *lock(&state.weather);
        let attempts = attempts.entry(code).or_default();
        let attempt = attempts.wrapping_add(1);
        if matches!(found, Ok(Some(_))) {
            *attempts = attempt;
        }
        (weather.clone(), weather.impairment(code, attempt))
    };
    log.delay = delay;
    if !delay.is_zero() {
        // The time it took to find the flag is part of the delay.
        sleep_until(arrival + delay).await;
    }
    match found {
        Ok(Some(flag)) => {
            let reset_handle = connection.reset_handle.clone();
            flag_response(request, flag, &weather, fault, reset_handle, log)
        }
        Ok(None) => refusal(StatusCode::NOT_FOUND),
        Err((status, message)) => {
            log.rejected.push(message);
            refusal(status)
        }
    }
}

/// The response for an existing flag. The log gets the fault that takes effect and the number of
/// bytes of the flag that will be sent.
fn flag_response(
    request: &Parts,
    flag: ServedFlag,
    weather: &Weather,
    fault: Option<Fault>,
    reset_handle: ResetHandle,
    log: &mut RequestLog,
) -> Response {
    let is_unchanged = flag.is_unchanged(&request.headers);
    // Faults mid-body need a body: a 304 and the response to HEAD have none.
    let has_body = !is_unchanged && request.method == Method::GET;
    log.fault = fault.filter(|fault| has_body || *fault == Fault::Error);
    if log.fault == Some(Fault::Error) {
        let retry_after = weather.retry_after.map(|s| [(header::RETRY_AFTER, s.to_string())]);
        let text = weather.error_status_text() + "\n";
        return (weather.error_status, retry_after, text).into_response();
    }
    let validators = [
        (header::LAST_MODIFIED, flag.last_modified()),
        // A client may keep a copy but must revalidate it: the files of a folder may change.
        (header::CACHE_CONTROL, "no-cache".into()),
    ];
    if is_unchanged {
        return (StatusCode::NOT_MODIFIED, validators).into_response();
    }
    let content = [
        (header::CONTENT_TYPE, HeaderValue::from_static("image/gif")),
        (header::CONTENT_LENGTH, HeaderValue::from(flag.bytes.len())),
    ];
    if has_body {
        log.bytes = length_sent(flag.bytes.len(), log.fault) as u64;
    }
    // The router leaves the body out of the response to HEAD.
    let body = faulty_body(flag.bytes, weather.bandwidth, log.fault, reset_handle);
    (validators, content, body).into_response()
}

fn static_file(content_type: &'static str, content: &'static str) -> Response {
    let headers = [(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "no-cache")];
    (headers, content).into_response()
}

/// A response whose body is its status as text.
fn refusal(status: StatusCode) -> Response {
    (status, format!("{status}\n")).into_response()
}
