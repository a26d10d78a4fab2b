//! The routes: which request gets which response, and how it is recorded.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderValue, Method, StatusCode, Uri, Version, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Extension, Router};
use tokio::time::{Instant, sleep_until};

use super::body::{faulty_body, length_sent};
use super::connection::{Connection, ResetHandle};
use super::page;
use super::request_log::RequestLog;
use super::server_state::ServerState;
use super::source::{Rejection, ServedFlag};
use super::weather::{Fault, Impairment, Weather};
use crate::country::CountryCode;

/// All routes of a server.
pub(super) fn router(state: Arc<ServerState>) -> Router {
    Router::new()
        .route("/", get(redirect_to_gallery))
        // The base URL, which `flags serve` prints and people open in a browser.
        .route("/flags", get(redirect_to_gallery))
        .route("/flags/", get(page::gallery))
        .route("/flags/page.css", get(page::style))
        .route("/flags/icon.svg", get(page::icon))
        .route("/flags/{folder}/{file}", get(flag))
        .fallback(not_found)
        .method_not_allowed_fallback(async || {
            (StatusCode::METHOD_NOT_ALLOWED, "405 Method Not Allowed\n")
        })
        .layer(middleware::from_fn_with_state(state.clone(), record))
        .with_state(state)
}

/// Checks the `Host` of each request, and counts and reports the request once its response is
/// ready.
async fn record(
    State(state): State<Arc<ServerState>>,
    Extension(connection): Extension<Connection>,
    request: Request,
    next: Next,
) -> Response {
    let (time, path) = (SystemTime::now(), request.uri().path().to_owned());
    let mut response = match has_valid_host(&request) {
        true => next.run(request).await,
        false => (StatusCode::BAD_REQUEST, "400 Bad Request: Host\n").into_response(),
    };
    let length = response.body().size_hint().lower();
    let flag: FlagResponse = response.extensions_mut().remove().unwrap_or_default();
    state.record(&RequestLog {
        time,
        client: connection.client,
        path,
        code: flag.code,
        status: response.status().as_u16(),
        bytes: flag.bytes.unwrap_or(length),
        delay: flag.delay,
        fault: flag.fault,
    });
    // A browser must not take a file for anything but what `Content-Type` says.
    let nosniff = HeaderValue::from_static("nosniff");
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    response
}

/// Whether the request has one valid `Host`, or none in HTTP/1.0 (RFC 9112 §3.2).
fn has_valid_host(request: &Request) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) => request.version() < Version::HTTP_11,
        (Some(host), None) => {
            let host = host.as_bytes();
            host.is_empty() || (Authority::try_from(host).is_ok() && !host.contains(&b'@'))
        }
        (Some(_), Some(_)) => false,
    }
}

/// What [`record`] needs to know about the response to a request for a flag. It is attached to the
/// response as an extension.
#[derive(Clone, Default)]
struct FlagResponse {
    code: Option<CountryCode>,
    delay: Duration,
    /// The fault that took effect.
    fault: Option<Fault>,
    /// The number of bytes of a flag that will be sent: a throttled or cut body does not report its
    /// size. `None` for other bodies.
    bytes: Option<u64>,
}

/// `GET` or `HEAD` of a flag, with the weather's delay and fault.
///
/// Each request for a flag that exists counts as an attempt. The response for one that does not
/// exist is a 404, with the delay of the next attempt but no fault.
async fn flag(
    State(state): State<Arc<ServerState>>,
    Extension(connection): Extension<Connection>,
    request: Request,
) -> Response {
    let Some(code) = code_in(request.uri()) else { return not_found().await };
    let arrival = Instant::now();
    let weather_state = state.weather_state();
    let found = state.source.get(code).await;
    let attempt = match &found {
        Ok(Some(_)) => weather_state.count_attempt(code),
        _ => weather_state.next_attempt(code),
    };
    let weather = &weather_state.weather;
    let Impairment { delay, fault } = weather.impairment(code, attempt);
    if !delay.is_zero() {
        // The time it took to find the flag is part of the delay.
        sleep_until(arrival + delay).await;
    }
    let (mut response, fault, bytes) = match found {
        Ok(Some(flag)) => flag_response(&request, flag, weather, fault, connection.reset_handle),
        Ok(None) => (not_found().await, None, None),
        Err(file) => {
            state.report_rejected(&file);
            (rejected(&file.reason).await, None, None)
        }
    };
    response.extensions_mut().insert(FlagResponse { code: Some(code), delay, fault, bytes });
    response
}

/// The code in `/flags/cc/cc.gif`: in lower case, twice the same. Percent-encoding is not decoded.
fn code_in(uri: &Uri) -> Option<CountryCode> {
    let (folder, file) = uri.path().strip_prefix("/flags/")?.split_once('/')?;
    let code: CountryCode = folder.parse().ok()?;
    (folder == code.lower() && file.strip_suffix(".gif")? == folder).then_some(code)
}

/// The response for an existing flag, the fault that takes effect in it, and the number of bytes of
/// the flag that will be sent.
fn flag_response(
    request: &Request,
    flag: ServedFlag,
    weather: &Weather,
    fault: Option<Fault>,
    reset_handle: ResetHandle,
) -> (Response, Option<Fault>, Option<u64>) {
    if fault == Some(Fault::Error) {
        return (error_response(weather), fault, None);
    }
    let validators = [
        (header::LAST_MODIFIED, flag.last_modified()),
        // A client may keep a copy but must revalidate it: the files of a folder may change.
        (header::CACHE_CONTROL, "no-cache".into()),
    ];
    // Faults mid-body need a body: a 304 and the response to HEAD have none.
    if flag.is_unchanged(request.headers()) {
        return ((StatusCode::NOT_MODIFIED, validators).into_response(), None, None);
    }
    let content = [
        (header::CONTENT_TYPE, HeaderValue::from_static("image/gif")),
        (header::CONTENT_LENGTH, HeaderValue::from(flag.bytes.len())),
    ];
    if request.method() == Method::HEAD {
        return ((validators, content, Body::empty()).into_response(), None, None);
    }
    let bytes = length_sent(flag.bytes.len(), fault);
    let body = faulty_body(flag.bytes, weather.bandwidth, fault, reset_handle);
    ((validators, content, body).into_response(), fault, Some(bytes as u64))
}

/// The error that the weather injects.
fn error_response(weather: &Weather) -> Response {
    let text = weather.error_status_text() + "\n";
    let mut response = (weather.error_status, text).into_response();
    if let Some(seconds) = weather.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

async fn rejected(reason: &Rejection) -> Response {
    match reason {
        Rejection::TooLarge | Rejection::NotAGif(_) => not_found().await,
        Rejection::Unreadable(_) => {
            (StatusCode::INTERNAL_SERVER_ERROR, "500 The file cannot be read\n").into_response()
        }
    }
}

async fn redirect_to_gallery() -> Redirect {
    // A browser would cache a permanent redirect and apply it to the next server on this port.
    Redirect::temporary("/flags/")
}

async fn not_found() -> Response {
    (StatusCode::NOT_FOUND, "404 Not Found\n").into_response()
}
