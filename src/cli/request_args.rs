//! Options for requests: timeout, retries and trusted CAs.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueHint};

use super::value_parsers::{timeout, whole_number};

/// Timeout, retries and trusted CAs.
#[derive(Debug, Args)]
pub struct RequestArgs {
    /// Timeout of each attempt, including redirects and the response body: 6.1, 6.1s or 500ms
    #[arg(short, long, value_name = "DURATION", default_value = "6.1")]
    #[arg(value_parser = timeout, allow_negative_numbers = true)]
    pub timeout: Duration,

    /// Retries after a transient failure (timeout, connection refused or lost, truncated body, or
    /// status 408, 429, 500, 502, 503, 504)
    #[arg(short, long, value_name = "N", default_value = "2")]
    #[arg(value_parser = whole_number::<u32>, allow_negative_numbers = true)]
    pub retries: u32,

    /// PEM file with CA certificates to trust in addition to the system's
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub cacert: Option<PathBuf>,
}
