//! How many times as fast as the reference each contender is, against the ideal.

use maud::{Markup, html};

use super::plot::{Plot, titled_section};
use crate::compare::{ContenderResult, Results, Speedup};
use crate::numbers::three_digits;
use crate::output::timeline::Scale;

/// The height of a row, in pixels.
const ROW: f64 = 38.0;
/// Space right of the highest value.
const ROOM: f64 = 1.03;

/// A row of the chart.
struct Row<'a> {
    result: &'a ContenderResult<'a>,
    speedup: Speedup,
    /// The ratio of each round.
    ratios: Vec<f64>,
    ideal: Option<f64>,
    /// Each `--min-speedup` of this contender.
    limits: Vec<f64>,
}

pub(super) fn section(results: &Results) -> Markup {
    let rows: Vec<Row> = results.contenders.iter().filter_map(|of| row(results, of)).collect();
    let values = rows.iter().flat_map(|row| {
        let marks = row.ratios.iter().chain(&row.ideal).chain(&row.limits);
        marks.copied().chain([row.speedup.interval.high])
    });
    let most = values.fold(1.0, f64::max);
    let plot = Plot {
        x: Scale::new(most * ROOM, 6, "×"),
        y: Scale::new(rows.len() as f64, 1, ""),
        height: ROW * rows.len() as f64,
    };
    let words = rows.iter().map(words).collect::<Vec<_>>().join("; ");
    let (any_ideal, any_limit) =
        (rows.iter().any(|row| row.ideal.is_some()), rows.iter().any(|row| !row.limits.is_empty()));
    titled_section(
        "speedup",
        &format!("Times as fast as {}", results.setup.reference),
        html! {
            ul.legend {
                (entry("over all rounds, with its interval", html! {
                    line.interval x1="0" x2="24" y1="7" y2="7" {}
                    circle.point cx="12" cy="7" r="4.5" {}
                }))
                (entry("one round", html! { circle.round cx="12" cy="7" r="2" {} }))
                @if any_ideal {
                    (entry("ideal: a perfect pool of jobs that waits exactly the delays", html! {
                        line.ideal x1="12" x2="12" y1="0" y2="14" {}
                    }))
                }
                @if any_limit {
                    (entry("--min-speedup", html! { line.limit x1="12" x2="12" y1="0" y2="14" {} }))
                }
            }
            (plot.draw(&words, html! {
                @for (n, row) in rows.iter().enumerate() {
                    (marks(&plot, row, (rows.len() - n) as f64))
                }
            }))
        },
    )
}

/// Nothing for the reference itself.
fn row<'a>(results: &'a Results, result: &'a ContenderResult<'a>) -> Option<Row<'a>> {
    let contender = result.contender;
    let speedup = result.speedup.filter(|_| contender != results.setup.reference)?;
    let limits = results.setup.min_speedups.iter().filter(|limit| limit.contender == contender);
    Some(Row {
        result,
        speedup,
        ratios: results.ratios(contender),
        ideal: result.ideal.and_then(|_| results.ideal_speedup(contender.jobs)),
        limits: limits.map(|limit| limit.factor).collect(),
    })
}

/// The marks of a row whose upper edge is at `top`, counted in rows from the bottom.
fn marks(plot: &Plot, row: &Row, top: f64) -> Markup {
    let Row { result, speedup, ratios, ideal, limits } = row;
    let (middle, low, high) = (top - 0.68, top - 0.88, top - 0.48);
    html! {
        text.name x="0" y=(plot.y(top - 0.38)) { (result.contender) }
        @for ratio in ratios {
            circle.round cx=(plot.x(*ratio)) cy=(plot.y(middle + 0.13)) r="2" {}
        }
        @for limit in limits { (plot.segment("limit", (*limit, low), (*limit, high))) }
        @if let Some(ideal) = ideal { (plot.segment("ideal", (*ideal, low), (*ideal, high))) }
        (plot.segment("interval", (speedup.interval.low, middle), (speedup.interval.high, middle)))
        circle.point cx=(plot.x(speedup.estimate)) cy=(plot.y(middle)) r="4.5" {
            title { (words(row)) }
        }
    }
}

/// `threads: 13.5 times as fast as seq (12.9 to 14.5), ideal 13.9, at least 5`.
fn words(row: &Row) -> String {
    let ideal = row.ideal.map(|ideal| format!(", ideal {}", three_digits(ideal)));
    let limits: String = row.limits.iter().map(|limit| format!(", at least {limit}")).collect();
    format!("{}: {}{}{limits}", row.result.contender, row.speedup, ideal.unwrap_or_default())
}

/// An entry of a legend: a picture of 24 by 14 pixels, and what it means.
pub(super) fn entry(meaning: &str, sample: Markup) -> Markup {
    html! {
        li { svg width="24" height="14" aria-hidden="true" { (sample) } (meaning) }
    }
}
