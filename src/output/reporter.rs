//! Reports a run: text and a progress bar while it runs, or one JSON document at the end.

use std::io::{self, Write};
use std::mem;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use super::terminal::progress::Progress;
use super::terminal::{are_streams_merged, ignore_closed_pipe};
use super::{run_json, text};
use crate::flag::{Outcome, Status};
use crate::run::Summary;

/// What goes to stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Text,
    Json,
    /// Nothing: stdout is for another document.
    Nothing,
}

/// How much is reported of each flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verbosity {
    /// Only errors.
    Quiet,
    Normal,
    /// A line per flag on stderr as well.
    Verbose,
}

/// Reports the outcomes of a run and its summary.
pub struct Reporter {
    format: Format,
    verbosity: Verbosity,
    stdout: Stdout,
    progress: Progress,
    /// Whether stdout and stderr go to the same file, pipe or terminal, as with `2>&1`.
    streams_merged: bool,
    /// Whether stdout ends with codes that no line break follows.
    has_open_line: bool,
}

impl Reporter {
    /// A reporter for a run over `total` flags. On a terminal it shows an empty progress bar, with
    /// the number of flags that are `retrying`.
    pub fn new(
        format: Format,
        verbosity: Verbosity,
        total: usize,
        retrying: Arc<AtomicUsize>,
    ) -> Reporter {
        let has_bar = format == Format::Text && verbosity != Verbosity::Quiet;
        Reporter {
            format,
            verbosity,
            stdout: Stdout::default(),
            progress: Progress::new(has_bar, total, retrying),
            streams_merged: are_streams_merged(),
            has_open_line: false,
        }
    }

    /// Reports one flag: its code on stdout, or its error on stderr.
    pub fn report(&mut self, outcome: &Outcome) {
        let failure = text::failure_line(outcome);
        let has_message = failure.is_some() || self.verbosity == Verbosity::Verbose;
        if has_message && self.streams_merged && mem::take(&mut self.has_open_line) {
            self.stdout.write("\n");
        }
        if let Some(failure) = failure {
            self.progress.error(&failure);
        }
        if self.verbosity == Verbosity::Verbose {
            self.progress.line(&text::details(outcome));
        }
        if matches!(outcome.status, Status::Saved { .. }) && self.shows_codes() {
            self.progress.code(outcome.code, |text| self.stdout.write(text));
            self.has_open_line = !self.progress.shares_terminal();
        }
        self.progress.advance();
    }

    /// Reports the whole run.
    ///
    /// # Errors
    /// The first error in writing to stdout during the run. A closed pipe is not an error.
    pub fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        self.progress.finish();
        let at_line_start =
            self.progress.shares_terminal() || self.streams_merged && !self.has_open_line;
        match (self.format, self.verbosity) {
            (Format::Json, _) => self.stdout.write(&run_json::document(summary)?),
            (Format::Nothing, _) | (Format::Text, Verbosity::Quiet) => {}
            (Format::Text, _) => {
                let line_break = if at_line_start { "" } else { "\n" };
                self.stdout.write(&format!("{line_break}{}\n", text::summary_line(summary)));
            }
        }
        self.stdout.error.take().map_or(Ok(()), Err)
    }

    /// Whether the line of codes is shown. It is not if the same terminal shows a line per flag,
    /// because each code would appear twice.
    fn shows_codes(&self) -> bool {
        let twice = self.verbosity == Verbosity::Verbose && self.progress.shares_terminal();
        self.format == Format::Text && self.verbosity != Verbosity::Quiet && !twice
    }
}

/// Stdout, which may be closed or full. The run continues nevertheless.
#[derive(Default)]
struct Stdout {
    /// Set by the first error, after which nothing more is written.
    failed: bool,
    /// The first error, unless it is a closed pipe.
    error: Option<io::Error>,
}

impl Stdout {
    fn write(&mut self, text: &str) {
        if self.failed {
            return;
        }
        let mut stdout = io::stdout().lock();
        if let Err(error) = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            self.failed = true;
            self.error = ignore_closed_pipe(Err(error)).err();
        }
    }
}
