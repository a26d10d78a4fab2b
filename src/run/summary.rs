//! The summary of a run.

use std::time::Duration;

use serde::Serialize;

use crate::flag::{Outcome, Status};
use crate::system::signals::Signal;

/// The result of a run.
#[derive(Debug)]
pub struct Summary {
    /// The time from before the HTTP client was built until the last file was saved, or until an
    /// interrupted run ended.
    pub elapsed: Duration,
    /// The signal that ended the run early.
    pub interrupted_by: Option<Signal>,
    /// In the order in which they were reported.
    pub outcomes: Vec<Outcome>,
}

/// The number of flags per kind of outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub ok: usize,
    pub not_found: usize,
    pub error: usize,
    pub skipped: usize,
    pub unchanged: usize,
}

impl Summary {
    /// The number of flags per kind of outcome.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for outcome in &self.outcomes {
            let count = match outcome.status {
                Status::Saved { .. } => &mut counts.ok,
                Status::NotFound => &mut counts.not_found,
                Status::Failed(_) => &mut counts.error,
                Status::Skipped => &mut counts.skipped,
                Status::Unchanged => &mut counts.unchanged,
            };
            *count += 1;
        }
        counts
    }

    /// Whether every requested flag was saved, skipped or unchanged.
    pub fn is_complete(&self) -> bool {
        let all_are_there = self.outcomes.iter().all(|outcome| outcome.status.is_there());
        self.interrupted_by.is_none() && all_are_there
    }
}
