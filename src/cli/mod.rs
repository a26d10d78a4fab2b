//! What a person can type, and nothing else.

mod compare;
mod download;
mod request;
mod selection;
mod serve;
mod server;
mod values;
mod weather;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};

pub use compare::CompareArgs;
pub use download::DownloadArgs;
pub use request::RequestArgs;
pub use selection::SelectionArgs;
pub use serve::ServeArgs;
pub(crate) use server::server;
pub use weather::WeatherArgs;

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
                  2 a usage error, \
                  130 or 143 ended by a signal.\n\
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
pub enum Command {
    Compare(Box<CompareArgs>),
    Serve(ServeArgs),
}

/// What was typed, or what is wrong with it.
pub fn parse() -> Result<Cli, clap::Error> {
    Cli::try_parse()
}

/// An error about what was typed that shows only once all of it has been read. It exits 2, as others do.
pub(crate) fn usage_error(message: impl std::fmt::Display) -> anyhow::Error {
    Cli::command().error(ErrorKind::ValueValidation, message).into()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Cli::command().debug_assert();
    }
}
