//! `flags completions`: a completion script for a shell.

use clap::{Command, CommandFactory};
use clap_complete::Shell;

use super::{Exit, print};
use crate::cli::Cli;

/// Prints the script.
///
/// # Errors
/// Stdout can't be written to.
pub(super) fn run(shell: Shell) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    let mut command = completed_command();
    clap_complete::generate(shell, &mut command, "flags", &mut script);
    let script = String::from_utf8_lossy(&script);
    let names: Vec<_> = command.get_subcommands().map(Command::get_name).collect();
    print(&corrected(shell, &script, &names))
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

/// The generated `script` without the faults that it has in a shell. `commands` are the names of
/// the commands, of which only the first argument can be one.
fn corrected(shell: Shell, script: &str, commands: &[&str]) -> String {
    match shell {
        // bash splits `--mode=seq` into three words.
        Shell::Bash => script.replace(
            r#"prev="$3""#,
            r#"[ "$3" = "=" ] && prev="${COMP_WORDS[COMP_CWORD-2]}" || prev="$3""#,
        ),
        // Options end at the first argument of `*::` or `*:::`, and a country code must not be one.
        Shell::Zsh => {
            let commands = commands.join("|");
            let rest = format!(
                "local ret=1 rest='*: :'
    [[ $words[2] == ({commands}) ]] && rest='*::: :->flags'"
            );
            let script = script.replace("'*::patterns", "'*:patterns");
            script.replace("local ret=1", &rest).replace(r#""*::: :->flags""#, r#""$rest""#)
        }
        // The generated test for whether a command is given treats a country code as a command, and
        // fails for an option that has no value yet. That for `help` never holds.
        Shell::Fish => {
            let commands = commands.join(" ");
            let no_command_seen = format!("not __fish_seen_subcommand_from {commands}");
            let script = script.replace(&no_command_seen, "test (count (commandline -opc)) -eq 2");
            format!(
                "complete -c flags -f
{script}
function __fish_flags_needs_command
    set -l words (commandline -opc)
    contains -- \"$words[2]\" {commands}
    and echo $words[2]
    and return 1
    or return 0
end
"
            )
        }
        _ => script.to_owned(),
    }
}
