//! The report of a comparison: a table, and sentences that say what it means.

use std::io::{self, Write};

use anstyle::Style;
use console::Term;

use super::table::table;
use super::terminal::{ignore_closed_pipe, stderr};
use crate::compare::{Results, sentences};

const BOLD: Style = Style::new().bold();

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
    if results.contenders.is_empty() {
        return Ok(());
    }
    let written = match stream {
        Stream::Stdout => {
            let report = report(results, terminal_width(&Term::stdout()));
            let mut stdout = anstream::stdout().lock();
            stdout.write_all(report.as_bytes()).and_then(|()| stdout.flush())
        }
        Stream::Stderr => {
            let report = report(results, terminal_width(&Term::stderr()));
            anstream::stderr().lock().write_all(report.as_bytes())
        }
    };
    ignore_closed_pipe(written)
}

/// Writes a sentence to stderr, wrapped between words if stderr is a terminal.
pub fn note(sentence: &str) {
    stderr::line(&wrapped(sentence, terminal_width(&Term::stderr())));
}

/// The width of the terminal in columns, 80 if it is not known; `None` if `stream` is not a
/// terminal.
fn terminal_width(stream: &Term) -> Option<usize> {
    stream.is_term().then(|| stream.size().1.into())
}

fn report(results: &Results, width: Option<usize>) -> String {
    let title = wrapped(&results.title(), width);
    let table = table(results, width);
    let sentences = sentences(results);
    let gap = if sentences.is_empty() { "" } else { "\n" };
    let sentences: String =
        sentences.iter().map(|sentence| wrapped(sentence, width) + "\n").collect();
    format!("{BOLD}{title}{BOLD:#}\n\n{table}{gap}{sentences}")
}

/// `text` with line breaks between words if it is wider than the terminal.
fn wrapped(text: &str, width: Option<usize>) -> String {
    match width {
        Some(width) => textwrap::fill(text, textwrap::Options::new(width).break_words(false)),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::fixtures::{measured, setup, times};

    #[test]
    fn the_report_has_a_title_the_table_and_the_sentences() {
        let setup = setup();
        let report = report(&Results::new(&setup, &measured(&setup, times)), None);
        let report = anstream::adapter::strip_str(&report).to_string();
        assert!(report.starts_with("2 flags from delay, 3 rounds\n\nmode  "), "{report}");
        assert!(report.contains("\n\nthreads, rayon and async are equally fast"), "{report}");
    }

    #[test]
    fn on_a_narrow_terminal_sentences_are_wrapped_between_words() {
        let setup = setup();
        let report = report(&Results::new(&setup, &measured(&setup, times)), Some(40));
        let expected = "\
threads, rayon and async are equally
fast (within 5 %)
";
        assert!(report.contains(expected), "{report}");
    }
}
