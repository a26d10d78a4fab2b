//! Reports a run: text and a progress bar while it runs, or one JSON document at the end.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::{io, mem};

use super::terminal::progress::Progress;
use super::terminal::{are_streams_merged, write_all};
use super::{run_json, text};
use crate::flag::{Outcome, Status};
use crate::run::{Plan, Summary};

/// What goes to stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Text,
    Json,
    /// Nothing: the run is quiet, or stdout is for another document.
    Nothing,
}

/// Reports the outcomes of a run and its summary.
pub struct Reporter {
    format: Format,
    /// Whether stderr has a line per flag.
    verbose: bool,
    /// The first error in writing to stdout, after which nothing more is written. The run continues
    /// nevertheless.
    written: io::Result<()>,
    progress: Progress,
    /// Whether stdout and stderr go to the same file, pipe or terminal, as with `2>&1`.
    streams_merged: bool,
    /// Whether a line break has to come before the count. With separate streams it always has.
    has_open_line: bool,
}

impl Reporter {
    /// A reporter for a run over `total` flags. For text on a terminal it shows an empty progress
    /// bar, with the number of flags that are `retrying`.
    pub fn new(
        format: Format,
        verbose: bool,
        total: usize,
        retrying: Arc<AtomicUsize>,
    ) -> Reporter {
        let progress = Progress::new(format == Format::Text, total, retrying);
        let streams_merged = progress.shares_terminal() || are_streams_merged();
        let (written, has_open_line) = (Ok(()), !streams_merged);
        Reporter { format, verbose, written, progress, streams_merged, has_open_line }
    }

    /// Reports one flag: its code on stdout, or its error on stderr.
    pub fn report(&mut self, outcome: &Outcome) {
        let failure = text::failure_line(outcome);
        let has_message = failure.is_some() || self.verbose;
        if has_message && self.streams_merged && mem::take(&mut self.has_open_line) {
            write(&mut self.written, "\n");
        }
        if let Some(failure) = failure {
            self.progress.error(&failure);
        }
        if self.verbose {
            self.progress.line(&text::details(outcome));
        }
        if matches!(outcome.status, Status::Saved { .. }) && self.shows_codes() {
            self.progress.code(outcome.code, |text| write(&mut self.written, text));
            self.has_open_line = !self.progress.shares_terminal();
        }
        self.progress.bar.inc(1);
    }

    /// Reports the whole run.
    ///
    /// # Errors
    /// The first error in writing to stdout during the run. A closed pipe is not an error.
    pub fn finish(&mut self, plan: &Plan, summary: &Summary) -> io::Result<()> {
        // On a shared terminal, the cursor is then at the start of a line.
        self.progress.bar.finish_and_clear();
        match self.format {
            Format::Json => write(&mut self.written, &run_json::document(plan, summary)?),
            Format::Nothing => {}
            Format::Text => {
                let line_break = if self.has_open_line { "\n" } else { "" };
                let count = text::summary_line(summary);
                write(&mut self.written, &format!("{line_break}{count}\n"));
            }
        }
        mem::replace(&mut self.written, Ok(()))
    }

    /// Whether the line of codes is shown. It is not if the same terminal shows a line per flag,
    /// because each code would appear twice.
    fn shows_codes(&self) -> bool {
        self.format == Format::Text && !(self.verbose && self.progress.shares_terminal())
    }
}

/// Writes `text` to stdout, unless an earlier write failed. A closed pipe is not an error.
fn write(written: &mut io::Result<()>, text: &str) {
    if written.is_ok() {
        *written = write_all(io::stdout(), text);
    }
}
