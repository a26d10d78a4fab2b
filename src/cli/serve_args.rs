//! `flags serve`, as a person types it.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::Args;

use super::WeatherArgs;

/// Serve flags over HTTP on this machine, with the delays and faults that you ask for
///
/// The base URL is printed first, for `flags --server`. In a browser, the same address without /flags shows every flag.
/// Ctrl-C stops it.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Exit status: 0 a signal ended it, 1 it could not start, 2 a usage error.")]
pub struct ServeArgs {
    /// Listen on this address; 0.0.0.0 is all of this machine's
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1")]
    pub bind: IpAddr,

    /// Listen on this port; 0 is any that is free
    #[arg(long, value_name = "N", default_value_t = 8000)]
    pub port: u16,

    /// Serve the files in this folder, named CC.gif or cc/cc.gif, instead of the built-in sample images
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,

    #[command(flatten)]
    pub weather: WeatherArgs,
}
