//! `flags completions`: a completion script for a shell.

use clap::{Command, CommandFactory};
use clap_complete::Shell;

use super::{Exit, print};
use crate::cli::{Cli, CompletionsArgs};

/// Prints the script.
///
/// # Errors
/// Stdout can't be written to.
pub(super) fn run(args: &CompletionsArgs) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    let mut command = completed_command();
    clap_complete::generate(args.shell, &mut command, "flags", &mut script);
    if args.shell == Shell::Fish {
        script.extend(fish_command_test(&command).bytes());
    }
    print(&script)
}

/// The command line without country codes. They have no completions, and with them the script for
/// zsh would treat a command as a code.
fn completed_command() -> Command {
    let cli = Cli::command();
    Command::new("flags")
        .version(env!("CARGO_PKG_VERSION"))
        .args(cli.get_arguments().filter(|arg| !arg.is_positional()).cloned())
        .subcommands(cli.get_subcommands().cloned())
}

/// A replacement for the generated test for whether a command is given. The generated test treats a
/// country code as a command, and fails for an option that has no value yet. Here, only the first
/// argument can be a command.
fn fish_command_test(command: &Command) -> String {
    let names: Vec<_> = command.get_subcommands().map(Command::get_name).collect();
    let names = names.join(" ");
    format!(
        "
function __fish_flags_needs_command
    set -l words (commandline -opc)
    if contains -- \"$words[2]\" {names}
        echo $words[2]
        return 1
    end
end
"
    )
}
