//! The command line: arguments, their help texts, and usage errors. Built with clap.

mod compare_args;
mod download_args;
mod fetch_args;
mod serve_args;
mod weather_args;

use std::ffi::OsString;
use std::fmt::Display;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

use crate::base_url::redacted_text;
use crate::output::terminal::escape::escape_controls;

pub use compare_args::CompareArgs;
pub use download_args::{DownloadArgs, Timeline};
pub(crate) use fetch_args::server;
pub use fetch_args::{RequestArgs, SelectionArgs};
pub use serve_args::ServeArgs;
pub use weather_args::WeatherArgs;

/// Download the flags of the world, one after another or many at once
///
/// Downloads the flags of the 20 most populous countries, or of the given codes, as GIF files.
/// Prints each code when its flag is saved, then the number of downloads and the elapsed time. Run
/// it with --mode seq, threads, rayon and async to see how much time concurrent requests save.
#[derive(Debug, Parser)]
#[command(
    name = "flags",
    bin_name = "flags",
    version,
    propagate_version = true,
    max_term_width = 100,
    args_conflicts_with_subcommands = true,
    args_override_self = true,
    after_help = "Exit status: 0 every flag was saved, skipped or unchanged; 1 a flag is missing \
                  or the run could not start; 2 a usage error; 129, 130, 131 or 143 ended by \
                  SIGHUP, SIGINT, SIGQUIT or SIGTERM.\n\
                  To try it without a network: flags --server local"
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub download: DownloadArgs,
}

/// The commands. Without one, `flags` downloads.
#[derive(Debug, Subcommand)]
pub enum Command {
    #[command(display_name = "flags")]
    Compare(Box<CompareArgs>),
    #[command(display_name = "flags")]
    Serve(ServeArgs),
    /// Print a completion script for a shell
    #[command(display_name = "flags")]
    #[command(after_help = "To install the script:
  flags completions bash >~/.local/share/bash-completion/completions/flags
  flags completions fish >~/.config/fish/completions/flags.fish
  flags completions zsh >DIR/_flags, where DIR is a folder in $fpath")]
    Completions {
        /// Shell that the script is for
        #[arg(value_enum, value_name = "SHELL", ignore_case = true)]
        shell: Shell,
    },
    /// Print the manual page as roff
    ///
    /// To read it: flags man | man -l -
    #[command(display_name = "flags")]
    Man,
}

/// Parses `args`, of which the first is the name of the program.
///
/// # Errors
/// A usage error, or the text that `--help` or `--version` asked for. It can be printed: it shows
/// neither control characters nor passwords that are in `args`.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(args).map_err(|mut error| {
        let context: Vec<_> = error.context().map(|(kind, value)| (kind, value.clone())).collect();
        for (kind, value) in context {
            if let ContextValue::String(text) = value
                && text != printable(&text)
            {
                error.insert(kind, ContextValue::String(printable(&text)));
                // A tip may repeat the text.
                error.remove(ContextKind::Suggested);
            }
        }
        error
    })
}

/// `text` without passwords, and with its control characters escaped.
fn printable(text: &str) -> String {
    escape_controls(&redacted_text(text))
}

/// A usage error for arguments that are valid alone but not together. [`with_usage`] adds the usage
/// text.
pub(crate) fn usage_error(message: impl Display) -> anyhow::Error {
    clap::Error::raw(ErrorKind::ValueValidation, escape_controls(&message.to_string())).into()
}

/// Adds the usage text of the command `name` to a [`usage_error`]. If no subcommand has this name,
/// it is the usage text of `flags`.
pub(crate) fn with_usage(error: clap::Error, name: &str) -> clap::Error {
    let mut cli = Cli::command();
    cli.build();
    match cli.find_subcommand_mut(name) {
        Some(command) => error.format(command),
        None => error.format(&mut cli),
    }
}

#[cfg(test)]
mod tests {
    use clap::{Arg, ArgAction, Command, CommandFactory, ValueHint};

    use super::Cli;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_error_of_a_misspelt_command_names_them_all() {
        let mut cli = Cli::command();
        cli.build();
        let names: Vec<_> = cli.get_subcommands().map(Command::get_name).collect();
        assert_eq!(names.join(", "), super::fetch_args::COMMANDS);
    }

    #[test]
    fn only_codes_and_min_speedup_accumulate() {
        fn accumulating(command: &Command) -> Vec<String> {
            let appends = |arg: &&Arg| matches!(arg.get_action(), ArgAction::Append);
            let own = command.get_arguments().filter(appends).map(|arg| arg.get_id().to_string());
            own.chain(command.get_subcommands().flat_map(accumulating)).collect()
        }
        let mut cli = Cli::command();
        cli.build();
        let mut ids = accumulating(&cli);
        ids.retain(|id| id != "patterns" && id != "min_speedup" && id != "subcommand");
        assert_eq!(ids, Vec::<String>::new(), "these keep the values that a later one overrides");
    }

    #[test]
    fn shells_complete_files_and_folders() {
        fn check(command: &Command) {
            for arg in command.get_arguments() {
                let hint = match arg.get_value_names().map(|names| names[0].as_str()) {
                    Some("FILE") => ValueHint::FilePath,
                    Some("DIR") => ValueHint::DirPath,
                    _ => continue,
                };
                assert_eq!(arg.get_value_hint(), hint, "--{}", arg.get_id());
            }
            command.get_subcommands().for_each(check);
        }
        check(&Cli::command());
    }
}
