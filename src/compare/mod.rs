//! The benchmark: times the strategies against each other in interleaved rounds.
//!
//! A [`Setup`] says what to compare. [`run_rounds`] goes through its rounds: each runs every
//! [`Contender`] once, in an order from the [`schedule`]; [`RealRunner`] does so. [`Results`]
//! evaluates what was [`Measured`], each [`MinSpeedup`] included.

mod contender;
mod contender_result;
mod enough_jobs;
#[cfg(test)]
pub(crate) mod fixtures;
pub mod ideal;
mod injected;
mod measured;
mod results;
mod rounds;
mod runner;
pub mod schedule;
mod sentences;
mod setup;
pub mod signed_rank;
mod speedup;
pub mod statistics;

pub use contender::Contender;
pub use contender_result::{ContenderResult, Ideal, Standing};
pub use enough_jobs::EnoughJobs;
pub use measured::{Measured, Sample};
pub use results::Results;
pub use rounds::{Abort, run_rounds};
pub use runner::RealRunner;
pub use schedule::Round;
pub use sentences::sentences;
pub use setup::{Look, MinSpeedup, Setup};
pub use speedup::{Speedup, SpeedupCheck, Verdict};
