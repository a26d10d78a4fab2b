//! The times of one flag's download, as a timeline draws them.

use std::time::Duration;

use super::{Outcome, Status};
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

impl Span {
    /// The time from start to end.
    pub fn duration(&self) -> Duration {
        self.end.saturating_sub(self.start)
    }
}
