use std::process::ExitCode;

use clap::Parser;
use flags::cli::{Cli, Command};
use flags::commands;

fn main() -> ExitCode {
    let Command::Serve(args) = Cli::parse().command;
    match commands::serve::run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => match error.downcast::<clap::Error>() {
            Ok(usage) => usage.exit(),
            Err(error) => {
                anstream::eprintln!("flags: {error:#}");
                ExitCode::FAILURE
            }
        },
    }
}
