//! The progress bar, and how it shares a terminal with the codes and with messages.

use std::io::{self, IsTerminal};
use std::time::Duration;

use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle, TermLike};

use super::escape::escape_controls;
use super::stderr;
use crate::country::CountryCode;

/// At most 17 columns wide, with three-digit counts: it never wraps on [`MIN_COLUMNS`].
const TEMPLATE: &str = "{bar:9.green/dim} {pos}/{len}";

/// The width of the narrowest terminal that shows a bar. On a narrower one the bar would wrap, and
/// a redraw would erase the lines above it.
const MIN_COLUMNS: u16 = 20;

/// The maximum number of times that a bar is drawn per second.
const DRAWS_PER_SECOND: u8 = 20;

/// A bar on stderr, if that is a terminal.
pub(in crate::output) struct Progress {
    bar: ProgressBar,
    /// The codes above the bar, if stdout is a terminal as well.
    codes: Option<CodesLine>,
}

impl Progress {
    /// An empty bar for `total` flags, or none if stderr can't show one.
    pub(in crate::output) fn new(total: usize) -> Progress {
        let bar = bar(total, TEMPLATE);
        let shares_terminal = !bar.is_hidden() && io::stdout().is_terminal();
        Progress { bar, codes: shares_terminal.then(CodesLine::default) }
    }

    /// No bar.
    pub(in crate::output) fn hidden() -> Progress {
        Progress { bar: ProgressBar::hidden(), codes: None }
    }

    /// Whether there is a bar.
    pub(in crate::output) fn is_visible(&self) -> bool {
        !self.bar.is_hidden()
    }

    /// Whether the codes go to the same terminal as the bar.
    pub(in crate::output) fn shares_terminal(&self) -> bool {
        self.codes.is_some()
    }

    /// Counts one flag.
    pub(in crate::output) fn advance(&self) {
        self.bar.inc(1);
    }

    /// Writes the code and a blank with `write`, which writes to stdout.
    pub(in crate::output) fn code(&mut self, code: CountryCode, write: impl FnOnce(&str)) {
        let text = format!("{code} ");
        match &mut self.codes {
            Some(codes) => self.bar.suspend(|| write(&codes.append(&text))),
            None => write(&text),
        }
    }

    /// Writes an error message to stderr.
    pub(in crate::output) fn error(&mut self, message: &str) {
        self.above(|| stderr::error(message));
    }

    /// Writes a line to stderr.
    pub(in crate::output) fn line(&mut self, text: &str) {
        self.above(|| stderr::line(&escape_controls(text)));
    }

    fn above(&mut self, write: impl FnOnce()) {
        self.bar.suspend(write);
        if let Some(codes) = &mut self.codes {
            codes.column = 0;
        }
    }

    /// Suspends this process, as Ctrl-Z does by default. The bar is cleared until it continues.
    #[cfg(unix)]
    pub(in crate::output) fn suspend_process(&mut self) {
        self.above(|| {
            // It fails only for signals that can't be caught.
            let _ = signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP);
        });
    }

    /// Removes the bar. On a shared terminal, the cursor is then at the start of a line.
    pub(in crate::output) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// A bar of `total` steps on stderr in the style of an indicatif `template`; a hidden one if stderr
/// can't show one.
pub(in crate::output) fn bar(total: usize, template: &str) -> ProgressBar {
    if !can_redraw() {
        return ProgressBar::hidden();
    }
    let terminal = Box::new(BarTerminal(Term::buffered_stderr()));
    let target = ProgressDrawTarget::term_like_with_hz(terminal, DRAWS_PER_SECOND);
    let bar = ProgressBar::with_draw_target(Some(total as u64), target);
    let template = match anstream::AutoStream::choice(&io::stderr()) {
        anstream::ColorChoice::Never => template.replace(".green/dim", ""),
        _ => template.to_owned(),
    };
    let style = ProgressStyle::with_template(&template).expect("the template is well-formed");
    bar.set_style(style.progress_chars("━╸─"));
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

/// Whether stderr is a terminal that can redraw a line and is wide enough for a bar.
fn can_redraw() -> bool {
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let (_, columns) = Term::stderr().size();
    !dumb && io::stderr().is_terminal() && columns >= MIN_COLUMNS
}

/// A terminal whose last columns stay free for the `^C` that it shows after Ctrl-C. If the `^C`
/// were on the next line, it would be cleared in place of the bar.
///
/// The trailing blanks that indicatif fills lines with are left out: they would wrap when the
/// terminal becomes narrower.
#[derive(Debug)]
struct BarTerminal(Term);

impl TermLike for BarTerminal {
    fn width(&self) -> u16 {
        self.0.size().1.saturating_sub("^C".len() as u16)
    }

    fn height(&self) -> u16 {
        self.0.size().0
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.0.write_str(text.trim_end_matches(' '))
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.0.write_line(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.0.clear_line()
    }

    fn move_cursor_up(&self, lines: usize) -> io::Result<()> {
        self.0.move_cursor_up(lines)
    }

    fn move_cursor_down(&self, lines: usize) -> io::Result<()> {
        self.0.move_cursor_down(lines)
    }

    fn move_cursor_right(&self, columns: usize) -> io::Result<()> {
        self.0.move_cursor_right(columns)
    }

    fn move_cursor_left(&self, columns: usize) -> io::Result<()> {
        self.0.move_cursor_left(columns)
    }

    fn flush(&self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The line of codes on a terminal, with the bar on the line below.
///
/// The bar needs a line of its own, so a line break follows each code. The next code is preceded by
/// the control sequences that move the cursor back to the end of the codes.
#[derive(Default)]
struct CodesLine {
    /// The columns that are in use. At 0, the next code starts a new line.
    column: usize,
}

impl CodesLine {
    /// What to write to the terminal to append `text` to the line.
    fn append(&mut self, text: &str) -> String {
        let (_, width) = Term::stdout().size();
        if self.column + text.len() > width.into() {
            self.column = 0;
        }
        let back = match self.column {
            0 => String::new(),
            column => format!("\x1b[A\x1b[{column}C"),
        };
        self.column += text.len();
        format!("{back}{text}\n")
    }
}
