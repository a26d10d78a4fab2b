//! Messages on stderr.

use std::io::{self, Write as _};

use anstream::adapter::strip_str;
use anstream::{AutoStream, ColorChoice};
use clap::builder::styling::AnsiColor;

use super::escape::escape_controls;

/// Writes `flags: {message}`, with the name in red on a terminal that shows colours.
///
/// Errors are ignored: a closed or full stderr must not stop a download.
pub fn error(message: &str) {
    let red = AnsiColor::Red.on_default().bold();
    line(&format!("{red}flags:{red:#} {}", escape_controls(message)));
}

/// Writes a line with ANSI styles. They are removed if stderr is not a terminal, or if `NO_COLOR`
/// is set.
///
/// The line is a single write, so that it stays whole if other processes write to the same file.
pub fn line(styled: &str) {
    let line = match has_colours() {
        true => format!("{styled}\n"),
        false => format!("{}\n", strip_str(styled)),
    };
    let _ = anstream::stderr().lock().write_all(line.as_bytes());
}

/// Whether stderr shows colours.
pub(super) fn has_colours() -> bool {
    AutoStream::choice(&io::stderr()) != ColorChoice::Never
}
