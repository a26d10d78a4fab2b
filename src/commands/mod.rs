//! One file per command: turn arguments into a plan, run it, report it.

mod compare;
mod completions;
mod download;
mod list;
mod man;
mod open_endpoint;
mod serve;

use std::io;
use std::process::ExitCode;

use anyhow::Context;

use crate::cli::{self, Cli, Command};
use crate::output::terminal::{stderr, write_all};
use crate::system::signals::{Shutdown, Signal};

/// How the process ends. Scripts rely on the exit statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Every flag was saved, skipped or unchanged, or another command succeeded: 0.
    Complete,
    /// A flag is missing, the run could not start, output could not be written, or a
    /// `--min-speedup` was missed: 1.
    Incomplete,
    /// A usage error: 2.
    Usage,
    /// A signal ended the run: 128 plus its number.
    Stopped(Signal),
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        match exit {
            Exit::Complete => ExitCode::SUCCESS,
            Exit::Incomplete => ExitCode::FAILURE,
            Exit::Usage => ExitCode::from(2),
            Exit::Stopped(signal) => ExitCode::from(signal.end_process()),
        }
    }
}

/// Runs the given command.
///
/// # Errors
/// A message about why it failed and what to do about it; a [`clap::Error`] for a usage error.
pub fn run(cli: Cli) -> anyhow::Result<Exit> {
    let (name, result) = match cli.command {
        None if cli.download.list => ("flags", list::run(&cli.download.selection)),
        None => ("flags", download::run(cli.download)),
        Some(Command::Compare(args)) => ("compare", compare::run(*args)),
        Some(Command::Serve(args)) => ("serve", serve::run(&args)),
        Some(Command::Completions { shell }) => ("completions", completions::run(shell)),
        Some(Command::Man) => ("man", man::run()),
    };
    result.map_err(|error| match error.downcast() {
        Ok(error) => cli::with_usage(error, name).into(),
        Err(error) => error,
    })
}

/// How a run ends: by a signal if one came, even after the last flag; otherwise as `reported` says.
fn end(shutdown: &Shutdown, reported: anyhow::Result<Exit>) -> anyhow::Result<Exit> {
    let Some(signal) = shutdown.signal() else { return reported };
    if let Err(error) = reported {
        stderr::error(&format!("{error:#}"));
    }
    Ok(Exit::Stopped(signal))
}

/// Writes `document` to stdout. A closed pipe is not an error.
fn print(document: &str) -> anyhow::Result<Exit> {
    write_all(io::stdout(), document).context("cannot write to stdout")?;
    Ok(Exit::Complete)
}
