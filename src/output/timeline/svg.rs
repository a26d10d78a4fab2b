//! The picture of one run or several as SVG, all on one time axis.
//!
//! Horizontal positions are percentages, so that the picture fits any width: that of a page, or the
//! fixed width of a [`document`].

use std::num::NonZeroUsize;
use std::time::Duration;

use maud::{Markup, PreEscaped, html};

use super::lanes::{self, Block, MAX_ROWS, axis_end};
use super::scale::{Scale, css_percent, px};
use super::words::{describe, rows};
use crate::downloader::Mode;
use crate::flag::Outcome;
use crate::numbers::counted;
use crate::output::terminal::escape::escape_controls;

/// The colours and marks of pictures, for light and dark.
pub const CSS: &str = include_str!("chart.css");

/// The width of a document, in pixels, as are all lengths here.
const WIDTH: f64 = 860.0;
const MARGIN: f64 = 24.0;
/// The heading of a document, and that of a run.
const TITLE: f64 = 40.0;
const HEADING: f64 = 22.0;
const CAPTION: f64 = 34.0;
const GAP: f64 = 14.0;
/// The labels of the time axis, and the legend.
const AXIS: f64 = 22.0;
const LEGEND: f64 = 22.0;

/// The height of all rows of a picture, which they share, and the limits of the height of one.
const ROWS: f64 = 430.0;
const PITCH: (f64, f64) = (3.0, 14.0);
/// The maximum height of a row if there are several runs.
const SMALL_PITCH: f64 = 9.0;
/// The minimum height of a row with text.
const READABLE: f64 = 7.0;

/// A run to draw.
#[derive(Debug)]
pub struct Run<'a> {
    /// `threads: 20 at a time`.
    pub name: String,
    /// `0.15 s, 14 times as fast`.
    pub result: String,
    pub outcomes: &'a [Outcome],
    pub elapsed: Duration,
}

impl Run<'_> {
    /// `seq: one after another`, `threads: 20 at a time`.
    pub fn name_of(mode: Mode, jobs: NonZeroUsize) -> String {
        match jobs.get() {
            1 => format!("{mode}: one after another"),
            _ => format!("{mode}: {jobs} at a time"),
        }
    }
}

/// A picture without a frame: the content of an `svg` element of any width with the class `chart`.
pub struct Picture {
    pub height: f64,
    pub content: Markup,
    /// The text alternative.
    pub words: String,
}

/// Draws `runs` one below the other.
pub fn picture(runs: &[Run]) -> Picture {
    let ends = runs.iter().map(|run| axis_end(run.outcomes, run.elapsed));
    let scale = Scale::of_time(ends.max().unwrap_or_default(), 5);
    let lanes: Vec<_> = runs.iter().map(|run| lanes::lanes(run.outcomes)).collect();
    let drawn = |rows: &Vec<_>| rows.len().min(MAX_ROWS);
    let total: usize = lanes.iter().map(drawn).sum();
    let largest = if runs.len() > 1 { SMALL_PITCH } else { PITCH.1 };
    let pitch = (ROWS / total.max(1) as f64).clamp(PITCH.0, largest);
    let mut top = 0.0;
    let drawings: Vec<Markup> = runs
        .iter()
        .zip(&lanes)
        .map(|(run, rows)| {
            let (first, hidden) = (top + HEADING, rows.len() - drawn(rows));
            let bottom = first + pitch * drawn(rows) as f64;
            top = bottom + if hidden > 0 { HEADING } else { 0.0 } + GAP;
            html! {
                (heading(run, &scale, first, bottom))
                @for (n, row) in rows.iter().take(MAX_ROWS).enumerate() {
                    (blocks(row, &scale, first + n as f64 * pitch, pitch))
                }
                @if hidden > 0 {
                    text x="0" y=(px(bottom + 15.0)) {
                        "and " (counted(hidden, "row", "rows")) " more"
                    }
                }
            }
        })
        .collect();
    let height = top + AXIS + LEGEND;
    let content = html! {
        @for x in scale.ticks().map(|tick| css_percent(tick.share)) {
            line.grid x1=(x) x2=(x) y1=(px(HEADING - 4.0)) y2=(px(top - 4.0)) {}
        }
        @for drawing in &drawings { (drawing) }
        (axis_labels(&scale, top + 10.0))
        (legend(&lanes, top + AXIS + 10.0))
    };
    let words = runs.iter().map(|run| {
        escape_controls(&format!("{}, {}. {}", run.name, run.result, rows(run.outcomes)))
    });
    Picture { height, content, words: words.collect::<Vec<_>>().join("\n") }
}

/// A file with a picture between a title and a caption, with a line break at its end.
pub fn document(title: &str, caption: &str, runs: &[Run]) -> String {
    let [title, caption] = [title, caption].map(escape_controls);
    let Picture { height, content, words } = picture(runs);
    let (width, total) = (WIDTH - 2.0 * MARGIN, TITLE + height + CAPTION);
    let document = html! {
        svg.chart xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title desc"
            width=(WIDTH) height=(px(total)) viewBox=(format!("0 0 {WIDTH} {}", px(total))) {
            title id="title" { (title) }
            desc id="desc" { (words) }
            style { (PreEscaped(CSS)) }
            rect width="100%" height="100%" rx="6" fill="var(--paper)" {}
            text.result x=(MARGIN) y="28" style="font-size: 18px" { (title) }
            svg x=(MARGIN) y=(TITLE) width=(width) height=(px(height)) { (content) }
            text x=(MARGIN) y=(px(total - 18.0)) { (caption) }
        }
    };
    document.into_string() + "\n"
}

/// The labels of an axis, with their baseline at `y`.
pub fn axis_labels(scale: &Scale, y: f64) -> Markup {
    html! {
        @for tick in scale.ticks() {
            @let anchor = match tick.share { 0.0 => "start", ..0.95 => "middle", _ => "end" };
            text x=(css_percent(tick.share)) y=(px(y)) text-anchor=(anchor) { (tick.label) }
        }
    }
}

/// The name of a run above its rows, and its result at their end: beside them if there is room.
fn heading(run: &Run, scale: &Scale, top: f64, bottom: f64) -> Markup {
    let end = scale.share_of(run.elapsed);
    let is_beside = end < 0.5;
    let (x, y) = (css_percent(end), if is_beside { (top + bottom) / 2.0 } else { top - 6.0 });
    html! {
        text.name x="0" y=(px(top - 6.0)) { (escape_controls(&run.name)) }
        line.end x1=(x) x2=(x) y1=(px(top - 3.0)) y2=(px(bottom + 3.0)) {}
        text.result x=(x) y=(px(y))
            dx=[is_beside.then_some("8")] dy=[is_beside.then_some("0.35em")]
            text-anchor=[(!is_beside).then_some("end")] { (run.result) }
    }
}

/// A row of blocks whose upper edge is at `top`.
fn blocks(row: &[Block], scale: &Scale, top: f64, pitch: f64) -> Markup {
    let share = |time| scale.share_of(time);
    html! {
        @for (n, block) in row.iter().enumerate() {
            @let next = row.get(n + 1).map_or(1.0, |next| share(next.start));
            g.failed[block.is_failed()] {
                title { (describe(block)) }
                (rect("waiting", share(block.start), share(block.head), top, pitch))
                (rect("receiving", share(block.head), share(block.end), top, pitch))
                @if pitch >= READABLE { (labels(block, scale, next, top, pitch)) }
            }
        }
    }
}

/// A part of a block. A line in the colour of the page separates it from its neighbours.
fn rect(class: &str, from: f64, to: f64, top: f64, pitch: f64) -> Markup {
    html! {
        @if to > from {
            rect class=(class) x=(css_percent(from)) width=(css_percent(to - from))
                y=(px(top + 0.5)) height=(px(pitch - 1.0)) {}
        }
    }
}

/// The code and the marks of a block, in it or in the gap before the `next` one.
fn labels(block: &Block, scale: &Scale, next: f64, top: f64, pitch: f64) -> Markup {
    let [from, head, to] = [block.start, block.head, block.end].map(|time| scale.share_of(time));
    let size = (pitch - 1.0).min(10.0);
    let characters = |share: f64| (share * (WIDTH - 2.0 * MARGIN) / (0.72 * size)) as usize;
    let (inside, behind) = block.labels(characters(to - from), characters(next - to));
    let on_receiving = head - from < (to - from) / 2.0;
    let (y, style) = (px(top + pitch / 2.0), format!("font-size: {}px", px(size)));
    html! {
        text.label.on-receiving[on_receiving] x=(css_percent((from + to) / 2.0)) y=(y) dy="0.35em"
            text-anchor="middle" style=(style) { (inside) }
        text.label.behind x=(css_percent(to)) y=(y) dx="2" dy="0.35em" style=(style) { (behind) }
    }
}

/// What the shades and marks in the rows of all runs mean, with the baseline at `y`.
fn legend(runs: &[Vec<Vec<Block>>], y: f64) -> Markup {
    html! {
        @for (n, (mark, meaning)) in lanes::legend(runs.iter().flatten()).into_iter().enumerate() {
            @let (x, class) = (n as f64 * 92.0, if mark.is_empty() { meaning } else { "waiting" });
            g.failed[meaning == "failed"] {
                rect class=(class) x=(x) y=(px(y - 9.0)) width="16" height="11" {}
                text.label x=(x + 8.0) y=(px(y)) text-anchor="middle" style="font-size: 9px" {
                    (mark)
                }
            }
            text x=(x + 21.0) y=(px(y)) { (meaning) }
        }
    }
}
