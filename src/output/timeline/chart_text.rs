//! The timeline of a run as lines of text.

use std::time::Duration;

use anstyle::{AnsiColor, Style};

use super::phases::{PHASES, Phase, axis_end, by_start, edges, is_failed, is_saved, remark};
use super::{Charset, TimeAxis};
use crate::flag::Outcome;

/// The columns left of the bars: a code and a blank.
const MARGIN: usize = 3;
/// The minimum width of the bars in columns, however narrow the terminal is.
const MIN_WIDTH: usize = 10;

const FAILED: Style = AnsiColor::Red.on_default().bold();
const DIM: Style = Style::new().dimmed();

/// What one column of a row shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cell {
    Blank,
    Phase(Phase),
    Failed,
}

/// A row per flag on a time axis as long as the run, and a legend; nothing for a run without flags.
///
/// The lines are at most `columns` wide, unless that is too narrow for a chart. A saved flag has at
/// least one column of saving, although most are written in less time than a column stands for.
pub fn chart(spans: &[Outcome], elapsed: Duration, columns: usize, charset: Charset) -> String {
    if spans.is_empty() {
        return String::new();
    }
    let gutter = spans.iter().map(|span| remark(span).len()).max().unwrap_or(0);
    let gutter = if gutter > 0 { gutter + 1 } else { 0 };
    let width = columns.saturating_sub(MARGIN + gutter).max(MIN_WIDTH);
    let axis = TimeAxis::new(axis_end(spans, elapsed), width / 10);
    let mut chart = String::new();
    for span in by_start(spans) {
        let bar = bar(&cells(span, &axis, width), charset);
        let style = if is_failed(span) { FAILED } else { DIM };
        let remark = remark(span);
        let remark = if remark.is_empty() { remark } else { format!(" {style}{remark}{style:#}") };
        chart += &format!("{} {bar}{remark}", span.code);
        chart.truncate(chart.trim_end().len());
        chart.push('\n');
    }
    chart + &axis_lines(&axis, width, charset) + &legend(spans, columns, charset)
}

/// The columns of a row. The row has at least one that is not blank.
fn cells(span: &Outcome, axis: &TimeAxis, width: usize) -> Vec<Cell> {
    let edges = edges(span, axis);
    let columns = edges.map(|share| (share * width as f64).round() as usize);
    let first = columns[0].min(width - 1);
    let end = columns[3].max(first + 1);
    let mut cells = vec![Cell::Blank; width];
    for (n, phase) in PHASES.into_iter().enumerate() {
        cells[columns[n]..columns[n + 1]].fill(Cell::Phase(phase));
    }
    if columns[0] == columns[3] {
        // The whole row is less than a column: it shows the longest of its phases.
        let length = |n: &usize| edges[n + 1] - edges[*n];
        let longest = (0..3).max_by(|a, b| length(a).total_cmp(&length(b))).unwrap_or(0);
        cells[first] = Cell::Phase(PHASES[longest]);
    }
    if is_failed(span) {
        cells[end - 1] = Cell::Failed;
    } else if is_saved(span) && end - first > 1 {
        cells[end - 1] = Cell::Phase(Phase::Saving);
    }
    cells
}

fn bar(cells: &[Cell], charset: Charset) -> String {
    let run = |run: &[Cell]| {
        let (glyph, style) = appearance(run[0], charset);
        format!("{style}{}{style:#}", glyph.repeat(run.len()))
    };
    cells.chunk_by(|a, b| a == b).map(run).collect()
}

/// The character and the style of a cell.
fn appearance(cell: Cell, charset: Charset) -> (&'static str, Style) {
    let (unicode, ascii, style) = match cell {
        Cell::Blank => (" ", " ", Style::new()),
        Cell::Phase(Phase::Waiting) => ("░", ".", AnsiColor::Blue.on_default()),
        Cell::Phase(Phase::Receiving) => ("▒", "=", AnsiColor::Yellow.on_default()),
        Cell::Phase(Phase::Saving) => ("█", "#", AnsiColor::Green.on_default()),
        Cell::Failed => ("✗", "x", FAILED),
    };
    (if charset == Charset::Unicode { unicode } else { ascii }, style)
}

/// A line with a mark for each tick, and one with their labels as far as they fit.
fn axis_lines(axis: &TimeAxis, width: usize, charset: Charset) -> String {
    let (line, first, mark) = match charset {
        Charset::Unicode => ('─', '└', '┴'),
        Charset::Ascii => ('-', '+', '+'),
    };
    let mut marks = vec![line; width];
    let mut labels = String::new();
    for tick in axis.ticks() {
        let column = (tick.share * width as f64).round() as usize;
        let label = match charset {
            Charset::Unicode => tick.label,
            Charset::Ascii => tick.label.replace('µ', "u"),
        };
        let length = label.chars().count();
        let used = labels.chars().count();
        if column < width {
            marks[column] = if column == 0 { first } else { mark };
            if (used == 0 || column > used) && column + length <= width {
                labels += &format!("{:1$}{label}", "", column - used);
            }
        }
    }
    let (marks, margin) = (marks.into_iter().collect::<String>(), " ".repeat(MARGIN));
    format!("{margin}{DIM}{marks}{DIM:#}\n{margin}{labels}\n")
}

fn legend(spans: &[Outcome], columns: usize, charset: Charset) -> String {
    let entry = |cell, name| {
        let (glyph, style) = appearance(cell, charset);
        format!("{style}{glyph}{style:#} {name}")
    };
    let mut entries: Vec<_> =
        PHASES.iter().map(|phase| entry(Cell::Phase(*phase), phase.name())).collect();
    if spans.iter().any(is_failed) {
        entries.push(entry(Cell::Failed, "failed"));
    }
    entries.join(if columns < 50 { " " } else { "   " }) + "\n"
}
