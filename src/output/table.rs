//! The results of a comparison as a table that fits the terminal.

use anstyle::{AnsiColor, Style};

use super::time_unit::TimeUnit;
use crate::compare::{ContenderResult, Results};
use crate::numbers::{percent, rounded};

const DIM: Style = Style::new().dimmed();

/// The narrowest and the widest bar, in terminal columns.
const BAR: (usize, usize) = (8, 30);

/// The columns from the most to the least important: the last ones are left out first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum ColumnKind {
    Name,
    Median,
    Speedup,
    Fastest,
    OfIdeal,
    Interval,
    Deviation,
    Bar,
    Efficiency,
}

/// A column: its header, and a cell for each contender.
struct Column {
    kind: ColumnKind,
    header: String,
    cells: Vec<String>,
    right_aligned: bool,
    /// The blanks before it.
    gap: usize,
}

/// The table with ANSI styles.
///
/// On a terminal that is `width` columns wide, each time is drawn as a bar, and columns are left
/// out until the rows fit. Without a width, it has every column and no bars.
pub(super) fn table(results: &Results, width: Option<usize>) -> String {
    let mut columns = columns(results);
    match width {
        Some(width) => fit(&mut columns, results, width),
        None => columns.retain(|column| column.kind != ColumnKind::Bar),
    }
    let headers = line(&columns, |column| &column.header);
    let mut table = format!("{DIM}{headers}{DIM:#}\n");
    for (row, result) in results.contenders.iter().enumerate() {
        let style =
            if result.fastest { AnsiColor::Green.on_default().bold() } else { Style::new() };
        table += &format!("{style}{}{style:#}\n", line(&columns, |column| &column.cells[row]));
    }
    table
}

/// Leaves out columns until the rest fits into `width`, and fits in the bars if there is room.
fn fit(columns: &mut Vec<Column>, results: &Results, width: usize) {
    while total_width(columns) > width
        && let Some(least) = columns.iter().map(|column| column.kind).max()
        && least > ColumnKind::Median
    {
        columns.retain(|column| column.kind != least);
    }
    let room = width.saturating_sub(total_width(columns));
    if let Some(column) = columns.iter_mut().find(|column| column.kind == ColumnKind::Bar) {
        let bar_width = (BAR.0 + room).min(BAR.1);
        column.cells = bars(results, bar_width);
    }
    // On the narrowest terminals, headers may not be wider than the cells.
    if total_width(columns) > width {
        for column in columns {
            let widest = column.cells.iter().map(|cell| width_of(cell)).max().unwrap_or(0);
            column.header = column.header.chars().take(widest).collect();
            column.gap = column.gap.min(1);
        }
    }
}

fn columns(results: &Results) -> Vec<Column> {
    let unit = TimeUnit::of(results);
    let reference = results.setup.reference;
    let column =
        |kind, header: &str, right_aligned, gap, cell: &dyn Fn(&ContenderResult) -> String| {
            let cells = results.contenders.iter().map(cell).collect();
            Column { kind, header: header.into(), cells, right_aligned, gap }
        };
    let mut columns = vec![
        column(ColumnKind::Name, "mode", false, 0, &|result| result.contender.to_string()),
        column(ColumnKind::Median, &format!("median [{}]", unit.name), true, 2, &|result| {
            unit.format(result.elapsed.median)
        }),
        column(ColumnKind::Deviation, "± dev.", false, 1, &|result| {
            let stddev = result.elapsed.stddev.map(|stddev| format!("± {}", unit.format(stddev)));
            stddev.unwrap_or_default()
        }),
        // The minimum width. `fit` widens the bars when it knows how much room there is.
        column(ColumnKind::Bar, "", false, 2, &|_| " ".repeat(BAR.0)),
        column(ColumnKind::Speedup, "speedup", true, 2, &|result| match result.speedup {
            None => "-".into(),
            Some(_) if result.contender == reference => "1".into(),
            Some(speedup) => rounded(speedup.estimate),
        }),
        column(ColumnKind::Interval, &format!("over {reference}"), false, 1, &|result| {
            let speedup = result.speedup.filter(|_| result.contender != reference);
            speedup.map(|speedup| speedup.interval_in_words()).unwrap_or_default()
        }),
        column(ColumnKind::Efficiency, "efficiency", true, 2, &|result| percent(result.efficiency)),
    ];
    if results.contenders.iter().any(|result| result.ideal.is_some()) {
        columns.push(column(ColumnKind::OfIdeal, "of ideal", true, 2, &|result| {
            result.ideal.map_or("-".into(), |ideal| percent(ideal.share))
        }));
    }
    columns.push(column(ColumnKind::Fastest, "", false, 2, &|result| match result.fastest {
        true => "fastest".into(),
        false => String::new(),
    }));
    columns
}

fn bars(results: &Results, width: usize) -> Vec<String> {
    let slowest = results.contenders.iter().map(|result| result.elapsed.median).fold(0.0, f64::max);
    results.contenders.iter().map(|result| bar(result.elapsed.median / slowest, width)).collect()
}

/// A bar over this share of `width` columns, to an eighth of a column, padded with blanks.
fn bar(share: f64, width: usize) -> String {
    let eighths = ((share * width as f64 * 8.0).round() as usize).clamp(1, width * 8);
    let mut bar = "█".repeat(eighths / 8);
    bar.extend(['▏', '▎', '▍', '▌', '▋', '▊', '▉'].get((eighths % 8).wrapping_sub(1)));
    format!("{bar:<width$}")
}

impl Column {
    /// The terminal columns that it takes, without its gap.
    fn width(&self) -> usize {
        let cells = self.cells.iter().map(|cell| width_of(cell));
        cells.chain([width_of(&self.header)]).max().unwrap_or(0)
    }
}

fn total_width(columns: &[Column]) -> usize {
    columns.iter().map(|column| column.gap + column.width()).sum()
}

/// One row, without blanks at its end.
fn line<'a>(columns: &'a [Column], text: impl Fn(&'a Column) -> &'a String) -> String {
    let cell = |column: &'a Column| {
        let (gap, width, text) = (" ".repeat(column.gap), column.width(), text(column));
        match column.right_aligned {
            true => format!("{gap}{text:>width$}"),
            false => format!("{gap}{text:<width$}"),
        }
    };
    columns.iter().map(cell).collect::<String>().trim_end().to_owned()
}

/// The terminal columns that `text` takes: every character here takes one.
fn width_of(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::fixtures::{contenders, measured, setup, times};
    use crate::compare::{Measured, Round, Setup};
    use crate::downloader::Mode;

    fn plain(results: &Results, width: Option<usize>) -> String {
        anstream::adapter::strip_str(&table(results, width)).to_string()
    }

    /// Twelve contenders, with names and numbers as long as they get.
    fn wide() -> (Setup, Measured) {
        let modes = [Mode::Seq, Mode::Threads, Mode::Rayon, Mode::Async];
        let contenders = contenders(&modes, &[1, 5, 194]);
        let setup = Setup { reference: contenders[0], contenders, ..setup() };
        let measured = measured(&setup, times);
        (setup, measured)
    }

    #[test]
    fn if_stdout_is_not_a_terminal_the_table_has_every_number_and_no_bars() {
        let setup = setup();
        let table = plain(&Results::new(&setup, &measured(&setup, times)), None);
        let expected = "\
mode     median [s] ± dev.   speedup over seq        efficiency  of ideal
seq           3.000 ± 1.000        1                       90 %       7 %
threads       0.200 ± 0.000     14.6 (10.0 to 20.0)        45 %      50 %  fastest
rayon         0.200 ± 0.000     14.6 (10.0 to 20.0)        45 %      50 %  fastest
async         0.200 ± 0.000     14.6 (10.0 to 20.0)        45 %      50 %  fastest
";
        assert_eq!(table, expected);
    }

    #[test]
    fn no_row_is_wider_than_the_terminal() {
        let (setup, measured) = wide();
        let results = Results::new(&setup, &measured);
        for width in 20..=120 {
            let table = plain(&results, Some(width));
            let rows = table.lines();
            assert!(rows.clone().all(|row| width_of(row) <= width), "{width}:\n{table}");
            assert_eq!(rows.count(), 1 + setup.contenders.len());
        }
    }

    #[test]
    fn at_40_columns_the_table_still_has_median_speedup_and_the_fastest() {
        let setup = setup();
        let table = plain(&Results::new(&setup, &measured(&setup, times)), Some(40));
        let expected = "\
mode     median [s]  speedup
seq           3.000        1
threads       0.200     14.6  fastest
rayon         0.200     14.6  fastest
async         0.200     14.6  fastest
";
        assert_eq!(table, expected);
    }

    #[test]
    fn at_20_columns_the_table_still_has_names_and_medians() {
        let (setup, measured) = wide();
        let table = plain(&Results::new(&setup, &measured), Some(20));
        let row = table.lines().find(|line| line.starts_with("threads@194"));
        assert_eq!(row, Some("threads@194 0.200"), "{table}");
    }

    #[test]
    fn on_a_terminal_each_contender_has_a_bar_and_the_fastest_are_green() {
        let setup = setup();
        let measured = measured(&setup, times);
        let results = Results::new(&setup, &measured);
        let table = table(&results, Some(80));
        let row = |text: &str| table.lines().find(|line| line.contains(text)).unwrap().to_owned();
        assert!(row("3.000").contains(&"█".repeat(BAR.0)), "{table}");
        assert!(row("threads").contains("▌ "), "{table}");
        assert!(row("threads").starts_with("\x1b[1m\x1b[32m"), "{table}");
        assert!(!row("3.000").contains('\x1b'), "{table}");
    }

    #[test]
    fn bars_grow_with_the_terminal_up_to_a_limit() {
        let setup = setup();
        let measured = measured(&setup, times);
        let results = Results::new(&setup, &measured);
        let longest = |width| plain(&results, Some(width)).matches('█').count();
        assert!(longest(70) < longest(80) && longest(80) < longest(110));
        assert_eq!(longest(200), longest(300));
    }

    #[test]
    fn times_of_less_than_a_second_are_in_milliseconds() {
        let setup = setup();
        let times = |_: Round, _| Some(250);
        let table = plain(&Results::new(&setup, &measured(&setup, times)), None);
        assert!(table.contains("median [ms] ± dev.") && table.contains("250.0 ± 0.0"), "{table}");
    }

    #[test]
    fn a_bar_is_as_long_as_its_share() {
        assert_eq!(bar(1.0, 20), "█".repeat(20));
        assert_eq!(bar(0.5, 4), "██  ");
        assert_eq!(bar(0.375, 4), "█▌  ");
        assert_eq!(bar(0.0, 4), "▏   ");
    }
}
