//! What is answered to which request.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::connect_info::ConnectInfo;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::time::{Instant, sleep_until};

use super::app_state::AppState;
use super::body::faulty_body;
use super::conditional::is_unchanged;
use super::connection::ResetHandle;
use super::page;
use super::served_flag::Flag;
use super::weather::status_name;
use super::weather::{Fault, Weather};
use crate::country::CountryCode;

/// Everything that an origin answers.
pub(super) fn router(state: Arc<AppState>) -> Router {
    Router::new()
        .route("/", get(page::page))
        .route("/page.css", get(page::style))
        .route("/icon.svg", get(page::icon))
        .route("/flags/{folder}/{file}", get(flag))
        .fallback(not_found)
        .method_not_allowed_fallback(method_refused)
        .with_state(state)
}

/// `GET` or `HEAD` of a flag, through the weather.
///
/// Each such request for a flag that is there counts as a try. For one that is not there the answer is a 404: it waits as
/// long as the next try would, but has no faults.
async fn flag(
    State(state): State<Arc<AppState>>,
    ConnectInfo(reset_handle): ConnectInfo<ResetHandle>,
    request: Request,
) -> Response {
    let Some(code) = code_in(request.uri()) else { return not_found(State(state)).await };
    let arrival = Instant::now();
    let weather_state = state.weather_state();
    let found = state.source.get(code).await;
    let attempt = match &found {
        Ok(Some(_)) => weather_state.count_try(code),
        _ => weather_state.next_try(code),
    };
    let impairment = weather_state.weather.impairment(code, attempt);
    if !impairment.delay.is_zero() {
        // What it took to find the flag is part of the delay, and not added to it.
        sleep_until(arrival + impairment.delay).await;
    }
    match found {
        Ok(Some(flag)) => match impairment.fault {
            Some(Fault::Error) => error(&state, &weather_state.weather),
            fault => {
                flag_response(&state, &weather_state.weather, &request, flag, fault, reset_handle)
            }
        },
        Ok(None) => not_found(State(state)).await,
        Err(_) => {
            state.count(|counts| &mut counts.failed);
            (StatusCode::INTERNAL_SERVER_ERROR, "the file cannot be read\n").into_response()
        }
    }
}

/// The code in `/flags/cc/cc.gif`: in lower case, and twice the same. Nothing is decoded.
fn code_in(uri: &Uri) -> Option<CountryCode> {
    let (folder, file) = uri.path().strip_prefix("/flags/")?.split_once('/')?;
    let code: CountryCode = folder.parse().ok()?;
    (folder == code.lower() && file.strip_suffix(".gif")? == folder).then_some(code)
}

fn flag_response(
    state: &AppState,
    weather: &Weather,
    request: &Request,
    flag: Flag,
    fault: Option<Fault>,
    reset_handle: ResetHandle,
) -> Response {
    let validators = [
        (header::ETAG, flag.etag.clone()),
        (header::LAST_MODIFIED, flag.last_modified.clone()),
        // To be kept, but asked about each time: a folder may change.
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    if is_unchanged(request.headers(), &flag) {
        state.count(|counts| &mut counts.unchanged);
        return (StatusCode::NOT_MODIFIED, validators).into_response();
    }
    let content = [
        (header::CONTENT_TYPE, HeaderValue::from_static("image/gif")),
        (header::CONTENT_LENGTH, HeaderValue::from(flag.bytes.len())),
    ];
    // There is no body to break in the answer to HEAD.
    let fault = fault.filter(|_| request.method() != Method::HEAD);
    state.count(|tally| match fault {
        Some(Fault::Reset) => &mut tally.resets,
        Some(Fault::Truncate) => &mut tally.truncations,
        Some(Fault::Stall) => &mut tally.stalls,
        Some(Fault::Error) | None => &mut tally.ok,
    });
    let body = match *request.method() {
        Method::HEAD => Body::empty(),
        _ => faulty_body(flag.bytes, weather.bandwidth, fault, reset_handle),
    };
    (validators, content, body).into_response()
}

/// An error that the weather sets.
fn error(state: &AppState, weather: &Weather) -> Response {
    state.count(|counts| &mut counts.errors);
    let status = StatusCode::from_u16(weather.error_status.get())
        .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, status_name(weather.error_status) + "\n").into_response();
    if let Some(seconds) = weather.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

async fn not_found(State(state): State<Arc<AppState>>) -> Response {
    state.count(|counts| &mut counts.not_found);
    (StatusCode::NOT_FOUND, "404 Not Found\n").into_response()
}

async fn method_refused(State(state): State<Arc<AppState>>) -> Response {
    state.count(|counts| &mut counts.refused);
    (StatusCode::METHOD_NOT_ALLOWED, "405 Method Not Allowed\n").into_response()
}
