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
        let round = results.pictured_round()?;
        let reference = results.setup.reference;
        let elapsed = |contender: Contender| {
            let run = round.iter().find(|(known, _)| *known == contender);
            run.map(|(_, sample)| sample.elapsed)
        };
        let reference_took = elapsed(reference)?;
        let (best, its_sample) = round.iter().min_by_key(|(_, sample)| sample.elapsed)?;
        let flags = counted(results.setup.codes.len(), "flag", "flags");
        let title = match *best == reference {
            true => format!("{flags}: {}, the fastest", described(reference, reference_took)),
            false => format!(
                "{flags}: {}, {}: {}",
                described(reference, reference_took),
                described(*best, its_sample.elapsed),
                times_as_fast(reference_took, its_sample.elapsed)
            ),
        };
        let mut runs = Vec::new();
        let mut has_single = false;
        for (contender, sample) in &round {
            // One job at a time looks the same in every mode.
            let is_single = contender.jobs().get() == 1;
            if is_single && std::mem::replace(&mut has_single, true) {
                continue;
            }
            let elapsed = sample.elapsed;
            let mut result = time(elapsed);
            if *contender != reference {
                result += &format!(", {}", times_as_fast(reference_took, elapsed));
            }
            let name = Run::name_of(contender.mode(), contender.jobs());
            runs.push(Run { name, result, outcomes: &sample.outcomes, elapsed });
        }
        let caption = format!("One round of: {}.", results.title());
        Some(Pictured { title, caption, runs })
    }
}

fn times_as_fast(reference: Duration, elapsed: Duration) -> String {
    format!("{} times as fast", quotient_as_shown(reference, elapsed))
}

/// `2.10 s one after another`, `0.15 s with 20 jobs`.
fn described(contender: Contender, elapsed: Duration) -> String {
    let how = match contender.mode() {
        Mode::Seq => "one after another".into(),
        _ => format!("with {}", counted(contender.jobs().get(), "job", "jobs")),
    };
    format!("{} {how}", time(elapsed))
}
