//! Parse, run, and say how it went.

use std::io::ErrorKind;
use std::process::ExitCode;

use flags::commands::{self, Exit};
use flags::output::stderr;

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

/// Prints help, the version, or what is wrong with the arguments. A reader that has gone away is no error.
fn print(answer: &clap::Error) -> ExitCode {
    match answer.print() {
        _ if answer.use_stderr() => Exit::Usage.into(),
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            stderr::error(&format!("cannot write to stdout: {error}"));
            Exit::Incomplete.into()
        }
        _ => ExitCode::SUCCESS,
    }
}
