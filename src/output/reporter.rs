//! What a person or a script sees of a run: text, a progress bar, or JSON.

use std::io::{self, Write};

use super::progress::Progress;
use super::{run_json, text};
use crate::flag::{Done, Outcome};
use crate::run::Summary;

/// What goes to stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Text,
    Json,
}

/// How much is said of each flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Verbosity {
    /// Errors alone.
    Quiet,
    #[default]
    Normal,
    /// A line for each flag, on stderr.
    Verbose,
}

/// Reports a run as it goes.
pub struct Reporter {
    format: Format,
    verbosity: Verbosity,
    stdout: Stdout,
    progress: Progress,
}

impl Reporter {
    /// For a run over `total` flags. Nothing is shown yet but an empty bar, on a terminal.
    pub fn new(format: Format, verbosity: Verbosity, total: usize) -> Reporter {
        let bar = format == Format::Text && verbosity != Verbosity::Quiet;
        Reporter {
            format,
            verbosity,
            stdout: Stdout::default(),
            progress: if bar { Progress::new(total) } else { Progress::hidden() },
        }
    }

    /// Reports one flag: its code on stdout, what went wrong on stderr.
    pub fn report(&mut self, outcome: &Outcome) {
        if outcome.result.is_err() {
            self.progress.error(&text::failure(outcome));
        }
        if self.verbosity == Verbosity::Verbose {
            self.progress.line(&text::details(outcome));
        }
        if matches!(outcome.result, Ok(Done::Saved { .. })) && self.shows_codes() {
            self.progress.code(outcome.code, |text| self.stdout.write(text));
        }
        self.progress.advance(outcome.code);
    }

    /// Reports the whole run, and what became of stdout.
    ///
    /// # Errors
    /// Something that was to go to stdout could not be written. A reader that has gone away is no error: it
    /// had what it wanted.
    pub fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        let at_line_start = self.progress.finish();
        match (self.format, self.verbosity) {
            (Format::Json, _) => self.stdout.write(&run_json::document(summary)?),
            (Format::Text, Verbosity::Quiet) => {}
            (Format::Text, _) => {
                let line_break = if at_line_start { "" } else { "\n" };
                self.stdout.write(&format!("{line_break}{}\n", text::count(summary)));
            }
        }
        std::mem::replace(&mut self.stdout.outcome, Ok(()))
    }

    /// With a line for each flag on the same terminal, the codes would stand there twice.
    fn shows_codes(&self) -> bool {
        let twice = self.verbosity == Verbosity::Verbose && self.progress.shares_terminal();
        self.format == Format::Text && self.verbosity != Verbosity::Quiet && !twice
    }
}

/// Stdout, which may be closed or full: the run goes on all the same, and the first error is kept.
struct Stdout {
    outcome: io::Result<()>,
    open: bool,
}

impl Default for Stdout {
    fn default() -> Self {
        Stdout { outcome: Ok(()), open: true }
    }
}

impl Stdout {
    fn write(&mut self, text: &str) {
        if !self.open {
            return;
        }
        let mut stdout = io::stdout().lock();
        if let Err(error) = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            self.open = false;
            if error.kind() != io::ErrorKind::BrokenPipe {
                self.outcome = Err(error);
            }
        }
    }
}
