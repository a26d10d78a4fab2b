//! How many times as fast as the reference each mode is, against the ideal.

use maud::{Markup, html};

use super::titled_section;
use crate::compare::{ContenderResult, Results, Speedup};
use crate::numbers::{percent, rounded};
use crate::output::timeline::chart_svg::{Percent, axis_labels};
use crate::output::timeline::{Scale, Tick};

/// Space right of the longest bar.
const ROOM: f64 = 1.02;

pub(super) fn section(results: &Results) -> Markup {
    let rows: Vec<_> = results
        .contenders
        .iter()
        .filter_map(|result| Some((result, result.speedup?, ideal_speedup(result))))
        .collect();
    let most =
        rows.iter().map(|(_, speedup, ideal)| ideal.unwrap_or(0.0).max(speedup.interval.high));
    let scale = Scale::new(most.fold(1.0, f64::max) * ROOM, 5);
    let is_known = rows.iter().any(|(.., ideal)| ideal.is_some());
    let ticks = scale.ticks().map(|times| {
        let label = scale.format(times, 1.0);
        Tick { share: scale.share(times), label }
    });
    let reference = results.setup.reference;
    titled_section(
        "speedup",
        "Speedup",
        html! {
            p {
                "How many times as fast as " (reference) " each mode is: the median of the ratios "
                "within each round, with its interval."
                @if is_known {
                    " The mark "
                    svg width="10" height="14" aria-hidden="true" {
                        line.ideal x1="5" x2="5" y1="0" y2="14" {}
                    }
                    " is the ideal: the shortest possible time with these delays "
                    "and this number of jobs."
                }
            }
            div.speedups {
                @for (result, speedup, ideal) in &rows { (row(result, speedup, *ideal, &scale)) }
                svg.axis width="100%" height="20" aria-hidden="true" {
                    (axis_labels(ticks, 14.0))
                }
            }
        },
    )
}

fn row(result: &ContenderResult, speedup: &Speedup, ideal: Option<f64>, scale: &Scale) -> Markup {
    let at = |times: f64| Percent(scale.share(times));
    let is_reference = speedup.reference == result.contender;
    html! {
        div.speedup {
            strong { (result.contender) }
            span.number {
                @if is_reference { "1" } @else {
                    (rounded(speedup.estimate)) " " (speedup.interval_in_words())
                }
                @if let Some(ideal) = result.ideal { ", " (percent(ideal.share)) " of ideal" }
            }
            svg width="100%" height="22" aria-hidden="true" {
                @for tick in scale.ticks() {
                    line.grid x1=(at(tick)) x2=(at(tick)) y1="0" y2="22" {}
                }
                rect.bar x="0" y="5" width=(at(speedup.estimate)) height="12" {}
                line.interval x1=(at(speedup.interval.low)) x2=(at(speedup.interval.high))
                    y1="11" y2="11" {}
                @if let Some(ideal) = ideal {
                    line.ideal x1=(at(ideal)) x2=(at(ideal)) y1="1" y2="21" {}
                }
            }
        }
    }
}

/// The speedup that the shortest possible time amounts to.
pub(super) fn ideal_speedup(result: &ContenderResult) -> Option<f64> {
    Some(result.speedup?.estimate / result.ideal?.share)
}
