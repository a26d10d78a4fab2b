//! Markdown: a table and sentences, for a page such as a CI job's summary.

use std::fmt::Write as _;

use super::Exporter;
use crate::compare::{ContenderResult, Results, sentences};
use crate::numbers::{percent, rounded};
use crate::output::time_unit::TimeUnit;

/// GitHub Flavored Markdown: a heading, a table with the units of the terminal's table, and a list
/// of sentences, which includes the verdict of each `--min-speedup`.
pub struct Markdown;

impl Exporter for Markdown {
    fn export(&self, results: &Results) -> anyhow::Result<String> {
        let unit = TimeUnit::of(results);
        let (name, reference) = (unit.name, results.setup.reference);
        let mut page = format!(
            "### Flags: {}\n\n\
             | Mode | Median [{name}] | Mean [{name}] | Min [{name}] | Max [{name}] \
             | Speedup over {reference} | Efficiency | Of ideal |\n\
             |:---|---:|---:|---:|---:|---:|---:|---:|\n",
            escape_markdown(&results.title()),
        );
        for result in &results.contenders {
            writeln!(page, "| {} |", row(result, unit).join(" | "))?;
        }
        let verdicts = results.checks.iter().map(ToString::to_string);
        for (n, sentence) in sentences(results).into_iter().chain(verdicts).enumerate() {
            let gap = if n == 0 { "\n" } else { "" };
            writeln!(page, "{gap}- {}", escape_markdown(&sentence))?;
        }
        Ok(page)
    }
}

fn row(result: &ContenderResult, unit: TimeUnit) -> [String; 8] {
    let ContenderResult { contender, elapsed, fastest, .. } = result;
    let time = |seconds: f64| unit.format(seconds);
    let mean = match elapsed.stddev {
        Some(stddev) => format!("{} ± {}", time(elapsed.mean), time(stddev)),
        None => time(elapsed.mean),
    };
    let speedup =
        result.speedup.map_or("-".into(), |speedup| match speedup.reference == *contender {
            true => rounded(speedup.estimate),
            false => format!("{} {}", rounded(speedup.estimate), speedup.interval_in_words()),
        });
    [
        if *fastest { format!("**`{contender}`** fastest") } else { format!("`{contender}`") },
        time(elapsed.median),
        mean,
        time(elapsed.min),
        time(elapsed.max),
        speedup,
        percent(result.efficiency),
        result.ideal.map_or("-".into(), |ideal| percent(ideal.share)),
    ]
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
    fn the_page_has_a_row_for_each_contender_then_sentences_and_verdicts() {
        let contenders = vec![contender("seq"), contender("threads")];
        let min_speedups = vec![min_speedup("threads", 5.0)];
        let setup = Setup { contenders, min_speedups, ..setup() };
        let times = |_, contender: Contender| match contender.mode() {
            Mode::Seq => Some(2000),
            _ => Some(160),
        };
        let page = Markdown.export(&Results::new(&setup, &measured(&setup, times))).unwrap();
        let expected = "\
### Flags: 2 flags from delay, 3 rounds

| Mode | Median [s] | Mean [s] | Min [s] | Max [s] | Speedup over seq | Efficiency | Of ideal |
|:---|---:|---:|---:|---:|---:|---:|---:|
| `seq` | 2.000 | 2.000 ± 0.000 | 2.000 | 2.000 | 1.00 | 90 % | 10 % |
| **`threads`** fastest | 0.160 | 0.160 ± 0.000 | 0.160 | 0.160 | 12.5 (12.5 to 12.5) | 45 % \
| 62 % |

- too few rounds: intervals have 75 % confidence, not 95 %
- --min-speedup threads=5: inconclusive: threads is 12.5 times as fast as seq (12.5 to \
12.5); it takes at least 6 rounds to decide (--runs)
";
        assert_eq!(page, expected);
    }

    #[test]
    fn fast_runs_are_in_milliseconds_as_in_the_terminal() {
        let setup = setup();
        let results = measured(&setup, |_, _| Some(4));
        let page = Markdown.export(&Results::new(&setup, &results)).unwrap();
        assert!(page.contains("| Median [ms] |") && page.contains("| `seq` | 4.0 |"), "{page}");
    }

    #[test]
    fn a_url_is_escaped() {
        let server = "http://h/a_b|c*d~e&lt;".into();
        let setup = Setup { server, ..setup() };
        let page = Markdown.export(&Results::new(&setup, &Measured::default())).unwrap();
        assert!(page.starts_with(
            "### Flags: 2 flags from http://h/a\\_b\\|c\\*d\\~e\\&lt;, 0 of 3 rounds\n"
        ));
    }
}
