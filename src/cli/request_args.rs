//! How to ask for flags: how many at once, how long, how often, and whom to trust.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

/// The limits of requests.
#[derive(Debug, Args)]
pub struct RequestArgs {
    /// Most requests at once; seq always makes one [default: as many as there are flags, at most 32]
    #[arg(short, long, visible_alias = "max-req", value_name = "N", value_parser = super::value_parsers::at_least_one, allow_negative_numbers = true)]
    pub jobs: Option<usize>,

    /// Seconds for one whole request, the body included
    #[arg(short, long, value_name = "SECS", default_value = "6.1", value_parser = super::value_parsers::seconds, allow_negative_numbers = true)]
    pub timeout: Duration,

    /// Further tries after what may pass by itself: a lost connection, a timeout, a truncated body, a busy server
    #[arg(short, long, value_name = "N", default_value_t = 2)]
    pub retries: u32,

    /// A PEM file with further CAs to trust
    #[arg(long, value_name = "FILE")]
    pub cacert: Option<PathBuf>,
}
