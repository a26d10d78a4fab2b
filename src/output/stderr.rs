//! Lines on stderr: what went wrong, with the program's name before it.

use std::fmt::Write as _;
use std::io::Write as _;

use anstyle::{AnsiColor, Style};

/// Writes `flags: {message}`, the name in red where stderr is a terminal that shows colours.
///
/// A stderr that is closed or full keeps nobody from their flags, so that is not reported.
pub fn error(message: &str) {
    let red = AnsiColor::Red.on_default().bold();
    line(&format!("{red}flags:{red:#} {}", escaped(message)));
}

/// Writes one line of `styled` text: styles are dropped where stderr is no terminal, or `NO_COLOR` is set.
pub fn line(styled: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{styled}");
}

/// `text` in `style`, for [`line`](fn@line).
pub fn styled(text: &str, style: Style) -> String {
    format!("{style}{}{style:#}", escaped(text))
}

/// `text` with control characters escaped, so that what a server sends can't steer the terminal.
///
/// ```
/// use flags::output::stderr::escaped;
///
/// assert_eq!(escaped("Español\x1b[2J\r\n"), "Español\\u{1b}[2J\\r\\n");
/// ```
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for char in text.chars() {
        match is_terminal_control(char) {
            true => drop(write!(safe, "{}", char.escape_default())),
            false => safe.push(char),
        }
    }
    safe
}

/// Whether `char` can make a terminal do something other than show it: a control character, or one of the
/// marks that reorder a line, which hide what it says as well.
pub(super) fn is_terminal_control(char: char) -> bool {
    let reorders = matches!(
        char,
        '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    reorders || char.is_control()
}
