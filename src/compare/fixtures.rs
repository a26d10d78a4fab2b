//! Test fixtures: comparisons whose runs take given times.

use std::f64::consts::TAU;
use std::num::NonZeroUsize;
use std::time::Duration;

use fastrand::Rng;

use super::{
    Abort, Contender, Measured, MinSpeedup, Observer, Round, Runner, Sample, Setup, run_rounds,
};
use crate::downloader::Mode;
use crate::flag::{Outcome, Status};
use crate::origin::Weather;
use crate::system::cpu_time::CpuTime;

/// Two flags, all four modes with two jobs, one warm-up round and three measured ones.
pub(crate) fn setup() -> Setup {
    let contenders = contenders(&[Mode::Seq, Mode::Threads, Mode::Rayon, Mode::Async], &[2]);
    Setup {
        server: "delay".into(),
        weather: Some(Weather::delayed()),
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

/// The measurements of a run of `millis` milliseconds. Its two flags take 45 % of that time each,
/// one after the other. Its shortest possible time is half of that time.
pub(crate) fn sample(millis: u64) -> Sample {
    let elapsed = Duration::from_millis(millis);
    let cpu = CpuTime { user: elapsed / 10, system: elapsed / 20 };
    let outcome = |code: &str, from: u32| Outcome {
        code: code.parse().unwrap(),
        url: String::new(),
        path: Default::default(),
        status: Status::Saved { bytes: 1000 },
        resent: 0,
        http_version: Some("HTTP/1.1"),
        start: elapsed * from / 20,
        head_at: Some(elapsed * (from + 7) / 20),
        body_at: Some(elapsed * (from + 8) / 20),
        end: elapsed * (from + 9) / 20,
        attempts: 1,
    };
    let outcomes = vec![outcome("BR", 0), outcome("CN", 9)];
    Sample { elapsed, cpu, exit_code: 0, ideal: Some(elapsed / 2), outcomes }
}

/// A runner that downloads nothing. The function returns how many milliseconds each run takes.
pub(crate) struct FakeRunner<F>(pub(crate) F);

impl<F: FnMut(Round, Contender) -> Result<u64, Abort>> Runner for FakeRunner<F> {
    fn run(&mut self, round: Round, contender: Contender) -> Result<Sample, Abort> {
        (self.0)(round, contender).map(sample)
    }
}

pub(crate) struct Unobserved;

impl Observer for Unobserved {
    fn round_finished(&mut self, _: &Measured) -> anyhow::Result<()> {
        Ok(())
    }
}

/// The measurements of a comparison whose runs take `times` milliseconds. It ends early at `None`.
pub(crate) fn measured(setup: &Setup, times: impl Fn(Round, Contender) -> Option<u64>) -> Measured {
    let abort = || Abort::Failed(anyhow::anyhow!("no more times"));
    let mut runner = FakeRunner(|round, contender| times(round, contender).ok_or_else(abort));
    run_rounds(setup, &mut runner, &mut Unobserved).0
}

/// `seq` takes 2 s, then 3 s, then 4 s; the others take 200 ms in every round.
pub(crate) fn times(round: Round, contender: Contender) -> Option<u64> {
    match (round, contender.mode()) {
        (Round::Measured(n), Mode::Seq) => Some(1000 * (n as u64 + 1)),
        _ => Some(200),
    }
}

/// A draw from the standard normal distribution (Box & Muller, 1958).
pub(crate) fn normal(rng: &mut Rng) -> f64 {
    (-2.0 * (1.0 - rng.f64()).ln()).sqrt() * (TAU * rng.f64()).cos()
}

/// Draws a random ratio. The true median of the ratios is 1.
pub(crate) type Ratio = fn(&mut Rng) -> f64;

const NORMAL: Ratio = |rng| 1.0 + 0.1 * normal(rng);
const LOG_NORMAL: Ratio = |rng| (0.25 * normal(rng)).exp();
const EXPONENTIAL: Ratio = |rng| 1.0 - 0.2 * (2.0 * (1.0 - rng.f64())).ln();
/// Student's t with 2 degrees of freedom, on a log scale.
const HEAVY_TAILED: Ratio = |rng| {
    let chi_squared = -2.0 * (1.0 - rng.f64()).ln();
    (0.1 * normal(rng) / (chi_squared / 2.0).sqrt()).exp()
};
/// 70 % in a cluster from 0.95 to 1.02, of which 5/7 are below 1; 30 % from 1.5 to 1.6.
const CLUSTERED: Ratio = |rng| match rng.f64() {
    ..0.7 => 0.95 + 0.07 * rng.f64(),
    _ => 1.5 + 0.1 * rng.f64(),
};

pub(crate) const RATIOS: [Ratio; 5] = [NORMAL, LOG_NORMAL, EXPONENTIAL, HEAVY_TAILED, CLUSTERED];
