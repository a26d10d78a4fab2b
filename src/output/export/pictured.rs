//! The round of a comparison that is drawn, and its result as a sentence.

use std::time::Duration;

use crate::compare::{Contender, Results};
use crate::downloader::Mode;
use crate::numbers::{counted, quotient_as_shown, time};
use crate::output::timeline::svg::Run;

/// The runs of one round, which all have the same delays. Speedups in its texts are those of this
/// round: a reader who divides two times that are shown gets them.
pub(super) struct Pictured<'a> {
    /// `20 flags: 2.10 s one after another, 0.15 s with 20 jobs: 14 times as fast`.
    pub(super) title: String,
    /// `One round of: 20 flags from delay, 10 rounds`.
    pub(super) caption: String,
    pub(super) runs: Vec<Run<'a>>,
}

impl<'a> Pictured<'a> {
    /// The round whose times are nearest to the medians. `None` before the first whole round.
    pub(super) fn of(results: &'a Results) -> Option<Pictured<'a>> {
        let mut round = results.pictured_round()?;
        let reference = results.setup.reference;
        // One job at a time looks the same in every mode, so it is drawn once.
        let is_single = |contender: Contender| contender.jobs.get() == 1;
        let single = round.iter().map(|(name, _)| *name).find(|name| is_single(*name));
        let single = Some(reference).filter(|name| is_single(*name)).or(single);
        round.retain(|(name, _)| !is_single(*name) || Some(*name) == single);
        let took = |contender| round.iter().find(|(name, _)| *name == contender);
        let reference_took = took(reference)?.1.elapsed;
        let (best, best_took) =
            round.iter().map(|(name, sample)| (*name, sample.elapsed)).min_by_key(|run| run.1)?;
        let flags = counted(results.setup.codes.len(), "flag", "flags");
        let mut title = format!("{flags}: {}", described(reference, reference, reference_took));
        if best != reference {
            title += &format!(", {}", described(best, reference, best_took));
            title += &format!(": {}", times_as_fast(reference_took, best_took));
        }
        let runs = round.iter().map(|(contender, sample)| {
            let mut result = time(sample.elapsed);
            if *contender != reference {
                result += &format!(", {}", times_as_fast(reference_took, sample.elapsed));
            }
            let name = Run::name_of(contender.mode, contender.jobs);
            Run { name, result, outcomes: &sample.outcomes, elapsed: sample.elapsed }
        });
        let runs = runs.collect();
        let caption = format!("One round of: {}.", results.title());
        Some(Pictured { title, caption, runs })
    }
}

fn times_as_fast(reference: Duration, elapsed: Duration) -> String {
    format!("{} times as fast", quotient_as_shown(reference, elapsed))
}

/// `2.10 s one after another`, `0.15 s with 20 jobs`; `0.15 s with async` if the reference is
/// another mode than `seq`.
fn described(contender: Contender, reference: Contender, elapsed: Duration) -> String {
    let how = match (contender.mode, reference.mode) {
        (Mode::Seq, _) => "one after another".into(),
        (_, Mode::Seq) => format!("with {}", counted(contender.jobs.get(), "job", "jobs")),
        _ => format!("with {contender}"),
    };
    format!("{} {how}", time(elapsed))
}
