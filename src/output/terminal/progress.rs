//! The progress bar, and how it shares a terminal with the codes and with messages.

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle, TermLike};

use super::escape::escape_controls;
use super::{Charset, Stream, is_in_foreground, stderr};
use crate::country::CountryCode;

/// At most 17 columns wide without the message, with three-digit counts: it never wraps on
/// [`MIN_COLUMNS`].
const TEMPLATE: &str = "{bar:9.green/dim} {pos}/{len} {wide_msg}";

/// The width of the narrowest terminal that shows a bar. On a narrower one the bar would wrap, and
/// a redraw would erase the lines above it.
const MIN_COLUMNS: usize = 20;

/// The maximum number of times that a bar is drawn per second.
const DRAWS_PER_SECOND: u8 = 20;

/// The time between two updates of the message.
const TICK: Duration = Duration::from_millis(100);

/// A bar on stderr, if that is a terminal.
pub(in crate::output) struct Progress {
    /// Counts the flags that are done.
    pub(in crate::output) bar: ProgressBar,
    /// The codes above the bar, if stdout is a terminal as well.
    codes: Option<CodesLine>,
    failed: Arc<AtomicUsize>,
}

impl Progress {
    /// An empty bar for `total` flags, or none if it is not `shown` or stderr can't show one. It
    /// shows the number of flags that are `retrying`.
    pub(in crate::output) fn new(
        shown: bool,
        total: usize,
        retrying: Arc<AtomicUsize>,
    ) -> Progress {
        let failed = Arc::new(AtomicUsize::new(0));
        let counts = [(failed.clone(), "failed"), (retrying, "retrying")];
        let bar = bar(shown, total, TEMPLATE, move |bar| {
            let counts = counts.iter().map(|(count, what)| (count.load(Relaxed), what));
            let counts = counts.filter(|(count, _)| *count > 0);
            counts.fold(times(bar), |text, (count, what)| format!("{text}, {count} {what}"))
        });
        let shares_terminal = !bar.is_hidden() && io::stdout().is_terminal();
        Progress { bar, codes: shares_terminal.then(CodesLine::default), failed }
    }

    /// Whether the codes go to the same terminal as the bar.
    pub(in crate::output) fn shares_terminal(&self) -> bool {
        self.codes.is_some()
    }

    /// Writes the code and a blank with `write`, which writes to stdout.
    pub(in crate::output) fn code(&mut self, code: CountryCode, write: impl FnOnce(&str)) {
        let text = format!("{code} ");
        match &mut self.codes {
            Some(codes) => self.bar.suspend(|| write(&codes.append(&text))),
            None => write(&text),
        }
    }

    /// Counts a flag that failed, and writes its error message to stderr.
    pub(in crate::output) fn error(&mut self, message: &str) {
        self.failed.fetch_add(1, Relaxed);
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
}

/// A bar of `total` steps on stderr in the style of an indicatif `template`; a hidden one if it is
/// not `shown` or stderr can't show one. `message` makes its message, ten times per second.
pub(super) fn bar(
    shown: bool,
    total: usize,
    template: &str,
    message: impl Fn(&ProgressBar) -> String + Send + 'static,
) -> ProgressBar {
    if !shown || !can_redraw() {
        return ProgressBar::hidden();
    }
    let terminal = Box::new(BarTerminal(Term::buffered_stderr()));
    let target = ProgressDrawTarget::term_like_with_hz(terminal, DRAWS_PER_SECOND);
    let bar = ProgressBar::with_draw_target(Some(total as u64), target);
    let template = match stderr::has_colours() {
        false => template.replace(".green/dim", ""),
        true => template.to_owned(),
    };
    let style = ProgressStyle::with_template(&template).expect("the template is well-formed");
    bar.set_style(style.progress_chars(match Charset::of_locale() {
        Charset::Unicode => "━╸─",
        Charset::Ascii => "#>-",
    }));
    // indicatif's own ticker panics if the system refuses its thread. Without one, the bar shows
    // no times.
    let weak = bar.downgrade();
    let tick = move || {
        while let Some(bar) = weak.upgrade().filter(|bar| !bar.is_finished()) {
            bar.set_message(message(&bar));
            drop(bar);
            thread::sleep(TICK);
        }
    };
    let _ = thread::Builder::new().name("progress".into()).spawn(tick);
    bar
}

/// The elapsed time, and the time left once a first step is done: `12 s, 45 s left`.
pub(super) fn times(bar: &ProgressBar) -> String {
    let elapsed = rough(bar.elapsed());
    match bar.position() {
        0 => elapsed,
        _ => format!("{elapsed}, {} left", rough(bar.eta())),
    }
}

/// `45 s`, `3 min 20 s`.
fn rough(time: Duration) -> String {
    match time.as_secs_f64().round() as u64 {
        short @ ..60 => format!("{short} s"),
        long => format!("{} min {} s", long / 60, long % 60),
    }
}

/// Whether stderr is a terminal that can redraw a line, is wide enough for a bar, and is not that
/// of a process in the background.
fn can_redraw() -> bool {
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let is_wide = Stream::Stderr.width().is_some_and(|columns| columns >= MIN_COLUMNS);
    !dumb && is_wide && is_in_foreground()
}

/// A terminal whose last columns stay free for the `^C` that it shows after Ctrl-C. If the `^C`
/// were on the next line, it would be cleared in place of the bar.
///
/// Nothing is drawn while the process is in the background.
#[derive(Debug)]
struct BarTerminal(Term);

impl BarTerminal {
    fn draw(&self, draw: impl FnOnce(&Term) -> io::Result<()>) -> io::Result<()> {
        if is_in_foreground() { draw(&self.0) } else { Ok(()) }
    }
}

impl TermLike for BarTerminal {
    fn width(&self) -> u16 {
        self.0.size().1.saturating_sub("^C".len() as u16)
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.draw(|term| term.write_str(text))
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.draw(|term| term.write_line(text))
    }

    fn clear_line(&self) -> io::Result<()> {
        self.draw(Term::clear_line)
    }

    fn move_cursor_up(&self, lines: usize) -> io::Result<()> {
        self.draw(|term| term.move_cursor_up(lines))
    }

    fn move_cursor_down(&self, lines: usize) -> io::Result<()> {
        self.draw(|term| term.move_cursor_down(lines))
    }

    fn move_cursor_right(&self, columns: usize) -> io::Result<()> {
        self.draw(|term| term.move_cursor_right(columns))
    }

    fn move_cursor_left(&self, columns: usize) -> io::Result<()> {
        self.draw(|term| term.move_cursor_left(columns))
    }

    fn flush(&self) -> io::Result<()> {
        self.draw(Term::flush)
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
    /// The columns that the terminal had.
    width: usize,
}

impl CodesLine {
    /// What to write to the terminal to append `text` to the line.
    fn append(&mut self, text: &str) -> String {
        let width = Stream::Stdout.width().unwrap_or_default();
        // After a resize, the place of the last code is not known.
        let is_resized = std::mem::replace(&mut self.width, width) != width;
        if self.column + text.len() > width || is_resized || !is_in_foreground() {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_in_minutes_and_seconds() {
        assert_eq!(rough(Duration::from_millis(59_400)), "59 s");
        assert_eq!(rough(Duration::from_secs(200)), "3 min 20 s");
    }

    #[test]
    fn the_time_left_is_shown_once_a_step_is_done() {
        let bar = ProgressBar::hidden();
        bar.set_length(2);
        assert_eq!(times(&bar), "0 s");
        bar.inc(1);
        assert_eq!(times(&bar), "0 s, 0 s left");
    }
}
