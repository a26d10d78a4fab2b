//! The report of a comparison: a table, and sentences that say what it means.

use std::io::{self, IsTerminal, Write};

use super::table::table;
use crate::compare::Results;

/// Where the report goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    Stdout,
    /// Used when an export takes stdout.
    Stderr,
}

/// Writes the report, or nothing if nothing was measured. Bars and colours are for terminals.
///
/// # Errors
/// The stream cannot be written. A closed pipe is not an error.
pub fn show(results: &Results, stream: Stream) -> io::Result<()> {
    if results.modes.is_empty() {
        return Ok(());
    }
    let written = match stream {
        Stream::Stdout => {
            let report = report(results, terminal_width(&io::stdout()));
            let mut stdout = anstream::stdout().lock();
            stdout.write_all(report.as_bytes()).and_then(|()| stdout.flush())
        }
        Stream::Stderr => {
            let report = report(results, terminal_width(&io::stderr()));
            anstream::stderr().lock().write_all(report.as_bytes())
        }
    };
    written.or_else(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(error),
    })
}

/// The number of columns; `None` if `stream` is not a terminal.
#[cfg(unix)]
fn terminal_width(stream: &(impl IsTerminal + std::os::fd::AsFd)) -> Option<usize> {
    let size = terminal_size::terminal_size_of(stream);
    stream.is_terminal().then(|| size.map_or(80, |(width, _)| width.0.into()))
}

/// The number of columns; `None` if `stream` is not a terminal.
#[cfg(windows)]
fn terminal_width(stream: &(impl IsTerminal + std::os::windows::io::AsHandle)) -> Option<usize> {
    let size = terminal_size::terminal_size_of(stream);
    stream.is_terminal().then(|| size.map_or(80, |(width, _)| width.0.into()))
}

fn report(results: &Results, width: Option<usize>) -> String {
    let sentences = results.sentences();
    let gap = if sentences.is_empty() { "" } else { "\n" };
    let lines: String = sentences.into_iter().map(|line| line + "\n").collect();
    table(results, width) + gap + &lines
}
