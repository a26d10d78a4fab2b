//! What each command does: turn what was typed into a plan, carry it out, report it.

mod download;

use std::process::ExitCode;

use crate::cli::Cli;
use crate::stop::Signal;

/// How the program ends. The numbers are those that scripts rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Every flag is there: 0.
    Complete,
    /// Some flag is not, or the run could not start: 1.
    Incomplete,
    /// A signal ended it: 130 or 143.
    Stopped(Signal),
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        match exit {
            Exit::Complete => ExitCode::SUCCESS,
            Exit::Incomplete => ExitCode::FAILURE,
            Exit::Stopped(signal) => ExitCode::from(signal.exit_status()),
        }
    }
}

/// Does what was typed.
///
/// # Errors
/// Why it could not be done at all, in a sentence that says what to do about it.
pub fn run(cli: Cli) -> anyhow::Result<Exit> {
    download::run(cli.download)
}
