//! The outcome of one flag: saved, skipped, unchanged, or failed.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;

use crate::country::CountryCode;
use crate::fetch::FetchError;

/// The outcome of one flag. Times count from the start of the run.
#[derive(Debug)]
pub struct Outcome {
    pub code: CountryCode,
    /// The URL that was requested, with any password hidden.
    pub url: String,
    pub result: Result<Done, Failure>,
    /// The number of attempts, 0 if no request was sent. A request that is sent again because the
    /// server did not process it does not count.
    pub attempts: u32,
    /// The number of requests that were sent again and do not count as attempts.
    pub resent: u32,
    /// The HTTP version of the last response: `HTTP/1.0`, `HTTP/1.1` or `HTTP/2`.
    pub http_version: Option<&'static str>,
    /// When work on this flag began.
    pub start: Duration,
    /// When the head of the last response had arrived.
    pub answered: Option<Duration>,
    /// When the last byte of the last response had arrived.
    pub fetched: Option<Duration>,
    /// When the file was saved, or the flag had failed.
    pub end: Duration,
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

    /// The file in the folder; `None` if the flag failed.
    pub fn path(&self) -> Option<&Path> {
        match self.result.as_ref().ok()? {
            Done::Saved { path, .. } | Done::Skipped { path } | Done::Unchanged { path } => {
                Some(path)
            }
        }
    }

    /// The size of the file if it was fetched and saved.
    pub fn bytes(&self) -> Option<usize> {
        match self.result {
            Ok(Done::Saved { bytes, .. }) => Some(bytes),
            _ => None,
        }
    }
}

/// How a flag succeeded.
#[derive(Debug, PartialEq, Eq)]
pub enum Done {
    /// Fetched and saved. `bytes` is the size of the file.
    Saved { path: PathBuf, bytes: usize },
    /// Already there, so not requested.
    Skipped { path: PathBuf },
    /// Already there, and the server has no newer one.
    Unchanged { path: PathBuf },
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

/// Why a flag failed. `Display` is a message for the user, without the URL of the flag.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("not found")]
    NotFound,
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("could not be saved: {0}")]
    Save(#[from] io::Error),
}

impl Failure {
    /// The `kind` in JSON; `None` for a flag that was not found, which JSON does not list as an
    /// error.
    pub fn kind(&self) -> Option<&'static str> {
        match self {
            Failure::NotFound => None,
            Failure::Fetch(error) => Some(error.kind()),
            Failure::Save(_) => Some("io"),
        }
    }
}
