//! The arguments of `flags serve`.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::WeatherArgs;

/// Serve flags over HTTP on this machine, with injected delays and faults
///
/// Prints the base URL first: pass it to `flags --server`, or open it in a browser to see all
/// flags. Ctrl-C stops the server and prints the number of responses by kind. Without weather
/// options there is no delay and no fault, as with --server local.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Exit status: 0 stopped by a signal; 1 the server could not start; \
                  2 a usage error.")]
pub struct ServeArgs {
    /// Listen on this address or host name; 0.0.0.0 stands for all addresses of this machine
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1", value_parser = host)]
    pub bind: String,

    /// Listen on this port; 0 stands for any free port
    #[arg(long, value_name = "N", default_value_t = 8000, allow_negative_numbers = true)]
    pub port: u16,

    /// Serve the files CC.gif or cc/cc.gif in this folder instead of the built-in flags
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub dir: Option<PathBuf>,

    /// Print a line per request on stderr: time, client, code, status, bytes, delay, fault
    #[arg(short, long)]
    pub verbose: bool,

    #[command(flatten, next_help_heading = "Weather (default: none)")]
    pub weather: WeatherArgs,
}

/// Accepts an IP address or a host name. Anything with a port is refused.
fn host(text: &str) -> Result<String, &'static str> {
    let is_name = !text.is_empty() && !text.contains([':', '/', ' ']);
    if is_name || text.parse::<IpAddr>().is_ok() {
        return Ok(text.to_owned());
    }
    Err("expected an IP address or a host name without a port (see --port)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_an_address_or_a_name_without_a_port() {
        for text in ["127.0.0.1", "0.0.0.0", "::1", "::", "localhost", "box.example"] {
            assert_eq!(host(text), Ok(text.to_owned()));
        }
        for text in ["", "localhost:80", "127.0.0.1:80", "[::1]:80", "http://localhost", "a b"] {
            assert!(host(text).is_err(), "{text:?}");
        }
    }
}
