//! Messages on stderr.

use std::fmt::Write as _;
use std::io::Write as _;

use anstyle::AnsiColor;

/// Writes `flags: {message}`, with the name in red on a terminal that shows colours.
///
/// Errors are ignored: a closed or full stderr must not stop a download.
pub fn error(message: &str) {
    let red = AnsiColor::Red.on_default().bold();
    line(&format!("{red}flags:{red:#} {}", escape_controls(message)));
}

/// Writes a line with ANSI styles. They are removed if stderr is not a terminal, or if `NO_COLOR` is
/// set.
pub fn line(styled: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{styled}");
}

/// Escapes the control characters in `text`, so that text from a server can't control the terminal.
///
/// ```
/// use flags::output::stderr::escape_controls;
///
/// assert_eq!(escape_controls("Español\x1b[2J\r\n"), "Español\\u{1b}[2J\\r\\n");
/// ```
pub fn escape_controls(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for char in text.chars() {
        match is_terminal_control(char) {
            true => drop(write!(safe, "{}", char.escape_default())),
            false => safe.push(char),
        }
    }
    safe
}

/// Whether a terminal acts on `char` instead of showing it: control characters, line separators,
/// and the marks that reorder a line of text (`Bidi_Control` in Unicode's PropList.txt).
pub(super) fn is_terminal_control(char: char) -> bool {
    let reorders = matches!(
        char,
        '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    reorders || char.is_control()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_that_reorders_text_is_escaped() {
        let marks = ['\u{061c}', '\u{200e}', '\u{200f}'].into_iter();
        for mark in marks.chain('\u{202a}'..='\u{202e}').chain('\u{2066}'..='\u{2069}') {
            assert!(is_terminal_control(mark), "{}", mark.escape_unicode());
        }
        assert_eq!(escape_controls("a\u{061c}b"), "a\\u{61c}b");
    }
}
