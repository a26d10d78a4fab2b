//! The page for a browser: every flag that is served, and the weather. No scripts, and nothing from elsewhere.

use std::fmt::Write;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderName, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use tokio::task::spawn_blocking;

use super::app_state::AppState;
use super::weather::Weather;
use crate::country::CountryCode;

/// The page may show images and use a style sheet of this origin, and nothing else.
const POLICY: &str = "default-src 'none'; img-src 'self'; style-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

/// `GET /`
pub(super) async fn page(State(state): State<Arc<AppState>>) -> Response {
    let source = state.source.clone();
    // A folder has to be looked through.
    let Ok(codes) = spawn_blocking(move || source.codes()).await else {
        state.count(|counts| &mut counts.failed);
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    state.count(|counts| &mut counts.pages);
    let headers = [(CONTENT_SECURITY_POLICY, POLICY), (CACHE_CONTROL, "no-store")];
    (headers, Html(html(&codes, &state.weather_state().weather))).into_response()
}

/// `GET /page.css`
pub(super) async fn style(State(state): State<Arc<AppState>>) -> impl IntoResponse {
    state.count(|counts| &mut counts.pages);
    file("text/css; charset=utf-8", include_str!("page.css"))
}

/// `GET /icon.svg`
pub(super) async fn icon(State(state): State<Arc<AppState>>) -> impl IntoResponse {
    state.count(|counts| &mut counts.pages);
    file("image/svg+xml", include_str!("icon.svg"))
}

fn file(
    content_type: &'static str,
    text: &'static str,
) -> ([(HeaderName, &'static str); 2], &'static str) {
    ([(CONTENT_TYPE, content_type), (CACHE_CONTROL, "no-cache")], text)
}

/// Nothing in it is anybody's text but this program's, so that nothing needs to be escaped.
fn html(codes: &[CountryCode], weather: &Weather) -> String {
    let count = match codes.len() {
        0 => "No flags are here yet.".into(),
        1 => "One flag is served here.".into(),
        many => format!("{many} flags are served here."),
    };
    let mut weather_items = String::new();
    for sentence in weather.sentences() {
        // Writing to a String never fails.
        let _ = writeln!(weather_items, "<li>{sentence}</li>");
    }
    let mut flag_items = String::new();
    for code in codes {
        let path = format!("/flags/{0}/{0}.gif", code.lower());
        let _ = writeln!(
            flag_items,
            r#"<li><a href="{path}"><img src="{path}" alt="Flag {code}" loading="lazy"><span>{code}</span></a></li>"#
        );
    }
    format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Flags: {count}</title>
<link rel="stylesheet" href="/page.css">
<link rel="icon" href="/icon.svg">
</head>
<body>
<header>
<h1>Flags</h1>
<p>{count}</p>
</header>
<main>
<section aria-labelledby="weather">
<h2 id="weather">The weather</h2>
<ul class="weather">
{weather_items}</ul>
</section>
<section aria-labelledby="flags">
<h2 id="flags">The flags</h2>
<ul class="flags">
{flag_items}</ul>
</section>
</main>
</body>
</html>
"#
    )
}
