//! Parse, run, and say how it went.

use std::process::ExitCode;

use flags::commands::{self, Exit};
use flags::report::stderr;

fn main() -> ExitCode {
    let cli = match flags::cli::parse() {
        Ok(cli) => cli,
        Err(answer) => return print(&answer),
    };
    match commands::run(cli) {
        Ok(exit) => exit.into(),
        Err(error) => match error.downcast::<clap::Error>() {
            Ok(usage) => print(&usage),
            Err(error) => {
                stderr::error(&format!("{error:#}"));
                Exit::Incomplete.into()
            }
        },
    }
}

/// Prints help, the version, or what is wrong with the arguments. A closed stdout is no reason to panic.
fn print(answer: &clap::Error) -> ExitCode {
    let _ = answer.print();
    if answer.use_stderr() { Exit::Usage.into() } else { ExitCode::SUCCESS }
}
