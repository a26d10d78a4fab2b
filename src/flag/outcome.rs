//! The outcome of one flag: saved, skipped, unchanged, not found, or failed.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Serialize, Serializer};
use serde_json::json;

use crate::country::CountryCode;
use crate::fetch::{FlagError, Trace};
use crate::numbers::seconds;

/// The outcome of one flag. Reports, timelines and comparisons read it. Times count from the start
/// of the run.
#[derive(Debug)]
pub struct Outcome {
    pub code: CountryCode,
    /// The URL that was requested, with any password hidden.
    pub url: String,
    /// The file of the flag. It exists if the flag [`is_there`](Status::is_there).
    pub path: PathBuf,
    pub status: Status,
    /// When work on this flag began.
    pub start: Duration,
    /// Its requests, and what is known of the last response.
    pub trace: Trace,
    /// When the file was saved, or the flag had failed.
    pub end: Duration,
}

/// How the download of one flag ended.
#[derive(Debug)]
pub enum Status {
    /// Fetched and saved. `bytes` is the size of the file.
    Saved {
        bytes: usize,
    },
    /// Already there, so not requested.
    Skipped,
    /// Already there, and the server has no newer one.
    Unchanged,
    /// The server has no such flag.
    NotFound,
    Failed(FlagError),
}

impl Outcome {
    /// The time from start to end.
    pub fn duration(&self) -> Duration {
        self.end.saturating_sub(self.start)
    }
}

impl Status {
    /// Whether the flag is in the folder: saved, skipped or unchanged.
    pub fn is_there(&self) -> bool {
        matches!(self, Status::Saved { .. } | Status::Skipped | Status::Unchanged)
    }

    /// Why the flag is not in the folder: `not found`, or the message of the failure.
    pub fn problem(&self) -> Option<String> {
        match self {
            Status::NotFound => Some("not found".into()),
            Status::Failed(error) => Some(error.to_string()),
            _ => None,
        }
    }

    /// The `status` in JSON: `ok`, `skipped`, `unchanged`, `not_found` or `error`.
    pub fn name(&self) -> &'static str {
        self.names().0
    }

    /// The `status` in JSON, and the same in words.
    fn names(&self) -> (&'static str, &'static str) {
        match self {
            Status::Saved { .. } => ("ok", "saved"),
            Status::Skipped => ("skipped", "skipped"),
            Status::Unchanged => ("unchanged", "unchanged"),
            Status::NotFound => ("not_found", "not found"),
            Status::Failed(_) => ("error", "failed"),
        }
    }
}

/// In words: `saved`, `skipped`, `unchanged`, `not found`, `failed`.
impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.names().1)
    }
}

/// As the entry of the flag in `--json`. Times are in seconds.
impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes = match self.status {
            Status::Saved { bytes } => Some(bytes),
            _ => None,
        };
        let error = match &self.status {
            Status::Failed(error) => {
                Some(json!({"kind": error.kind, "message": error.to_string()}))
            }
            _ => None,
        };
        let entry = json!({
            "code": self.code,
            "status": self.status.name(),
            "url": self.url,
            "path": self.status.is_there().then(|| self.path.display().to_string()),
            "bytes": bytes,
            "attempts": self.trace.attempts,
            "http_version": self.trace.http_version,
            "start_s": seconds(self.start),
            "answered_s": self.trace.head_at.map(seconds),
            "fetched_s": self.trace.body_at.map(seconds),
            "end_s": seconds(self.end),
            "error": error,
        });
        entry.serialize(serializer)
    }
}
