//! Escapes the characters that control a terminal.

/// Escapes the control characters in `text`, so that text from a server can't control the terminal.
///
/// ```
/// use flags::output::terminal::escape::escape_controls;
///
/// assert_eq!(escape_controls("Español\x1b[2J\r\n"), "Español\\u{1b}[2J\\r\\n");
/// ```
pub fn escape_controls(text: &str) -> String {
    escape(text, |char| char.escape_default().to_string())
}

/// Escapes the control characters in the JSON document `text`, except line breaks. They occur in
/// its strings only, and all of them have four-digit escapes (RFC 8259 §7).
pub(in crate::output) fn escape_controls_in_json(text: &str) -> String {
    escape(text, |char| match char {
        '\n' => char.to_string(),
        _ => format!("\\u{:04x}", u32::from(char)),
    })
}

/// `text` with each control character replaced by its escape.
fn escape(text: &str, escape_of: impl Fn(char) -> String) -> String {
    let mut safe = String::with_capacity(text.len());
    for char in text.chars() {
        match is_terminal_control(char) {
            true => safe.push_str(&escape_of(char)),
            false => safe.push(char),
        }
    }
    safe
}

/// Whether a terminal acts on `char` instead of showing it: control characters, line separators,
/// and the marks that reorder a line of text (`Bidi_Control` in Unicode's PropList.txt).
fn is_terminal_control(char: char) -> bool {
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
