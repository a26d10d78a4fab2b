//! Markdown: verdicts, a table and sentences, for a page such as a CI job's summary.

use crate::compare::{Results, sentences};
use crate::output::columns::{Column, ColumnKind, columns, joined};
use crate::output::verdicts::{checks, mark};

/// GitHub Flavored Markdown: a heading, the verdict of each `--min-speedup`, the table, and
/// sentences.
pub fn export(results: &Results) -> String {
    let mut page = format!("### Flags: {}\n\n", escape_markdown(&results.title()));
    for check in checks(results) {
        let sentence = escape_markdown(&check.to_string());
        page += &format!("- {} {sentence}\n", mark(check.verdict()));
    }
    if !results.checks.is_empty() {
        page.push('\n');
    }
    let columns = columns(results);
    let headers: Vec<_> = columns.iter().map(|column| joined(&column.header)).collect();
    let alignments = columns.iter().map(|of| if of.is_numeric() { "---:" } else { ":---" });
    page += &format!("| {} |\n", headers.join(" | "));
    page += &format!("| {} |\n", alignments.collect::<Vec<_>>().join(" | "));
    for (row, result) in results.contenders.iter().enumerate() {
        let cell = |column: &Column| match (column.kind, joined(&column.cells[row])) {
            (ColumnKind::Name, name) if result.fastest => format!("**`{name}`**"),
            (ColumnKind::Name, name) => format!("`{name}`"),
            (_, text) => text,
        };
        page += &format!("| {} |\n", columns.iter().map(cell).collect::<Vec<_>>().join(" | "));
    }
    for (n, sentence) in sentences(results).into_iter().enumerate() {
        let gap = if n == 0 { "\n" } else { "" };
        page += &format!("{gap}- {}\n", escape_markdown(&sentence));
    }
    page
}

/// Escapes the characters that have a meaning in Markdown, as a server's URL may have.
fn escape_markdown(text: &str) -> String {
    let special = |char: char| "\\`*_{}[]<>#|~&".contains(char);
    text.chars().flat_map(|char| special(char).then_some('\\').into_iter().chain([char])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::fixtures::{contender, measured, min_speedup, setup};
    use crate::compare::{Contender, Measured, Setup};
    use crate::downloader::Mode;

    #[test]
    fn the_page_has_verdicts_then_a_row_for_each_contender() {
        let contenders = vec![contender("seq"), contender("threads")];
        let min_speedups = vec![min_speedup("threads", 5.0)];
        let setup = Setup { contenders, min_speedups, runs: 6, max_runs: 6, ..setup() };
        let times = |_, contender: Contender| match contender.mode {
            Mode::Seq => Some(2000),
            _ => Some(160),
        };
        let page = export(&Results::new(&setup, &measured(&setup, times)));
        let lines: Vec<_> = page.lines().collect();
        assert_eq!(lines[0], "### Flags: 2 flags from delay, 6 rounds");
        let check = "- ✅ --min-speedup threads=5: passed: threads is 12.5 times as fast as seq";
        assert!(lines[2].starts_with(check), "{page}");
        let header = "| mode | median [s] ± dev. | speedup over seq | efficiency | of ideal \
                      | min [s] | max [s] | jobs |  |";
        assert_eq!(lines[4], header);
        let row = "| **`threads`** | 0.160 ± 0.000 | 12.5 (12.5 to 12.5) | 45 % | 62 % | 0.160 \
                   | 0.160 | 2 | fastest |";
        assert_eq!(lines[7], row);
    }

    #[test]
    fn failed_checks_come_first() {
        let min_speedups = vec![min_speedup("threads", 5.0), min_speedup("threads", 50.0)];
        let setup = Setup { min_speedups, runs: 6, max_runs: 6, ..setup() };
        let times = |_, contender: Contender| match contender.mode {
            Mode::Seq => Some(2000),
            _ => Some(160),
        };
        let page = export(&Results::new(&setup, &measured(&setup, times)));
        let marks: Vec<_> =
            page.lines().filter_map(|line| line.split(' ').nth(1)).skip(1).take(2).collect();
        assert_eq!(marks, ["❌", "✅"], "{page}");
    }

    #[test]
    fn fast_runs_are_in_milliseconds_as_in_the_terminal() {
        let setup = setup();
        let results = measured(&setup, |_, _| Some(4));
        let page = export(&Results::new(&setup, &results));
        assert!(
            page.contains("| median [ms] ± dev. |") && page.contains("| `seq` | 4.0 ± 0.0 |"),
            "{page}"
        );
    }

    #[test]
    fn a_url_is_escaped() {
        let server = "http://h/a_b|c*d~e&lt;".into();
        let setup = Setup { server, ..setup() };
        let page = export(&Results::new(&setup, &Measured::default()));
        assert!(page.starts_with(
            "### Flags: 2 flags from http://h/a\\_b\\|c\\*d\\~e\\&lt;, 0 of 3 rounds\n"
        ));
    }
}
