//! The table of a comparison as text, for a terminal or a file.

use clap::builder::styling::{AnsiColor, Style};

use super::columns::{Column, ColumnKind, columns};
use crate::compare::Results;

const DIM: Style = Style::new().dimmed();

/// The narrowest and the widest bar, in terminal columns.
const BAR: (usize, usize) = (8, 30);

/// A column, or the details in one, as the terminal lays it out.
struct Field {
    header: String,
    cells: Vec<String>,
    right_aligned: bool,
    /// The blanks before it.
    gap: usize,
    /// Fields with a higher rank are left out first.
    rank: u8,
}

/// The ranks up to this one are never left out.
const LAST_KEPT: u8 = 1;
const RANK_OF_BAR: u8 = 7;

/// The table with ANSI styles.
///
/// On a terminal that is `width` columns wide, each time is drawn as a bar, and columns are left
/// out until the rows fit. Without a width, it has every column and no bars.
pub(super) fn table(results: &Results, width: Option<usize>) -> String {
    let mut fields: Vec<_> = columns(results).into_iter().flat_map(fields).collect();
    if let Some(width) = width {
        fit(&mut fields, results, width);
    }
    let headers = line(&fields, |field| &field.header);
    let mut table = format!("{DIM}{headers}{DIM:#}\n");
    for (row, result) in results.contenders.iter().enumerate() {
        let style =
            if result.fastest { AnsiColor::Green.on_default().bold() } else { Style::new() };
        table += &format!("{style}{}{style:#}\n", line(&fields, |field| &field.cells[row]));
    }
    table
}

fn fields(column: Column) -> Vec<Field> {
    let (rank, rank_of_detail) = match column.kind {
        ColumnKind::Name => (0, 0),
        ColumnKind::Median => (1, 6),
        ColumnKind::Speedup => (2, 5),
        ColumnKind::Fastest => (3, 3),
        ColumnKind::OfIdeal => (4, 4),
        ColumnKind::Efficiency => (8, 8),
        ColumnKind::Jobs => (9, 9),
        ColumnKind::Min | ColumnKind::Max => (10, 10),
    };
    let right_aligned = column.is_numeric();
    let gap = if column.kind == ColumnKind::Name { 0 } else { 2 };
    let (header, detail) = column.header;
    let (cells, details) = column.cells.into_iter().unzip();
    let mut fields = vec![Field { header, cells, right_aligned, gap, rank }];
    if !detail.is_empty() {
        let rank = rank_of_detail;
        fields.push(Field { header: detail, cells: details, right_aligned: false, gap: 1, rank });
    }
    fields
}

/// Leaves out fields until the rest fits into `width`, and adds bars if there is room.
fn fit(fields: &mut Vec<Field>, results: &Results, width: usize) {
    let leave_out_above = |fields: &mut Vec<Field>, limit: u8, width: usize| {
        while total_width(fields) > width
            && let Some(least) = fields.iter().map(|field| field.rank).max()
            && least > limit
        {
            fields.retain(|field| field.rank != least);
        }
    };
    // Bars are worth more than some columns of numbers.
    leave_out_above(fields, RANK_OF_BAR, width.saturating_sub(BAR.0 + 2));
    let room = width.saturating_sub(total_width(fields) + 2);
    if room >= BAR.0 {
        let cells = bars(results, room.min(BAR.1));
        let (header, rank) = (String::new(), RANK_OF_BAR);
        let place = fields.iter().position(|field| field.rank == 2).unwrap_or(fields.len());
        fields.insert(place, Field { header, cells, right_aligned: false, gap: 2, rank });
    }
    leave_out_above(fields, LAST_KEPT, width);
    // On the narrowest terminals, headers may not be wider than the cells.
    if total_width(fields) > width {
        for field in fields {
            let widest = field.cells.iter().map(|cell| width_of(cell)).max().unwrap_or(0);
            field.header = field.header.chars().take(widest).collect();
            field.gap = field.gap.min(1);
        }
    }
}

/// The median of each contender as a bar of at most `width` columns, to an eighth of a column.
fn bars(results: &Results, width: usize) -> Vec<String> {
    let medians = results.contenders.iter().map(|result| result.elapsed.median);
    let slowest = medians.clone().fold(0.0, f64::max);
    medians.map(|median| bar(median / slowest, width)).collect()
}

fn bar(share: f64, width: usize) -> String {
    let eighths = ((share * width as f64 * 8.0).round() as usize).clamp(1, width * 8);
    let part = ['▏', '▎', '▍', '▌', '▋', '▊', '▉'].get((eighths % 8).wrapping_sub(1));
    let bar = "█".repeat(eighths / 8) + &part.map(char::to_string).unwrap_or_default();
    format!("{bar:<width$}")
}

impl Field {
    /// The terminal columns that it takes, without its gap.
    fn width(&self) -> usize {
        let cells = self.cells.iter().map(|cell| width_of(cell));
        cells.chain([width_of(&self.header)]).max().unwrap_or(0)
    }
}

fn total_width(fields: &[Field]) -> usize {
    fields.iter().map(|field| field.gap + field.width()).sum()
}

/// One row, without blanks at its end.
fn line<'a>(fields: &'a [Field], text: impl Fn(&'a Field) -> &'a String) -> String {
    let cell = |field: &'a Field| {
        let (gap, width, text) = (" ".repeat(field.gap), field.width(), text(field));
        match field.right_aligned {
            true => format!("{gap}{text:>width$}"),
            false => format!("{gap}{text:<width$}"),
        }
    };
    fields.iter().map(cell).collect::<String>().trim_end().to_owned()
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
        let table = table.replace("    0.200     2  fastest", " …");
        let expected = "\
mode     median [s] ± dev.   speedup over seq        efficiency  of ideal  min [s]  max [s]  jobs
seq           3.000 ± 1.000        1                       90 %       7 %    2.000    4.000     1
threads       0.200 ± 0.000     14.6 (10.0 to 20.0)        45 %      50 %    0.200 …
rayon         0.200 ± 0.000     14.6 (10.0 to 20.0)        45 %      50 %    0.200 …
async         0.200 ± 0.000     14.6 (10.0 to 20.0)        45 %      50 %    0.200 …
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
