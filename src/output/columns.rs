//! The columns of a comparison's table. The terminal, Markdown and HTML lay out the same ones.

use crate::compare::{ContenderResult, Results};
use crate::numbers::{percent, three_digits};

/// A column of the table: its header, and a cell for each contender.
pub(super) struct Column {
    pub(super) kind: Kind,
    pub(super) main: Part,
    /// What stands behind the number: a deviation, an interval.
    pub(super) detail: Option<Part>,
}

/// The header and the cells of a column, or of the details in it.
pub(super) struct Part {
    pub(super) header: String,
    pub(super) cells: Vec<String>,
}

/// The columns from left to right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
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

/// The columns that `results` fill.
pub(super) fn columns(results: &Results) -> Vec<Column> {
    let unit = Unit::of(results);
    let reference = results.setup.reference;
    let part = |header: &str, cell: &dyn Fn(&ContenderResult) -> String| Part {
        header: header.into(),
        cells: results.contenders.iter().map(cell).collect(),
    };
    let plain = |kind, header: &str, cell: &dyn Fn(&ContenderResult) -> String| Column {
        kind,
        main: part(header, cell),
        detail: None,
    };
    let mut columns = vec![
        plain(Kind::Name, "mode", &|result| result.contender.to_string()),
        Column {
            detail: Some(part("± dev.", &|result| {
                let deviation = result.elapsed.stddev;
                deviation.map(|stddev| format!("± {}", unit.format(stddev))).unwrap_or_default()
            })),
            ..plain(Kind::Median, &format!("median [{}]", unit.name), &|result| {
                unit.format(result.elapsed.median)
            })
        },
        Column {
            detail: Some(part(&format!("over {reference}"), &|result| {
                let speedup = result.speedup.filter(|_| result.contender != reference);
                speedup.map(|speedup| speedup.interval_in_words()).unwrap_or_default()
            })),
            ..plain(Kind::Speedup, "speedup", &|result| match result.speedup {
                None => "-".into(),
                Some(_) if result.contender == reference => "1".into(),
                Some(speedup) => three_digits(speedup.estimate),
            })
        },
        plain(Kind::Efficiency, "efficiency", &|result| percent(result.efficiency)),
    ];
    if results.contenders.iter().any(|result| result.ideal.is_some()) {
        columns.push(plain(Kind::OfIdeal, "of ideal", &|result| {
            result.ideal.map_or("-".into(), |ideal| percent(ideal.share))
        }));
    }
    columns.extend([
        plain(Kind::Min, &format!("min [{}]", unit.name), &|result| {
            unit.format(result.elapsed.min)
        }),
        plain(Kind::Max, &format!("max [{}]", unit.name), &|result| {
            unit.format(result.elapsed.max)
        }),
        plain(Kind::Jobs, "jobs", &|result| result.contender.jobs().to_string()),
        plain(Kind::Fastest, "", &|result| match result.fastest {
            true => "fastest".into(),
            false => String::new(),
        }),
    ]);
    columns
}

impl Column {
    /// The header with that of the details, for a layout in which they share a cell.
    pub(super) fn header(&self) -> String {
        joined(&self.main.header, self.detail.as_ref().map(|detail| &*detail.header))
    }

    /// The cell of the contender `row`, with its details.
    pub(super) fn cell(&self, row: usize) -> String {
        joined(&self.main.cells[row], self.detail.as_ref().map(|detail| &*detail.cells[row]))
    }

    /// Whether the cells have numbers.
    pub(super) fn is_numeric(&self) -> bool {
        !matches!(self.kind, Kind::Name | Kind::Fastest)
    }
}

fn joined(main: &str, detail: Option<&str>) -> String {
    format!("{main} {}", detail.unwrap_or_default()).trim().to_owned()
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
