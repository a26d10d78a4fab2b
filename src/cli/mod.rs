//! What a person can type, and nothing else.

mod compare_args;
mod download_args;
mod request_args;
mod selection_args;
mod serve_args;
mod server_option;
mod value_parsers;
mod weather_args;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};

pub use compare_args::CompareArgs;
pub use download_args::DownloadArgs;
pub use request_args::RequestArgs;
pub use selection_args::SelectionArgs;
pub use serve_args::ServeArgs;
pub(crate) use server_option::server;
pub use weather_args::WeatherArgs;

/// Download the flags of the world, one after another or many at once
///
/// Fetches the flags of the 20 most populous countries, or of those named, as GIF files, prints each code
/// as its flag arrives, and then how long it took. With --mode, see what waiting for one flag after
/// another costs, and what threads, rayon or async tasks save.
#[derive(Debug, Parser)]
#[command(
    name = "flags",
    version,
    max_term_width = 100,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    after_help = "Exit status: 0 every flag is there, 1 some flag is not or the run could not start, \
                  2 a usage error, 129, 130, 131 or 143 ended by SIGHUP, SIGINT, SIGQUIT or SIGTERM.\n\
                  Without a network: flags --server local"
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub download: DownloadArgs,
}

/// What to do other than download.
#[derive(Debug, Subcommand)]
// To make the arguments of all commands takes a twentieth of a run that fetches 20 flags from nearby.
#[command(defer = true)]
pub enum Command {
    // The list of commands has these lines, each command's own help those of its arguments.
    /// Time the modes against each other
    Compare(Box<CompareArgs>),
    /// Serve flags over HTTP on this machine, with the delays and faults that you ask for
    Serve(ServeArgs),
}

/// What was typed, or what is wrong with it.
pub fn parse() -> Result<Cli, clap::Error> {
    Cli::try_parse()
}

/// What is wrong with what was typed, where that shows only once all of it has been read.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct UsageError(String);

/// A [`UsageError`] that says `message`.
pub(crate) fn usage_error(message: impl std::fmt::Display) -> anyhow::Error {
    UsageError(message.to_string()).into()
}

impl Cli {
    /// The name of the command that was typed, if any was.
    pub(crate) fn command_name(&self) -> Option<&'static str> {
        match self.command {
            None => None,
            Some(Command::Compare(_)) => Some("compare"),
            Some(Command::Serve(_)) => Some("serve"),
        }
    }
}

/// The same error as clap tells it, with the usage of the command that was typed.
pub(crate) fn to_clap_error(error: &UsageError, command: Option<&str>) -> clap::Error {
    let mut cli = Cli::command();
    cli.build();
    let typed = match command.and_then(|name| cli.find_subcommand_mut(name)) {
        Some(command) => command,
        None => &mut cli,
    };
    typed.error(ErrorKind::ValueValidation, error)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Cli::command().debug_assert();
    }
}
