//! Parse, run, and say how it went.

use std::process::ExitCode;

use flags::commands::{self, Exit};
use flags::report::stderr;

fn main() -> ExitCode {
    let cli = match flags::cli::parse() {
        Ok(cli) => cli,
        Err(answer) => {
            // Help, the version, or what is wrong with the arguments. A closed stdout is no reason to panic.
            let _ = answer.print();
            return ExitCode::from(answer.exit_code() as u8);
        }
    };
    match commands::run(cli) {
        Ok(exit) => exit.into(),
        Err(error) => {
            stderr::error(&format!("{error:#}"));
            Exit::Incomplete.into()
        }
    }
}
