//! Timelines as SVG: a plot per run, all on one time axis.
//!
//! A plot places everything along the time axis in percent, so that it fits any width. A page shows
//! plots as wide as itself, a [`document`](super::document()) shows them in a fixed size.

use std::fmt;

use maud::{Markup, html};

use super::alt_text::describe;
use super::phases::{PHASES, by_start, edges, is_failed, is_retried, is_saved};
use super::timeline_run::TimelineRun;
use super::{Tick, TimeAxis};
use crate::flag::Outcome;

/// The style sheet of plots, axis and legend, for light and dark.
pub const CSS: &str = include_str!("chart.css");

/// The rows of a run, `pitch` pixels each, from top to bottom.
pub fn plot(run: &TimelineRun, axis: &TimeAxis, pitch: f64) -> Markup {
    html! {
        (grid(axis))
        @for (n, span) in by_start(run.spans).into_iter().enumerate() {
            (row(span, axis, n as f64 * pitch, pitch))
        }
    }
}

fn grid(axis: &TimeAxis) -> Markup {
    html! {
        @for x in axis.ticks().map(|tick| Percent(tick.share)) {
            line.grid x1=(x) x2=(x) y1="0" y2="100%" {}
        }
    }
}

fn row(span: &Outcome, axis: &TimeAxis, top: f64, pitch: f64) -> Markup {
    let edges = edges(span, axis);
    let [start, .., end] = edges;
    let (y, middle, bottom) = (top + pitch * 0.1, top + pitch * 0.5, top + pitch * 0.9);
    html! {
        g.failed[is_failed(span)].saved[is_saved(span)] {
            title { (describe(span)) }
            @for (phase, edges) in PHASES.into_iter().zip(edges.windows(2)) {
                @let length = edges[1] - edges[0];
                @if length > 0.0 {
                    rect class=(phase.name()) x=(Percent(edges[0])) y=(Px(y))
                        width=(Percent(length)) height=(Px(bottom - y)) {}
                }
            }
            line.end x1=(Percent(end)) x2=(Percent(end)) y1=(Px(y)) y2=(Px(bottom)) {}
            @if is_retried(span) {
                circle.retried cx=(Percent((start + end) / 2.0)) cy=(Px(middle))
                    r=(Px((pitch * 0.3).max(2.0))) {}
            }
            @if is_failed(span) {
                // The mark is beside its bar if it fits there, and never outside the frame.
                text.cross text-anchor=(if end < 0.5 { "start" } else { "end" })
                    style=(format!("font-size: {}px", Px((pitch * 2.0).clamp(6.0, 12.0))))
                    x=(Percent(end)) y=(Px(middle)) dy="0.35em" { "×" }
            }
        }
    }
}

/// The labels of an axis, with their baseline at `y`.
pub fn axis_labels(ticks: impl Iterator<Item = Tick>, y: f64) -> Markup {
    html! {
        @for tick in ticks {
            @let anchor = match tick.share { 0.0 => "start", ..0.95 => "middle", _ => "end" };
            text.tick x=(Percent(tick.share)) y=(Px(y)) text-anchor=(anchor) { (tick.label) }
        }
    }
}

/// What the colours and marks in the plots of `runs` mean.
pub fn legend(runs: &[TimelineRun]) -> Vec<&'static str> {
    let any = |is: fn(&Outcome) -> bool| runs.iter().flat_map(|run| run.spans).any(is);
    let mut names = PHASES.map(|phase| phase.name()).to_vec();
    names.extend(any(is_failed).then_some("failed"));
    names.extend(any(is_retried).then_some("retried"));
    names
}

/// The sample of a legend entry, 14 by 10 pixels.
pub fn swatch(name: &str) -> Markup {
    html! {
        @match name {
            "failed" => g.failed {
                rect.waiting x="0" y="0" width="14" height="10" {}
                text.cross x="7" y="5" dy="0.35em" text-anchor="middle" { "×" }
            },
            "retried" => {
                rect.waiting x="0" y="0" width="14" height="10" {}
                circle.retried cx="7" cy="5" r="3" {}
            },
            _ => rect class=(name) x="0" y="0" width="14" height="10" {},
        }
    }
}

/// A share of the width, as `12.34%`.
pub struct Percent(pub f64);

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", (self.0 * 1e5).round() / 1e3)
    }
}

/// A number of pixels, to a tenth.
pub struct Px(pub f64);

impl fmt::Display for Px {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", (self.0 * 10.0).round() / 10.0)
    }
}
