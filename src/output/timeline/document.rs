//! A picture of one run or several: a self-contained SVG file.

use maud::{Markup, PreEscaped, html};

use super::alt_text::summarize;
use super::chart_svg::{CSS, Px, axis_labels, legend, plot, swatch};
use super::phases::{by_start, remark};
use super::timeline_run::{TimelineRun, common_axis};
use crate::output::terminal::escape::escape_controls;

/// In pixels, as are all lengths here.
const WIDTH: f64 = 860.0;
const MARGIN: f64 = 16.0;
/// For a code left of each row, and a remark right of it.
const CODES: f64 = 28.0;
const REMARKS: f64 = 110.0;
const HEADING: f64 = 24.0;
const GAP: f64 = 14.0;
const AXIS: f64 = 20.0;
const LEGEND: f64 = 26.0;

/// The minimum height of a row for a code beside it to be readable.
const READABLE: f64 = 9.0;

const STYLE: &str = include_str!("document.css");

/// The height of a row in a picture with several runs, in pixels. Many rows are thinner.
pub fn compact_pitch(rows: usize) -> f64 {
    (100.0 / rows.max(1) as f64).clamp(2.5, 7.0)
}

/// The whole file, with a line break at its end. The rows of a single run have their codes beside
/// them.
pub fn document(title: &str, runs: &[TimelineRun]) -> String {
    let title = escape_controls(title);
    let axis = common_axis(runs, 8);
    let pitch = |run: &TimelineRun| match runs.len() {
        1 => (600.0 / run.spans.len().max(1) as f64).clamp(READABLE, 16.0),
        _ => compact_pitch(run.spans.len()),
    };
    let has_codes = runs.len() == 1;
    let left = MARGIN + if has_codes { CODES } else { 0.0 };
    let remarks = has_codes && runs[0].spans.iter().any(|span| !remark(span).is_empty());
    let width = WIDTH - left - MARGIN - if remarks { REMARKS } else { 0.0 };
    let mut top = MARGIN + HEADING;
    let plots = runs.iter().map(|run| {
        let (pitch, y) = (pitch(run), top + HEADING);
        let height = pitch * run.spans.len() as f64;
        top = y + height + GAP;
        html! {
            text x=(left) y=(Px(y - 8.0)) {
                tspan.name { (escape_controls(&run.name)) }
                tspan.about dx="8" { (escape_controls(&run.about)) }
            }
            svg x=(left) y=(Px(y)) width=(width) height=(Px(height)) { (plot(run, &axis, pitch)) }
            @if has_codes { (words_beside(run, pitch, left, left + width, y)) }
        }
    });
    let plots: Vec<Markup> = plots.collect();
    let height = top + AXIS + LEGEND;
    let picture = html! {
        svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title desc"
            width=(WIDTH) height=(Px(height)) viewBox=(format!("0 0 {WIDTH} {}", Px(height))) {
            title id="title" { (title) }
            desc id="desc" { @for run in runs { (escape_controls(&summarize(run))) "\n" } }
            style { (PreEscaped(CSS)) (PreEscaped(STYLE)) }
            rect.paper width="100%" height="100%" rx="6" {}
            text.title x=(left) y=(MARGIN + 14.0) { (title) }
            @for plot in plots { (plot) }
            svg x=(left) y=(Px(top - GAP)) width=(width) height=(AXIS) {
                (axis_labels(axis.ticks(), 15.0))
            }
            @for (n, name) in legend(runs).into_iter().enumerate() {
                @let x = left + n as f64 * 104.0;
                svg x=(x) y=(Px(height - 24.0)) width="14" height="10" { (swatch(name)) }
                text.tick x=(x + 20.0) y=(Px(height - 15.0)) { (name) }
            }
        }
    };
    picture.into_string() + "\n"
}

/// The code to the left of each row, and the remark, if any, to its right.
fn words_beside(run: &TimelineRun, pitch: f64, left: f64, right: f64, top: f64) -> Markup {
    let size = format!("font-size: {}px", Px((pitch - 1.0).min(12.0)));
    html! {
        @for (n, span) in by_start(run.spans).into_iter().enumerate() {
            @let y = Px(top + pitch * (n as f64 + 0.5));
            text.code x=(left - 6.0) y=(y) dy="0.35em" text-anchor="end" style=(size) {
                (span.code)
            }
            @if !remark(span).is_empty() {
                text.about x=(right + 6.0) y=(y) dy="0.35em" style=(size) { (remark(span)) }
            }
        }
    }
}
