//! A comparison as a table that reads at a glance.

use anstyle::{AnsiColor, Style};

use crate::compare::results::{percent, rounded};
use crate::compare::{ModeResult, Results};

/// How wide a table without bars is, in columns.
const WIDTH: usize = 70;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// In which unit the table shows times.
#[derive(Clone, Copy)]
struct Unit {
    name: &'static str,
    per_second: f64,
    decimals: usize,
}

const SECONDS: Unit = Unit { name: "s", per_second: 1.0, decimals: 3 };
const MILLISECONDS: Unit = Unit { name: "ms", per_second: 1000.0, decimals: 1 };

/// The table, in styles. In a terminal that is so many `columns` wide, each mode's time is drawn as well;
/// for a reader that is no person, there are numbers alone.
pub(super) fn table(results: &Results, columns: Option<usize>) -> String {
    let slowest = results.modes.iter().map(|mode| mode.elapsed.median).fold(0.0, f64::max);
    let unit = if slowest < 1.0 { MILLISECONDS } else { SECONDS };
    let width = columns.map(|columns| columns.saturating_sub(WIDTH + 2).clamp(8, 30));
    let title = results.title();
    let head = head(results, unit, width);
    let mut table = format!("{BOLD}{title}{BOLD:#}\n\n{DIM}{head}{DIM:#}\n");
    for result in &results.modes {
        let fastest = results.fastest() == Some(result.mode);
        let style = if fastest { AnsiColor::Green.on_default().bold() } else { Style::new() };
        let bar = width.map(|width| bar(result.elapsed.median / slowest, width));
        let cells = [
            format!("{style}{:<8}{style:#}", result.mode),
            times(result, unit),
            bar.map(|bar| format!("{style}{bar}{style:#}  ")).unwrap_or_default(),
            speedup(result),
            format!("{:>12}", percent(result.efficiency)),
            if fastest { format!("  {style}fastest{style:#}") } else { String::new() },
        ];
        table += &(cells.concat() + "\n");
    }
    table
}

fn head(results: &Results, unit: Unit, bars: Option<usize>) -> String {
    let gap = " ".repeat(bars.map_or(0, |width| width + 2));
    let times = format!("median ± dev. [{}]", unit.name);
    let speedup = format!("speedup over {}", results.setup.reference);
    format!("{:<8}{times:<19}{gap}{speedup:<22}  efficiency", "mode")
}

fn times(result: &ModeResult, unit: Unit) -> String {
    let Unit { per_second, decimals, .. } = unit;
    let time = |seconds: f64| format!("{:.decimals$}", seconds * per_second);
    let deviation = result.elapsed.stddev.map(|stddev| format!("± {}", time(stddev)));
    format!("{:>7} {:<11}", time(result.elapsed.median), deviation.unwrap_or_default())
}

fn speedup(result: &ModeResult) -> String {
    let (middle, interval) = match result.speedup {
        None => ("-".into(), String::new()),
        Some(speedup) if speedup.reference == result.mode => ("1".into(), String::new()),
        Some(speedup) => (rounded(speedup.median), speedup.interval_in_words()),
    };
    format!("{middle:>5} {interval:<16}")
}

/// A bar of so large a share of `width` columns, to an eighth of one, and blanks for the rest.
fn bar(share: f64, width: usize) -> String {
    let eighths = ((share * width as f64 * 8.0).round() as usize).clamp(1, width * 8);
    let mut bar = "█".repeat(eighths / 8);
    bar.extend(['▏', '▎', '▍', '▌', '▋', '▊', '▉'].get((eighths % 8).wrapping_sub(1)));
    format!("{bar:<width$}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::results::tests::{measured, setup, times};
    use crate::compare::{Round, Setup};
    use crate::downloader::Mode;

    #[test]
    fn off_a_terminal_the_table_is_columns_of_numbers_and_no_wider_than_a_page() {
        let setup = setup();
        let table = anstream::adapter::strip_str(&table(
            &Results::new(&setup, &measured(&setup, times)),
            None,
        ))
        .to_string();
        let expected = "\
2 flags from delay, 3 rounds

mode    median ± dev. [s]  speedup over seq        efficiency
seq       3.000 ± 1.000        1                         90 %
threads   0.200 ± 0.000     15.0 (10.0 to 20.0)          45 %  fastest
rayon     0.200 ± 0.000     15.0 (10.0 to 20.0)          45 %
async     0.200 ± 0.000     15.0 (10.0 to 20.0)          45 %
";
        assert_eq!(table, expected);
        assert!(table.lines().all(|line| line.chars().count() <= WIDTH));
    }

    #[test]
    fn on_a_terminal_each_mode_has_a_bar_and_the_fastest_a_colour() {
        let setup = Setup { modes: vec![Mode::Seq, Mode::Threads], ..setup() };
        let table = table(&Results::new(&setup, &measured(&setup, times)), Some(80));
        let row = |mode: &str| table.lines().find(|line| line.contains(mode)).unwrap().to_owned();
        assert!(row("3.000").contains(&"█".repeat(8)), "{table}");
        assert!(row("fastest").contains("▌ "), "{table}");
        assert!(row("fastest").contains("\x1b[1m\x1b[32m"), "{table}");
        let plain = anstream::adapter::strip_str(&table).to_string();
        assert!(plain.lines().all(|line| line.chars().count() <= 80), "{plain}");
    }

    #[test]
    fn times_of_less_than_a_second_are_in_milliseconds() {
        let setup = setup();
        let times = |_: Round, _| Some(250);
        let table = table(&Results::new(&setup, &measured(&setup, times)), None);
        assert!(table.contains("median ± dev. [ms]") && table.contains("250.0 ± 0.0"), "{table}");
    }

    #[test]
    fn a_bar_is_as_long_as_its_share() {
        assert_eq!(bar(1.0, 20), "█".repeat(20));
        assert_eq!(bar(0.5, 4), "██  ");
        assert_eq!(bar(0.375, 4), "█▌  ");
        assert_eq!(bar(0.0, 4), "▏   ");
    }
}
