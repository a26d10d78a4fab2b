//! Parses the arguments, runs the command, and returns the exit status.

use std::env;
use std::panic;
use std::process::ExitCode;
use std::sync::Once;

use flags::cli;
use flags::commands::{self, Exit};
use flags::output::terminal::{ignore_closed_pipe, stderr};

fn main() -> ExitCode {
    let first = Once::new();
    // One line and no backtrace. Only the first panic is reported: later ones usually follow from
    // it.
    panic::set_hook(Box::new(move |panic| {
        let message = panic.to_string().replace('\n', " ");
        first.call_once(|| stderr::error(&format!("internal error: {message}")));
    }));
    panic::catch_unwind(run).unwrap_or(Exit::Incomplete).into()
}

fn run() -> Exit {
    let cli = cli::parse(env::args_os()).map_err(anyhow::Error::from);
    cli.and_then(commands::run).unwrap_or_else(report_error)
}

fn report_error(error: anyhow::Error) -> Exit {
    match error.downcast() {
        Ok(error) => print_clap_error(&error),
        Err(error) => {
            stderr::error(&format!("{error:#}"));
            Exit::Incomplete
        }
    }
}

/// Prints an error of clap: a usage error, or the text of `--help` or `--version`. A closed pipe is
/// not an error.
fn print_clap_error(error: &clap::Error) -> Exit {
    match ignore_closed_pipe(error.print()) {
        _ if error.use_stderr() => Exit::Usage,
        Ok(()) => Exit::Complete,
        Err(error) => {
            stderr::error(&format!("cannot write to stdout: {error}"));
            Exit::Incomplete
        }
    }
}
