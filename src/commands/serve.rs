//! `flags serve`: the origin on its own, until a signal ends it.

use std::io::{self, Write};
use std::net::SocketAddr;

use anyhow::Context;

use super::Exit;
use crate::cli::{self, ServeArgs};
use crate::origin::{FlagSource, Origin, Settings, StartError, Weather};
use crate::runtime;
use crate::shutdown::Shutdown;

/// Serves until SIGINT or SIGTERM, and then says how many of what it answered.
///
/// # Errors
/// When the folder is missing or the address taken; a [`clap::Error`] when the rates come to more than 1.
pub(super) fn run(args: &ServeArgs) -> anyhow::Result<Exit> {
    let settings = settings(args)?;
    let runtime = runtime::start()?;
    // Signals (but SIGHUP) are watched before anybody can know that there is something to stop.
    let stop = Shutdown::on_signal(runtime.handle()).context("cannot watch for signals")?;
    let origin = Origin::start(settings).map_err(with_advice)?;
    say(origin.base_url());
    runtime.block_on(stop.requested());
    say(&format!("served {}", origin.stop()));
    Ok(Exit::Complete)
}

fn settings(args: &ServeArgs) -> anyhow::Result<Settings> {
    let weather = args.weather.over(Weather::default()).map_err(cli::usage_error)?;
    let source = match &args.dir {
        Some(dir) => FlagSource::folder(dir)?,
        None => FlagSource::built_in(),
    };
    Ok(Settings { bind: SocketAddr::new(args.bind, args.port), source, weather })
}

/// A line on stdout, at once. Nobody may be there to read it, which is no reason not to serve.
fn say(line: &str) {
    let mut stdout = io::stdout().lock();
    let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
}

fn with_advice(error: StartError) -> anyhow::Error {
    use io::ErrorKind::{AddrInUse, AddrNotAvailable, PermissionDenied};

    let advice = match &error {
        StartError::Listen { source, .. } => match source.kind() {
            AddrInUse => "; choose another --port, or 0 for any that is free",
            AddrNotAvailable => "; --bind takes an address of this machine",
            PermissionDenied => "; choose a --port from 1024 up",
            _ => "",
        },
        StartError::Runtime(_) => "",
    };
    anyhow::anyhow!("{:#}{advice}", anyhow::Error::new(error))
}
