//! The picture of a run as lines of text.

use std::io;
use std::time::Duration;

use clap::builder::styling::{Ansi256Color, AnsiColor, Color, Style};

use super::lanes::{self, Block, MAX_ROWS, axis_end};
use super::scale::{Scale, Tick};
use super::words::in_flight;
use crate::flag::Outcome;
use crate::numbers::counted;
use crate::output::terminal::{Charset, Stream, write_all};

/// The width of a picture if stdout is not a terminal.
const COLUMNS: usize = 80;
/// The minimum width of a picture in columns, however narrow the terminal is.
const MIN_COLUMNS: usize = 10;

/// The width of the picture, and whether it has colours.
#[derive(Debug, Clone, Copy)]
pub struct TextOptions {
    pub columns: usize,
    pub colours: bool,
}

/// What a column of a block shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shade {
    Waiting,
    Receiving,
    Failed,
}

impl Shade {
    /// Colours whose contrast to black and to white is at least 3:1 (WCAG 1.4.11), for terminals
    /// of either kind.
    fn colour(self) -> Color {
        Ansi256Color(match self {
            Shade::Waiting => 67,
            Shade::Receiving => 25,
            Shade::Failed => 160,
        })
        .into()
    }

    /// A column within a block.
    fn fill(self, look: TextOptions) -> Cell {
        let ink = if self == Shade::Waiting { AnsiColor::Black } else { AnsiColor::BrightWhite };
        let style = Style::new().bg_color(Some(self.colour())).fg_color(Some(ink.into()));
        match self {
            _ if look.colours => Cell { character: ' ', style },
            Shade::Receiving => Cell { character: '▒', ..BLANK },
            Shade::Waiting | Shade::Failed => Cell { character: '░', ..BLANK },
        }
    }

    /// The last column of a block, which separates it from the next one.
    fn edge(self, look: TextOptions) -> Cell {
        let colour = look.colours.then_some(self.colour());
        Cell { character: '▌', style: Style::new().fg_color(colour) }
    }
}

/// A character of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cell {
    character: char,
    style: Style,
}

const BLANK: Cell = Cell { character: ' ', style: Style::new() };

/// Draws a run of length `elapsed` on stdout, below a blank line, as wide as the terminal.
///
/// # Errors
/// The picture can't be written. A closed pipe is not an error.
pub fn show(outcomes: &[Outcome], elapsed: Duration) -> io::Result<()> {
    let columns = Stream::Stdout.width().unwrap_or(COLUMNS);
    let colours = anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never;
    let picture = draw(outcomes, elapsed, TextOptions { columns, colours });
    let picture = Charset::of_locale().show(&picture).into_owned();
    let gap = if picture.is_empty() { "" } else { "\n" };
    write_all(anstream::stdout(), &format!("{gap}{picture}"))
}

/// A row per job on a time axis as long as the run, a legend, and the sentence of [`in_flight`].
/// Nothing for a run without requests. The rows are at most as wide as the columns.
pub fn draw(outcomes: &[Outcome], elapsed: Duration, look: TextOptions) -> String {
    let rows = lanes::lanes(outcomes);
    if rows.is_empty() {
        return String::new();
    }
    let look = TextOptions { columns: look.columns.max(MIN_COLUMNS), ..look };
    let scale = Scale::of_time(axis_end(outcomes, elapsed), look.columns / 10);
    let drawn = rows.iter().take(MAX_ROWS).map(|blocks| row(blocks, &scale, look));
    let mut picture: String = drawn.collect();
    if rows.len() > MAX_ROWS {
        picture += &format!("and {} more\n", counted(rows.len() - MAX_ROWS, "row", "rows"));
    }
    picture += &axis(&scale, look);
    picture += &legend(&rows, look);
    picture + &in_flight(outcomes, elapsed) + "\n"
}

fn row(blocks: &[Block], scale: &Scale, look: TextOptions) -> String {
    let width = look.columns;
    let column = |time| (scale.share_of(time) * width as f64).round() as usize;
    let mut cells = vec![BLANK; width];
    for (n, block) in blocks.iter().enumerate() {
        let from = column(block.start).min(width - 1);
        let to = column(block.end);
        if to <= from && cells[from] != BLANK {
            // Shorter than a column, and others are there already.
            continue;
        }
        let to = to.max(from + 1);
        let (waiting, receiving) = match block.is_failed() {
            true => (Shade::Failed, Shade::Failed),
            false => (Shade::Waiting, Shade::Receiving),
        };
        let head = column(block.head).clamp(from, to);
        cells[from..head].fill(waiting.fill(look));
        cells[head..to].fill(receiving.fill(look));
        let last = if head < to { receiving } else { waiting };
        cells[to - 1] = last.edge(look);
        let next = blocks.get(n + 1).map_or(width, |next| column(next.start));
        let room = (to - from - 1).max(1);
        let (inside, behind) = block.labels(room, next.saturating_sub(to));
        overwrite(&mut cells[from..], &inside);
        overwrite(&mut cells[to..], &behind);
    }
    let run = |run: &[Cell]| {
        let text: String = run.iter().map(|cell| cell.character).collect();
        format!("{0}{text}{0:#}", run[0].style)
    };
    let line: String = cells.chunk_by(|a, b| a.style == b.style).map(run).collect();
    line.trim_end().to_owned() + "\n"
}

/// Writes `text` over the first of `cells`, in their style.
fn overwrite(cells: &mut [Cell], text: &str) {
    for (cell, character) in cells.iter_mut().zip(text.chars()) {
        cell.character = character;
    }
}

/// A line with a mark for each tick, and one with their labels as far as they fit.
fn axis(scale: &Scale, look: TextOptions) -> String {
    let mut marks = vec!['─'; look.columns];
    let mut labels = String::new();
    for Tick { share, label } in scale.ticks() {
        let column = (share * look.columns as f64).round() as usize;
        let (used, length) = (labels.chars().count(), label.chars().count());
        if column < look.columns {
            marks[column] = if column == 0 { '└' } else { '┴' };
            if (used == 0 || column > used) && column + length <= look.columns {
                labels += &format!("{:1$}{label}", "", column - used);
            }
        }
    }
    let dim = Style::new().dimmed();
    format!("{dim}{}{dim:#}\n{labels}\n", marks.into_iter().collect::<String>())
}

/// What the shades and marks of `rows` mean.
fn legend(rows: &[Vec<Block>], look: TextOptions) -> String {
    let entry = |(mark, meaning)| {
        let shade = if meaning == "receiving" { Shade::Receiving } else { Shade::Waiting };
        let Cell { character, style } = shade.fill(look);
        match mark {
            "" => format!("{style}{character}{style:#} {meaning}"),
            mark => format!("{mark} {meaning}"),
        }
    };
    lanes::legend(rows.iter()).into_iter().map(entry).collect::<Vec<_>>().join("   ") + "\n"
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::lanes::tests::{any_outcomes, failed, outcome};
    use super::*;

    fn plain(outcomes: &[Outcome], millis: u64, columns: usize) -> String {
        let look = TextOptions { columns, colours: false };
        let picture = draw(outcomes, Duration::from_millis(millis), look);
        anstream::adapter::strip_str(&picture).to_string()
    }

    #[test]
    fn a_sequential_run_is_one_strip() {
        let outcomes = [
            outcome("BD", [0, 60, 100]),
            outcome("BR", [100, 170, 170]),
            outcome("CD", [170, 280, 300]),
        ];
        let expected = "\
BD░░░░▒▒▒▌BR░░░░▌CD░░░░░░░░░▒▌
└─────────┴─────────┴─────────
0         100 ms    200 ms
░ waiting   ▒ receiving
3 flags in 0.30 s; their times add up to 0.30 s: 1.0 in flight on average
";
        assert_eq!(plain(&outcomes, 300, 30), expected);
    }

    #[test]
    fn concurrent_flags_have_rows_of_their_own() {
        let mut retried = outcome("CD", [0, 200, 200]);
        retried.trace.attempts = 2;
        let outcomes = [outcome("BD", [0, 90, 100]), failed("BR", 1, 150, 3), retried];
        let expected = "\
BD░░░░░░░░░░░░░░░░▒▌
CD×2░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░▌
BR✗×3░░░░░░░░░░░░░░░░░░░░░░░░▌
└─────────┴─────────┴─────────┴─────────
0         50 ms     100 ms    150 ms
░ waiting   ▒ receiving   ✗ failed   ×2 two attempts
3 flags in 0.20 s; their times add up to 0.45 s: 2.2 in flight on average
";
        assert_eq!(plain(&outcomes, 200, 40), expected);
    }

    #[test]
    fn a_block_too_short_for_a_column_is_drawn_if_there_is_room() {
        let outcomes = [outcome("BD", [0, 1, 1]), failed("BR", 1000, 1001, 1)];
        let picture = plain(&outcomes, 2000, 20);
        assert!(picture.starts_with("▌         ✗\n"), "{picture}");
    }

    #[test]
    fn more_than_40_rows_are_counted() {
        let codes = crate::country::CountryCode::every().take(45);
        let outcomes: Vec<_> = codes.map(|code| outcome(&code.to_string(), [0, 9, 10])).collect();
        let picture = plain(&outcomes, 10, 80);
        assert_eq!(picture.lines().filter(|line| line.ends_with('▌')).count(), MAX_ROWS);
        assert!(picture.contains("\nand 5 rows more\n"), "{picture}");
    }

    #[test]
    fn a_run_without_requests_has_no_picture() {
        assert_eq!(plain(&[], 100, 80), "");
    }

    #[test]
    fn with_colours_the_codes_stand_on_coloured_blocks() {
        let outcomes = [outcome("BD", [0, 10, 20])];
        let look = TextOptions { columns: 20, colours: true };
        let picture = draw(&outcomes, Duration::from_millis(20), look);
        let waiting = "\x1b[30m\x1b[48;5;67mBD        \x1b[0m";
        assert!(picture.starts_with(waiting), "{picture:?}");
        assert!(picture.contains("\x1b[38;5;25m▌\x1b[0m\n"), "{picture:?}");
    }

    proptest! {
        #[test]
        fn no_row_is_wider_than_the_terminal(
            outcomes in any_outcomes(),
            millis in 0u64..5_000,
            columns in 10usize..200,
            colours: bool,
        ) {
            let look = TextOptions { columns, colours };
            let picture = draw(&outcomes, Duration::from_millis(millis), look);
            let picture = anstream::adapter::strip_str(&picture).to_string();
            let rows = lanes::lanes(&outcomes).len().min(MAX_ROWS);
            let widths = picture.lines().take(rows).map(|line| line.chars().count());
            prop_assert!(widths.max().unwrap_or(0) <= columns, "{}", picture);
        }
    }
}
