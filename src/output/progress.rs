//! The progress bar, and how it shares a terminal with the codes and with lines on stderr.

use std::io::{self, IsTerminal};
use std::time::Duration;

use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::stderr;
use crate::country::CountryCode;

/// A bar on stderr, where that is a terminal.
pub(super) struct Progress {
    bar: ProgressBar,
    /// Where stdout is a terminal as well, that is the same one.
    codes: Option<CodesLine>,
}

impl Progress {
    /// An empty bar for `total` flags, or none where stderr is no terminal that can redraw a line.
    pub(super) fn new(total: usize) -> Progress {
        if !can_redraw() {
            return Progress::hidden();
        }
        let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr());
        let template = match anstream::AutoStream::choice(&io::stderr()) {
            anstream::ColorChoice::Never => "{bar:40} {pos}/{len} {msg:2} {elapsed}",
            _ => "{bar:40.green/dim} {pos}/{len} {msg:2.bold} {elapsed}",
        };
        let style = ProgressStyle::with_template(template);
        bar.set_style(style.expect("the template is well-formed").progress_chars("━╸─"));
        bar.enable_steady_tick(Duration::from_millis(100));
        let codes = io::stdout().is_terminal().then(|| CodesLine::new(Term::stdout()));
        Progress { bar, codes }
    }

    /// No bar.
    pub(super) fn hidden() -> Progress {
        Progress { bar: ProgressBar::hidden(), codes: None }
    }

    /// Whether the codes stand on the same terminal as the bar.
    pub(super) fn shares_terminal(&self) -> bool {
        self.codes.is_some()
    }

    /// Counts one flag as done.
    pub(super) fn advance(&self, code: CountryCode) {
        self.bar.set_message(code.to_string());
        self.bar.inc(1);
    }

    /// Has the code and a blank written to stdout.
    pub(super) fn code(&mut self, code: CountryCode, write: impl FnOnce(&str)) {
        let text = format!("{code} ");
        match &mut self.codes {
            Some(codes) => self.bar.suspend(|| codes.append(&text, write)),
            None => write(&text),
        }
    }

    /// Writes what went wrong to stderr.
    pub(super) fn error(&mut self, message: &str) {
        self.above(|| stderr::error(message));
    }

    /// Writes a line to stderr.
    pub(super) fn line(&mut self, text: &str) {
        self.above(|| stderr::line(&stderr::escaped(text)));
    }

    fn above(&mut self, write: impl FnOnce()) {
        self.bar.suspend(write);
        if let Some(codes) = &mut self.codes {
            codes.column = 0;
        }
    }

    /// Takes the bar away. Returns whether the cursor stands at the start of a line.
    pub(super) fn finish(&self) -> bool {
        self.bar.finish_and_clear();
        self.codes.is_some()
    }
}

/// Whether stderr is a terminal that can redraw a line.
pub(super) fn can_redraw() -> bool {
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    !dumb && io::stderr().is_terminal()
}

/// The line of codes on a terminal with a bar below it.
///
/// The bar wants the start of a line, so the line of codes is ended each time, and gone back to for the
/// next code.
struct CodesLine {
    terminal: Term,
    /// How many columns the line fills. At 0, there is no line to go back to.
    column: usize,
}

impl CodesLine {
    fn new(terminal: Term) -> CodesLine {
        CodesLine { terminal, column: 0 }
    }

    fn append(&mut self, text: &str, write: impl FnOnce(&str)) {
        let (_, width) = self.terminal.size();
        if self.column + text.len() > usize::from(width) {
            self.column = 0;
        }
        if self.column > 0 {
            // A terminal that won't have its cursor moved shows the codes one to a line.
            let _ = self.terminal.move_cursor_up(1);
            let _ = self.terminal.move_cursor_right(self.column);
        }
        self.column += text.len();
        write(&format!("{text}\n"));
    }
}
