//! The benchmark: times the strategies against each other in interleaved rounds.
//!
//! A [`Setup`] says what to compare. [`run_rounds`] goes through its rounds: each runs every
//! [`Contender`] once, in an order from the [`schedule`]; [`RealRunner`] does so. [`Results`]
//! evaluates what was [`Measured`], each [`MinSpeedup`] included.

mod contender;
mod contender_result;
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
pub use contender_result::{ContenderResult, EnoughJobs, Ideal, Standing};
pub use measured::{Measured, Sample};
pub use results::Results;
pub use rounds::run_rounds;
pub use runner::RealRunner;
pub use schedule::Round;
pub use sentences::sentences;
pub use setup::{Look, MinSpeedup, Setup};
pub use speedup::{Speedup, SpeedupCheck, Verdict};

/// Comparisons whose runs take given times.
#[cfg(test)]
pub(crate) mod fixtures {
    use std::num::NonZeroUsize;
    use std::time::Duration;

    use super::{Contender, Measured, MinSpeedup, Round, Sample, Setup, run_rounds};
    use crate::downloader::Mode;
    use crate::fetch::Trace;
    use crate::flag::{Outcome, Status};
    use crate::origin::Weather;
    use crate::system::cpu_time::CpuTime;

    /// Two flags that take 100 ms each, all four modes with two jobs, one warm-up round and three
    /// measured ones.
    pub(crate) fn setup() -> Setup {
        let contenders = contenders(&[Mode::Seq, Mode::Threads, Mode::Rayon, Mode::Async], &[2]);
        Setup {
            server: "delay".into(),
            weather: Some(Weather { delay: "100ms".parse().unwrap(), ..Weather::default() }),
            codes: ["BR", "CN"].map(|code| code.parse().unwrap()).to_vec(),
            reference: contenders[0],
            contenders,
            warmup: 1,
            runs: 3,
            max_runs: 3,
            min_speedups: Vec::new(),
        }
    }

    /// [`Contender::all`] with numbers above 0.
    pub(crate) fn contenders(modes: &[Mode], jobs: &[usize]) -> Vec<Contender> {
        let jobs: Vec<_> = jobs.iter().map(|jobs| NonZeroUsize::new(*jobs).unwrap()).collect();
        Contender::all(modes, &jobs)
    }

    /// The contender of [`setup`] that is called `name`.
    pub(crate) fn contender(name: &str) -> Contender {
        let contenders = setup().contenders;
        contenders.into_iter().find(|contender| contender.to_string() == name).unwrap()
    }

    /// `--min-speedup name=factor`, for a contender of [`setup`].
    pub(crate) fn min_speedup(name: &str, factor: f64) -> MinSpeedup {
        MinSpeedup { contender: contender(name), factor }
    }

    /// The measurements of a run of `millis` milliseconds. Its two flags take 45 % of that time
    /// each, one after the other.
    pub(crate) fn sample(millis: u64) -> Sample {
        let elapsed = Duration::from_millis(millis);
        let cpu = CpuTime { user: elapsed / 10, system: elapsed / 20 };
        let outcome = |code: &str, from: u32| Outcome {
            code: code.parse().unwrap(),
            url: String::new(),
            path: Default::default(),
            status: Status::Saved { bytes: 1000 },
            start: elapsed * from / 20,
            trace: Trace {
                attempts: 1,
                http_version: Some("HTTP/1.1"),
                head_at: Some(elapsed * (from + 7) / 20),
                body_at: Some(elapsed * (from + 8) / 20),
                ..Trace::default()
            },
            end: elapsed * (from + 9) / 20,
        };
        let outcomes = vec![outcome("BR", 0), outcome("CN", 9)];
        Sample { elapsed, cpu, exit_code: 0, retries: 0, outcomes }
    }

    /// The measurements of a comparison whose runs take `times` milliseconds. It ends early at
    /// `None`.
    pub(crate) fn measured(
        setup: &Setup,
        times: impl Fn(Round, Contender) -> Option<u64>,
    ) -> Measured {
        let run = |round, contender| Ok(times(round, contender).map(sample));
        let mut measured = Measured::default();
        run_rounds(setup, &mut measured, run, |_| Ok(())).unwrap();
        measured
    }

    /// `seq` takes 2 s, then 3 s, then 4 s; the others take 200 ms in every round.
    pub(crate) fn times(round: Round, contender: Contender) -> Option<u64> {
        match (round, contender.mode) {
            (Round::Measured(n), Mode::Seq) => Some(1000 * (n as u64 + 1)),
            _ => Some(200),
        }
    }
}
