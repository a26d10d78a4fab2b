//! `flags [OPTIONS] [CC]...`: download flags.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::fetch_args::at_least_one;
use super::{RequestArgs, SelectionArgs, WeatherArgs};
use crate::downloader::Mode;
use crate::endpoint::{Endpoint, EndpointParser};
use crate::run::Order;

/// Arguments of a download, the default command.
#[derive(Debug, Args)]
pub struct DownloadArgs {
    #[command(flatten)]
    pub selection: SelectionArgs,

    /// Print the selected codes with the names of their countries, and download nothing; without
    /// codes, all 194
    #[arg(long, conflicts_with_all = ["json", "timeline"])]
    pub list: bool,

    /// Strategy for downloading many flags
    #[arg(short, long, value_enum, default_value_t, ignore_case = true)]
    pub mode: Mode,

    /// Maximum number of concurrent requests; always 1 with seq [default: the number of flags, at
    /// most 32]
    #[arg(short, long, visible_alias = "max-req", value_name = "N")]
    #[arg(value_parser = at_least_one, allow_negative_numbers = true)]
    pub jobs: Option<NonZeroUsize>,

    #[command(flatten)]
    pub request: RequestArgs,

    /// Server to download from: one of these names, or an http or https base URL [env:
    /// FLAGS_SERVER] [default: remote]
    #[arg(short, long, value_name = "SERVER", value_parser = EndpointParser)]
    pub server: Option<Endpoint>,

    /// Folder for the flags; created if missing
    #[arg(short, long, value_name = "DIR", default_value = "downloaded")]
    #[arg(value_hint = ValueHint::DirPath)]
    pub dest: PathBuf,

    /// Order in which codes are reported
    #[arg(long, value_enum, default_value_t, ignore_case = true)]
    pub order: Order,

    /// Skip flags that are already downloaded and complete
    #[arg(long, conflicts_with = "update")]
    pub skip_existing: bool,

    /// Download only flags that are missing, or newer on the server than the file
    #[arg(long)]
    pub update: bool,

    /// After the run, draw which job fetched which flag when; on stdout, or to FILE as SVG (with -,
    /// only the SVG goes to stdout)
    #[arg(long, value_name = "FILE", require_equals = true, value_hint = ValueHint::FilePath)]
    timeline: Option<Option<PathBuf>>,

    /// Print one JSON document on stdout, and nothing else there
    #[arg(long)]
    pub json: bool,

    /// Print errors only
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Print a line per flag on stderr: size, time and tries
    #[arg(short, long)]
    pub verbose: bool,

    #[command(flatten, next_help_heading = "Weather (with --server local, delay or error)")]
    pub weather: WeatherArgs,
}

/// The drawing of a run that `--timeline` requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Timeline {
    /// Text on stdout, after the count.
    Text,
    /// SVG in a file, or on stdout if the path is `-`.
    Svg(PathBuf),
}

impl DownloadArgs {
    /// The drawing of the run, if one was requested.
    pub fn timeline(&self) -> Option<Timeline> {
        self.timeline.clone().map(|file| file.map_or(Timeline::Text, Timeline::Svg))
    }
}
