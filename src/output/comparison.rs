//! What a person sees of a comparison: a bar while it runs, and then a table and what it means.

use std::io::{self, Write};
use std::time::Duration;

use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::progress::can_redraw;
use super::table::table;
use crate::compare::{Eta, Results, Round, Sample, Setup};
use crate::downloader::Mode;

/// A bar on stderr, where that is a terminal: the round, and about how long the rest will take.
pub struct RoundsBar {
    bar: ProgressBar,
    eta: Eta,
    warmup: usize,
    runs: usize,
}

impl RoundsBar {
    /// An empty one; none where `quiet`, or where stderr can't show it.
    pub fn new(setup: &Setup, quiet: bool) -> RoundsBar {
        let bar = match quiet || !can_redraw() {
            true => ProgressBar::hidden(),
            false => visible(setup),
        };
        RoundsBar { bar, eta: Eta::new(setup), warmup: setup.warmup, runs: setup.runs }
    }

    /// Says what is being timed now.
    pub fn begins(&self, round: Round, mode: Mode) {
        let (name, round, of) = match round {
            Round::Warmup(n) => ("warm-up", n, self.warmup),
            Round::Counted(n) => ("round", n, self.runs),
        };
        let left = self.eta.left().map(|left| format!(", about {} left", rough(left)));
        let left = left.unwrap_or_default();
        self.bar.set_message(format!("{name} {round} of {of}: {mode}{left}"));
    }

    /// Moves on by one run.
    pub fn ended(&mut self, mode: Mode, sample: &Sample) {
        self.eta.ended(mode, sample);
        self.bar.set_position(self.eta.runs() as u64);
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn visible(setup: &Setup) -> ProgressBar {
    let runs = setup.warmup.saturating_add(setup.runs).saturating_mul(setup.modes.len());
    let bar = ProgressBar::with_draw_target(Some(runs as u64), ProgressDrawTarget::stderr());
    let template = match anstream::AutoStream::choice(&io::stderr()) {
        anstream::ColorChoice::Never => "{bar:30} {wide_msg}",
        _ => "{bar:30.green/dim} {wide_msg}",
    };
    let style = ProgressStyle::with_template(template);
    bar.set_style(style.expect("the template is well-formed").progress_chars("━╸─"));
    bar.enable_steady_tick(Duration::from_millis(250));
    bar
}

/// `45 s`, `3 min 20 s`.
fn rough(time: Duration) -> String {
    match time.as_secs_f64().round() as u64 {
        short @ ..60 => format!("{short} s"),
        long => format!("{} min {} s", long / 60, long % 60),
    }
}

/// Where the table goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    Stdout,
    /// Where an export has stdout for itself.
    Stderr,
}

/// Writes the table and what it means; nothing where nothing was measured. Bars and colours are for a
/// terminal.
///
/// # Errors
/// It can't be written. A reader that has gone away is no error.
pub fn show(results: &Results, stream: Stream) -> io::Result<()> {
    if results.modes.is_empty() {
        return Ok(());
    }
    let page = |terminal: Term| {
        let columns = terminal.is_term().then(|| usize::from(terminal.size().1));
        let sentences = results.sentences();
        let gap = if sentences.is_empty() { "" } else { "\n" };
        let lines: String = sentences.into_iter().map(|line| line + "\n").collect();
        table(results, columns) + gap + &lines
    };
    let written = match stream {
        Stream::Stdout => {
            let page = page(Term::stdout());
            let mut stdout = anstream::stdout().lock();
            stdout.write_all(page.as_bytes()).and_then(|()| stdout.flush())
        }
        Stream::Stderr => {
            let page = page(Term::stderr());
            anstream::stderr().lock().write_all(page.as_bytes())
        }
    };
    written.or_else(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_told_roughly() {
        assert_eq!(rough(Duration::from_millis(59_400)), "59 s");
        assert_eq!(rough(Duration::from_secs(200)), "3 min 20 s");
    }
}
