//! The columns of a comparison's table. The terminal, Markdown and HTML lay out the same ones.

use crate::compare::{ContenderResult, Results};
use crate::numbers::{percent, three_digits};

/// A column of the table: its header, and a cell for each contender.
pub(super) struct Column {
    pub(super) kind: ColumnKind,
    pub(super) header: Text,
    pub(super) cells: Vec<Text>,
}

/// A cell, and what stands behind its number: a deviation, an interval, or nothing.
pub(super) type Text = (String, String);

/// The columns from left to right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ColumnKind {
    Name,
    Median,
    Speedup,
    Efficiency,
    OfIdeal,
    Min,
    Max,
    Jobs,
    Fastest,
}

/// The columns of the table of `results`.
pub(super) fn columns(results: &Results) -> Vec<Column> {
    let unit = Unit::of(results);
    let reference = results.setup.reference;
    let mut columns = Vec::new();
    let mut column = |kind, header: &str, detail: &str, cell: &dyn Fn(&ContenderResult) -> Text| {
        let header = (header.to_owned(), detail.to_owned());
        columns.push(Column { kind, header, cells: results.contenders.iter().map(cell).collect() });
    };
    let plain = |text: String| (text, String::new());
    let in_unit = |name: &str| format!("{name} [{}]", unit.name);
    column(ColumnKind::Name, "mode", "", &|result| plain(result.contender.to_string()));
    column(ColumnKind::Median, &in_unit("median"), "± dev.", &|result| {
        let deviation = result.elapsed.stddev.map(|stddev| format!("± {}", unit.format(stddev)));
        (unit.format(result.elapsed.median), deviation.unwrap_or_default())
    });
    column(ColumnKind::Speedup, "speedup", &format!("over {reference}"), &|result| match result
        .speedup
    {
        None => plain("-".into()),
        Some(_) if result.contender == reference => plain("1".into()),
        Some(speedup) => (three_digits(speedup.estimate), speedup.interval_in_words()),
    });
    column(ColumnKind::Efficiency, "efficiency", "", &|result| plain(percent(result.efficiency)));
    if results.contenders.iter().any(|result| result.ideal.is_some()) {
        column(ColumnKind::OfIdeal, "of ideal", "", &|result| {
            plain(result.ideal.map_or("-".into(), |ideal| percent(ideal.share)))
        });
    }
    column(ColumnKind::Min, &in_unit("min"), "", &|result| plain(unit.format(result.elapsed.min)));
    column(ColumnKind::Max, &in_unit("max"), "", &|result| plain(unit.format(result.elapsed.max)));
    column(ColumnKind::Jobs, "jobs", "", &|result| plain(result.contender.jobs.to_string()));
    column(ColumnKind::Fastest, "", "", &|result| {
        plain(if result.fastest { "fastest".into() } else { String::new() })
    });
    columns
}

impl Column {
    /// Whether the cells have numbers.
    pub(super) fn is_numeric(&self) -> bool {
        !matches!(self.kind, ColumnKind::Name | ColumnKind::Fastest)
    }
}

/// The text with what stands behind it, for a layout in which they share a cell.
pub(super) fn joined((text, detail): &Text) -> String {
    format!("{text} {detail}").trim().to_owned()
}

/// The unit of the times in a table: seconds, or milliseconds if all medians are short.
struct Unit {
    name: &'static str,
    per_second: f64,
    decimals: usize,
}

impl Unit {
    fn of(results: &Results) -> Unit {
        match results.contenders.iter().all(|result| result.elapsed.median < 1.0) {
            true => Unit { name: "ms", per_second: 1000.0, decimals: 1 },
            false => Unit { name: "s", per_second: 1.0, decimals: 3 },
        }
    }

    fn format(&self, seconds: f64) -> String {
        format!("{:.*}", self.decimals, seconds * self.per_second)
    }
}
