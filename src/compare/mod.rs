//! The benchmark: times the strategies against each other in interleaved rounds.
//!
//! A [`Setup`] says what to compare. [`run_rounds`] goes through its rounds: each runs every
//! [`Contender`] once, in an order from the [`schedule`], through a [`Runner`] such as
//! [`RealRunner`]. [`Results`] evaluates what was [`Measured`], each [`MinSpeedup`] included.

mod contender;
mod eta;
#[cfg(test)]
pub(crate) mod fixtures;
mod ideal;
mod injected;
mod looks;
mod measured;
pub mod median_interval;
mod min_speedup;
mod noise;
mod results;
mod rounds;
mod runner;
pub mod schedule;
mod sentences;
#[cfg(test)]
mod simulation;
pub mod statistics;

pub use contender::Contender;
pub use eta::Eta;
pub use looks::{Look, Looks};
pub use measured::{Measured, Sample};
pub use min_speedup::{MinSpeedup, SpeedupCheck, Verdict};
pub use results::{Ideal, ModeResult, Results, Speedup};
pub use rounds::{Abort, Observer, Runner, run_rounds};
pub use runner::RealRunner;
pub use schedule::Round;

use crate::country::CountryCode;
use crate::origin::Weather;

/// What to compare, and how many times.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The server's label or base URL, as reports show it.
    pub server: String,
    /// The weather of an embedded server. Each round has its own seed: see [`Round::seed`].
    pub weather: Option<Weather>,
    pub codes: Vec<CountryCode>,
    /// Without duplicates, in the order in which they are shown.
    pub contenders: Vec<Contender>,
    /// The contender that speedups are relative to: one of `contenders`.
    pub reference: Contender,
    /// The number of warm-up rounds, which are not measured.
    pub warmup: usize,
    /// The number of measured rounds, at least one. With `max_runs`, the rounds between two looks.
    pub runs: usize,
    /// The maximum number of measured rounds, at least `runs`.
    pub max_runs: usize,
    /// The speedups to check. The comparison goes on until all are decided, or `max_runs` is
    /// reached.
    pub min_speedups: Vec<MinSpeedup>,
}
