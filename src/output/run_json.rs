//! A run as one JSON document (`--json`).

use serde::Serialize;

use super::terminal::escape::escape_controls_in_json;
use crate::country::CountryCode;
use crate::downloader::Mode;
use crate::flag::{Outcome, Status};
use crate::run::{Counts, Summary};

/// The version of the document's format. It changes with incompatible changes only.
const SCHEMA_VERSION: u32 = 1;

/// The document. `elapsed_s` is in seconds.
#[derive(Serialize)]
struct RunDocument<'a> {
    schema_version: u32,
    mode: Mode,
    jobs: usize,
    server: String,
    dest: String,
    elapsed_s: f64,
    interrupted: bool,
    counts: Counts,
    flags: Vec<Flag<'a>>,
}

/// One flag, in reported order. Times are in seconds since the start of the run.
#[derive(Serialize)]
struct Flag<'a> {
    code: CountryCode,
    status: Status,
    url: &'a str,
    path: Option<String>,
    bytes: Option<usize>,
    attempts: u32,
    http_version: Option<&'static str>,
    start_s: f64,
    answered_s: Option<f64>,
    fetched_s: Option<f64>,
    end_s: f64,
    error: Option<Error>,
}

#[derive(Serialize)]
struct Error {
    kind: &'static str,
    message: String,
}

/// The document, indented, with a line break at its end. Characters that control a terminal are
/// escaped in all strings, because the document may be shown on one.
///
/// # Errors
/// None in practice: numbers and strings can always be written as JSON.
pub fn document(summary: &Summary) -> serde_json::Result<String> {
    let document = RunDocument {
        schema_version: SCHEMA_VERSION,
        mode: summary.mode,
        jobs: summary.jobs,
        server: summary.base.to_string(),
        dest: summary.folder.display().to_string(),
        elapsed_s: seconds(summary.elapsed),
        interrupted: summary.interrupted_by.is_some(),
        counts: summary.counts(),
        flags: summary.outcomes.iter().map(Flag::from).collect(),
    };
    let text = serde_json::to_string_pretty(&document)? + "\n";
    Ok(escape_controls_in_json(&text))
}

impl<'a> From<&'a Outcome> for Flag<'a> {
    fn from(outcome: &'a Outcome) -> Self {
        let failure = outcome.result.as_ref().err();
        Flag {
            code: outcome.code,
            status: outcome.status(),
            url: &outcome.url,
            path: outcome.path().map(|path| path.display().to_string()),
            bytes: outcome.bytes(),
            attempts: outcome.attempts,
            http_version: outcome.http_version,
            start_s: seconds(outcome.start),
            answered_s: outcome.answered.map(seconds),
            fetched_s: outcome.fetched.map(seconds),
            end_s: seconds(outcome.end),
            error: failure.and_then(|failure| {
                Some(Error { kind: failure.kind()?, message: failure.to_string() })
            }),
        }
    }
}

/// Seconds, to the microsecond.
pub fn seconds(duration: std::time::Duration) -> f64 {
    duration.as_micros() as f64 / 1e6
}
