//! What each command does: turn what was typed into a plan, carry it out, report it.

mod compare;
mod download;
mod open_endpoint;
mod serve;

use std::process::ExitCode;

use crate::cli::{self, Cli, Command, UsageError};
use crate::shutdown::Signal;

/// How the program ends. The numbers are those that scripts rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Every flag is there, or what was asked for is done: 0.
    Complete,
    /// Some flag is not, the run could not start, or a comparison fell short: 1.
    Incomplete,
    /// What was typed is wrong: 2.
    Usage,
    /// A signal ended it: 128 and its number.
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

/// Does what was typed.
///
/// # Errors
/// Why it could not be done at all, in a sentence that says what to do about it; a [`clap::Error`] where
/// what was typed does not go together.
pub fn run(cli: Cli) -> anyhow::Result<Exit> {
    let name = cli.command_name();
    let result = match cli.command {
        None => download::run(cli.download),
        Some(Command::Compare(args)) => compare::run(*args),
        Some(Command::Serve(args)) => serve::run(&args),
    };
    result.map_err(|error| match error.downcast::<UsageError>() {
        Ok(error) => cli::to_clap_error(&error, name).into(),
        Err(error) => error,
    })
}
