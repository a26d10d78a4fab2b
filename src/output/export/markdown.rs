//! Markdown: a table and what it means, as a page shows it.

use std::fmt::Write as _;

use super::Exporter;
use crate::compare::results::{percent, rounded};
use crate::compare::{ModeResult, Results};

/// A table in GitHub Flavored Markdown, with a heading, and a list of sentences below it.
pub struct Markdown;

impl Exporter for Markdown {
    fn export(&self, results: &Results) -> anyhow::Result<String> {
        let fastest = results.fastest();
        let reference = results.setup.reference;
        let mut page = format!(
            "### Flags: {}\n\n\
             | Mode | Median [s] | Mean [s] | Min [s] | Max [s] | Times as fast as {reference} | Efficiency |\n\
             |:---|---:|---:|---:|---:|---:|---:|\n",
            escaped(&results.title()),
        );
        for result in &results.modes {
            let row = row(result, fastest == Some(result.mode));
            writeln!(page, "| {} |", row.join(" | "))?;
        }
        for (n, sentence) in results.sentences().iter().enumerate() {
            let gap = if n == 0 { "\n" } else { "" };
            writeln!(page, "{gap}- {sentence}")?;
        }
        Ok(page)
    }
}

fn row(result: &ModeResult, fastest: bool) -> [String; 7] {
    let ModeResult { mode, elapsed, .. } = result;
    let seconds = |time: f64| format!("{time:.3}");
    let mean = match elapsed.stddev {
        Some(stddev) => format!("{} ± {}", seconds(elapsed.mean), seconds(stddev)),
        None => seconds(elapsed.mean),
    };
    let speedup = result.speedup.map_or("—".into(), |speedup| match speedup.reference == *mode {
        true => rounded(speedup.median),
        false => format!("{} {}", rounded(speedup.median), speedup.interval_in_words()),
    });
    [
        if fastest { format!("**`{mode}`**") } else { format!("`{mode}`") },
        seconds(elapsed.median),
        mean,
        seconds(elapsed.min),
        seconds(elapsed.max),
        speedup,
        percent(result.efficiency),
    ]
}

/// A server's URL may hold characters that mean something in Markdown.
fn escaped(text: &str) -> String {
    let special = |char: char| "\\`*_{}[]<>#|".contains(char);
    text.chars().flat_map(|char| special(char).then_some('\\').into_iter().chain([char])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::results::tests::{measured, setup};
    use crate::compare::{Measured, Setup};
    use crate::downloader::Mode;

    #[test]
    fn the_page_has_a_row_for_each_mode_and_then_what_it_means() {
        let setup = Setup { modes: vec![Mode::Seq, Mode::Threads], ..setup() };
        let times = |_, mode| Some(if mode == Mode::Seq { 2000 } else { 160 });
        let page = Markdown.export(&Results::new(&setup, &measured(&setup, times))).unwrap();
        let expected = "\
### Flags: 2 flags from delay, 3 rounds

| Mode | Median [s] | Mean [s] | Min [s] | Max [s] | Times as fast as seq | Efficiency |
|:---|---:|---:|---:|---:|---:|---:|
| `seq` | 2.000 | 2.000 ± 0.000 | 2.000 | 2.000 | 1.00 | 90 % |
| **`threads`** | 0.160 | 0.160 ± 0.000 | 0.160 | 0.160 | 12.5 (12.5 to 12.5) | 45 % |

- threads: 12.5 times as fast as seq (12.5 to 12.5), 45 % of what 2 jobs can give
";
        assert_eq!(page, expected);
    }

    #[test]
    fn a_url_is_shown_as_it_is() {
        let server = "http://h/a_b|c*d".into();
        let setup = Setup { server, ..setup() };
        let page = Markdown.export(&Results::new(&setup, &Measured::default())).unwrap();
        assert!(
            page.starts_with("### Flags: 2 flags from http://h/a\\_b\\|c\\*d, 0 of 3 rounds\n")
        );
    }
}
