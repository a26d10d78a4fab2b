//! Messages on stderr.

use std::io::Write as _;

use anstyle::AnsiColor;

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
pub fn line(styled: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{styled}");
}
