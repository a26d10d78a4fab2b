//! The times of one flag's download, as a timeline draws them.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use super::{Done, Failure, Outcome};
use crate::country::CountryCode;

/// When the phases of one flag's download began and ended. Times count from the start of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub code: CountryCode,
    /// When the strategy began to work on the flag.
    pub start: Duration,
    /// When the head of the last response arrived; `None` if there was none.
    pub answered: Option<Duration>,
    /// When the last byte of that response arrived; `None` if it did not.
    pub fetched: Option<Duration>,
    /// When the file was saved, or the flag had failed.
    pub end: Duration,
    pub status: Status,
    /// The number of attempts, 0 if no request was sent.
    pub attempts: u32,
}

/// How the download of one flag ended. Serialized as in `--json`: `"not_found"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Ok,
    NotFound,
    Error,
    Skipped,
    Unchanged,
}

/// In words: `saved`, `not found`, `failed`, `skipped`, `unchanged`.
impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Status::Ok => "saved",
            Status::NotFound => "not found",
            Status::Error => "failed",
            Status::Skipped => "skipped",
            Status::Unchanged => "unchanged",
        })
    }
}

impl From<&Outcome> for Span {
    fn from(outcome: &Outcome) -> Span {
        Span {
            code: outcome.code,
            start: outcome.start,
            answered: outcome.answered,
            fetched: outcome.fetched,
            end: outcome.end,
            status: outcome.status(),
            attempts: outcome.attempts,
        }
    }
}

impl Outcome {
    /// How the download ended, without its details.
    pub fn status(&self) -> Status {
        match &self.result {
            Ok(Done::Saved { .. }) => Status::Ok,
            Ok(Done::Skipped { .. }) => Status::Skipped,
            Ok(Done::Unchanged { .. }) => Status::Unchanged,
            Err(Failure::NotFound) => Status::NotFound,
            Err(_) => Status::Error,
        }
    }
}

impl Span {
    /// The time from start to end.
    pub fn duration(&self) -> Duration {
        self.end.saturating_sub(self.start)
    }
}
