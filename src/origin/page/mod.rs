//! The web page of a server, with its style sheet and icon.

mod gallery;

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderName;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{Html, IntoResponse};

use super::app_state::AppState;

/// The page may load images and style sheets from its own server, and nothing else.
const POLICY: &str = "default-src 'none'; img-src 'self'; style-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

/// `GET /`: the gallery.
pub(super) async fn gallery(State(state): State<Arc<AppState>>) -> impl IntoResponse {
    let (codes, rejected) = state.source.list().await;
    for file in &rejected {
        state.report_rejected(file);
    }
    let weather_state = state.weather_state();
    let page = gallery::page(&codes, &weather_state.weather, state.source.is_built_in());
    (
        [(CONTENT_SECURITY_POLICY, POLICY), (CACHE_CONTROL, "no-store")],
        Html(page.into_string() + "\n"),
    )
}

/// `GET /page.css`
pub(super) async fn style() -> impl IntoResponse {
    (headers("text/css; charset=utf-8"), include_str!("page.css"))
}

/// `GET /icon.svg`
pub(super) async fn icon() -> impl IntoResponse {
    (headers("image/svg+xml"), include_str!("icon.svg"))
}

fn headers(content_type: &'static str) -> [(HeaderName, &'static str); 2] {
    [(CONTENT_TYPE, content_type), (CACHE_CONTROL, "no-cache")]
}
