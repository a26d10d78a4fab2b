//! `flags [OPTIONS] [CC]...`

use std::path::PathBuf;

use clap::Args;

use super::{RequestArgs, SelectionArgs, WeatherArgs};
use crate::downloader::Mode;
use crate::endpoint::Endpoint;
use crate::run::Order;

/// Download flags.
#[derive(Debug, Args)]
pub struct DownloadArgs {
    #[command(flatten)]
    pub selection: SelectionArgs,

    /// How to download many flags
    #[arg(short, long, value_enum, default_value_t, ignore_case = true)]
    pub mode: Mode,

    #[command(flatten)]
    pub request: RequestArgs,

    /// remote, which is the book's site; local, delay or error, each an origin started inside this process, which needs no network; or any base URL [env: FLAGS_SERVER] [default: remote]
    #[arg(short, long, value_name = "SERVER")]
    pub server: Option<Endpoint>,

    /// The folder to save flags into; created if it is missing
    #[arg(short, long, value_name = "DIR", default_value = "downloaded")]
    pub dest: PathBuf,

    /// The order in which codes are reported
    #[arg(long, value_enum, default_value_t, ignore_case = true)]
    pub order: Order,

    /// Leave a flag that is there already, and whole
    #[arg(long, conflicts_with = "update")]
    pub skip_existing: bool,

    /// Fetch a flag only if it is newer than the file, which takes the server's time as its own
    #[arg(long)]
    pub update: bool,

    /// Print one JSON document, and nothing else, on stdout
    #[arg(long)]
    pub json: bool,

    /// Print nothing but errors
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Print a line for each flag, on stderr: its size, its time, its tries
    #[arg(short, long)]
    pub verbose: bool,

    #[command(flatten)]
    pub weather: WeatherArgs,
}
