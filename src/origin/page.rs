//! The page for a browser: every flag that is served, and the weather.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};

use super::state::Shared;

pub(super) async fn page(State(shared): State<Arc<Shared>>) -> Response {
    shared.count(|tally| &mut tally.pages);
    Html("<!doctype html>").into_response()
}

pub(super) async fn style(State(shared): State<Arc<Shared>>) -> Response {
    shared.count(|tally| &mut tally.pages);
    "".into_response()
}

pub(super) async fn icon(State(shared): State<Arc<Shared>>) -> Response {
    shared.count(|tally| &mut tally.pages);
    "".into_response()
}
