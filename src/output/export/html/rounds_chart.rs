//! Every round's times, connected, as deviations from the median of their mode.

use std::time::Duration;

use maud::{Markup, html};

use super::titled_section;
use crate::compare::{ContenderResult, Results};
use crate::numbers::{percent, time};
use crate::output::timeline::chart_svg::{Percent, Px};

/// The height of the row of a mode, in pixels.
const HEIGHT: f64 = 56.0;
/// Space above and below the points.
const MARGIN: f64 = 5.0;
/// The minimum deviation that the edges of a row stand for, as a share of the median.
const MIN_EDGE: f64 = 0.05;

pub(super) fn section(results: &Results) -> Markup {
    let deviations = results.contenders.iter().flat_map(|result| {
        result.samples.iter().map(|sample| deviation(result, sample.elapsed).abs())
    });
    let edge = deviations.fold(MIN_EDGE, f64::max);
    titled_section(
        "rounds",
        "Every round",
        html! {
            p {
                "Each point is a run, from the first round to the last. Its height is the "
                "deviation from the median of its mode, up to " (percent(edge)) " at the edges. "
                "Modes that rise and fall together had the same delays, which the ratios within a "
                "round cancel out."
            }
            @for result in &results.contenders {
                @let summary = summary(result);
                figure.round {
                    figcaption { strong { (result.contender) } " " (summary) }
                    svg.chart role="img" aria-label=(format!("{}, {summary}", result.contender))
                        width="100%" height=(HEIGHT) { (points(results, result, edge)) }
                }
            }
            details {
                summary { "All times in seconds" }
                (times(results))
            }
        },
    )
}

/// `median 1.97 s, from 1.80 s to 2.21 s`.
fn summary(result: &ContenderResult) -> String {
    let stats = &result.elapsed;
    let times = [stats.median, stats.min, stats.max].map(Duration::from_secs_f64);
    let [median, min, max] = times.map(time);
    format!("median {median}, from {min} to {max}")
}

/// The deviation of `elapsed` from the median of the mode, as a share of the median.
fn deviation(result: &ContenderResult, elapsed: Duration) -> f64 {
    elapsed.as_secs_f64() / result.elapsed.median - 1.0
}

fn points(results: &Results, result: &ContenderResult, edge: f64) -> Markup {
    let rounds = results.orders.len() as f64;
    let x = |round: usize| Percent((round as f64 + 0.5) / rounds);
    let y = |elapsed: Duration| {
        let up = (deviation(result, elapsed) / edge + 1.0) / 2.0;
        Px(HEIGHT - MARGIN - up * (HEIGHT - 2.0 * MARGIN))
    };
    let times: Vec<_> = result.samples.iter().map(|sample| sample.elapsed).collect();
    html! {
        line.grid x1="0" x2="100%" y1=(HEIGHT / 2.0) y2=(HEIGHT / 2.0) {}
        @for (n, pair) in times.windows(2).enumerate() {
            line.series x1=(x(n)) x2=(x(n + 1)) y1=(y(pair[0])) y2=(y(pair[1])) {}
        }
        @for (n, elapsed) in times.iter().enumerate() {
            circle.point cx=(x(n)) cy=(y(*elapsed)) r="3" {
                title { "round " (n + 1) ": " (time(*elapsed)) }
            }
        }
    }
}

fn times(results: &Results) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="All times" {
            table {
                thead {
                    tr {
                        th scope="col" { "Round" }
                        @for result in &results.contenders { th scope="col" { (result.contender) } }
                    }
                }
                tbody {
                    @for round in 0..results.orders.len() {
                        tr {
                            th scope="row" { (round + 1) }
                            @for result in &results.contenders {
                                td {
                                    @if let Some(sample) = result.samples.get(round) {
                                        (format!("{:.3}", sample.seconds()))
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
