//! The report of a comparison: a table, and sentences that say what it means.

use std::io;

use clap::builder::styling::Style;

use super::table::table;
use super::terminal::{Charset, stderr, write_all};
use crate::compare::{Results, sentences};

pub use super::terminal::Stream;

const BOLD: Style = Style::new().bold();

/// Writes the report, or nothing if nothing was measured. Bars and colours are for terminals.
///
/// # Errors
/// The stream cannot be written. A closed pipe is not an error.
pub fn show(results: &Results, stream: Stream) -> io::Result<()> {
    if results.contenders.is_empty() {
        return Ok(());
    }
    let report = report(results, stream.width());
    let report = Charset::of_locale().show(&report);
    match stream {
        Stream::Stdout => write_all(anstream::stdout(), &report),
        Stream::Stderr => write_all(anstream::stderr(), &report),
    }
}

/// Writes a sentence to stderr.
pub fn note(sentence: &str) {
    stderr::line(&Charset::of_locale().show(sentence));
}

fn report(results: &Results, width: Option<usize>) -> String {
    let title = results.title();
    let table = table(results, width);
    let sentences = sentences(results).into_iter().map(|sentence| format!("{sentence}\n"));
    let sentences: String = sentences.collect();
    let gap = if sentences.is_empty() { "" } else { "\n" };
    format!("{BOLD}{title}{BOLD:#}\n\n{table}{gap}{sentences}")
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
}
