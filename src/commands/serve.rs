//! `flags serve`: the embedded server as a command of its own, until a signal stops it.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;

use anyhow::Context;
use tokio::runtime::Builder;

use super::{Exit, print};
use crate::cli::{self, ServeArgs};
use crate::endpoint::Preset;
use crate::numbers::timestamp;
use crate::origin::{FlagSource, Origin, RequestLog, Settings};
use crate::output::terminal::escape::escape_controls;
use crate::output::terminal::stderr;
use crate::system::signals::Shutdown;

/// Prints the base URL, serves until a signal comes, and prints the number of requests.
///
/// # Errors
/// The address or the folder cannot be used. A usage error if the rates add up to more than 1.
pub(super) fn run(args: &ServeArgs) -> anyhow::Result<Exit> {
    // Signals are handled before the base URL is printed, so that a script which has read it can
    // stop the server properly.
    let (settings, shutdown) = Shutdown::on_signal(|| settings(args))?;
    let origin = Origin::start(settings).map_err(with_advice)?;
    // A stdout that cannot be written to does not stop the server.
    let _ = print(&format!("{}\n", origin.base_url()));
    let waiting = Builder::new_current_thread().build()?;
    waiting.block_on(shutdown.requested());
    let _ = print(&format!("served {}\n", origin.stop()));
    Ok(Exit::Complete)
}

fn settings(args: &ServeArgs) -> anyhow::Result<Settings> {
    let weather = args.weather.over(Preset::Local).map_err(cli::usage_error)?;
    let source = match &args.dir {
        Some(dir) => FlagSource::folder(dir)
            .with_context(|| format!("cannot serve the folder {}", dir.display()))?,
        None => FlagSource::BuiltIn,
    };
    let bind = resolve(&args.bind, args.port)?;
    let verbose = args.verbose;
    let on_request = Arc::new(move |request: &RequestLog| {
        for message in &request.rejected {
            stderr::error(message);
        }
        if verbose {
            stderr::line(&escape_controls(&log_line(request)));
        }
    });
    Ok(Settings { bind, source, weather, on_request })
}

/// The address of a host. `localhost` is the loopback address without a lookup, as for curl (RFC
/// 6761 §6.3). If a name has IPv4 and IPv6 addresses, its first IPv4 address is used.
fn resolve(host: &str, port: u16) -> anyhow::Result<SocketAddr> {
    if host.eq_ignore_ascii_case("localhost") {
        return Ok((Ipv4Addr::LOCALHOST, port).into());
    }
    let failure = || format!("cannot resolve --bind {host}");
    let addresses = (host, port).to_socket_addrs().with_context(failure)?;
    // The first of the smallest: `false` is smaller than `true`.
    addresses.min_by_key(SocketAddr::is_ipv6).with_context(failure)
}

/// For example `2024-02-29T12:00:00.123Z 127.0.0.1:51234 BR 200 2341B 103ms reset`, with `-` for no
/// fault. A request for anything but a flag has its path in place of the code.
fn log_line(request: &RequestLog) -> String {
    let time = timestamp(request.time);
    let RequestLog { client, status, bytes, .. } = request;
    let code = request.code.map_or(request.path.clone(), |code| code.to_string());
    let delay = request.delay.as_millis();
    let fault = request.fault.map_or("-".into(), |fault| fault.to_string());
    format!("{time} {client} {code} {status} {bytes}B {delay}ms {fault}")
}

fn with_advice(error: io::Error) -> anyhow::Error {
    let advice = match error.kind() {
        ErrorKind::AddrInUse => "; choose another --port, or 0 for any free one",
        ErrorKind::AddrNotAvailable => "; --bind needs an address of this machine",
        ErrorKind::PermissionDenied => "; choose a --port from 1024 up",
        _ => "",
    };
    anyhow::anyhow!("{error}{advice}")
}
