//! The argument of `flags completions`.

use clap::Args;
use clap_complete::Shell;

/// Print a completion script for a shell
#[derive(Debug, Args)]
#[command(after_help = "To install the script:
  bash: flags completions bash > ~/.local/share/bash-completion/completions/flags
  fish: flags completions fish > ~/.config/fish/completions/flags.fish
  zsh:  flags completions zsh > DIR/_flags, where DIR is a folder in $fpath")]
pub struct CompletionsArgs {
    /// Shell that the script is for
    #[arg(value_enum, value_name = "SHELL", ignore_case = true)]
    pub shell: Shell,
}
