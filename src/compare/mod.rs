//! Times the strategies against each other, on a machine that has other things to do as well.
//!
//! A [`Setup`] says what is compared. [`run_rounds`] goes through its rounds, each of which runs every mode
//! once in an order of the [`schedule`], and has a [`Runner`] carry out each run: [`RealRunner`] does. What is
//! [`Measured`] becomes [`Results`], which an [`export`] writes and a [`MinSpeedup`] judges.

mod cpu_time;
mod eta;
mod injected;
mod min_speedup;
pub mod results;
mod rounds;
mod runner;
pub mod schedule;
pub mod statistics;

pub use cpu_time::CpuTime;
pub use eta::Eta;
pub use min_speedup::{InvalidMinSpeedup, MinSpeedup, Verdict};
pub use results::{ModeResult, Results, Speedup};
pub use rounds::{Abort, Measured, Observer, Runner, Sample, run_rounds};
pub use runner::RealRunner;
pub use schedule::Round;

use crate::country::CountryCode;
use crate::downloader::Mode;
use crate::origin::Weather;

/// What is compared, and how often.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The server's label or base URL, for the record.
    pub server: String,
    /// Of an embedded server: the weather that each round's is made from, by [`Round::seed`].
    pub weather: Option<Weather>,
    pub codes: Vec<CountryCode>,
    /// Each once, in the order in which they are shown.
    pub modes: Vec<Mode>,
    /// Most requests at once, in every mode but `seq`.
    pub jobs: usize,
    /// The mode that speedups are relative to: one of `modes`.
    pub reference: Mode,
    /// Rounds that don't count, before those that do.
    pub warmup: usize,
    /// Rounds that count, at least one.
    pub runs: usize,
}

impl Setup {
    /// The most requests at once that `mode` makes.
    pub fn jobs(&self, mode: Mode) -> usize {
        mode.jobs(self.jobs)
    }
}
