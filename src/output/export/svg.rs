//! SVG: the runs of one round, one below the other on one time axis, and the result as a sentence.

use std::time::Duration;

use crate::compare::{Contender, Results};
use crate::downloader::Mode;
use crate::numbers::{counted, quotient_as_shown, time};
use crate::output::timeline::svg::{Run, document};

/// A picture of the round whose times are nearest to the medians.
pub fn export(results: &Results) -> String {
    match Pictured::of(results) {
        Some(Pictured { title, caption, runs }) => document(&title, &caption, &runs),
        None => document(&results.title(), "", &[]),
    }
}

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

#[cfg(test)]
mod tests {
    use roxmltree::{Document, Node};

    use super::*;
    use crate::compare::fixtures::{measured, setup, times};
    use crate::compare::{Measured, Setup};

    fn picture(setup: &Setup, measured: &Measured) -> String {
        export(&Results::new(setup, measured))
    }

    fn texts<'a>(document: &'a Document) -> Vec<&'a str> {
        document.descendants().filter(Node::is_element).filter_map(|node| node.text()).collect()
    }

    #[test]
    fn the_runs_of_one_round_are_drawn_below_the_result() {
        let setup = setup();
        let picture = picture(&setup, &measured(&setup, times));
        let document = Document::parse(&picture).unwrap();
        let texts = texts(&document);
        let title = "2 flags: 3.00 s one after another, 0.20 s with 2 jobs: 15 times as fast";
        for expected in [title, "seq: one after another", "0.20 s, 15 times as fast"] {
            assert!(texts.contains(&expected), "{expected}: {texts:?}");
        }
        let blocks = texts.iter().filter(|text| text.contains(": waiting ")).count();
        assert_eq!(blocks, 4 * 2);
    }

    #[test]
    fn without_a_whole_round_the_name_of_the_server_stays_text() {
        let setup = Setup { server: "</style><script>\"&'\u{7}".into(), ..setup() };
        let picture = picture(&setup, &Measured::default());
        let title = "2 flags from </style><script>\"&'\\u{7}, 0 of 3 rounds";
        assert!(texts(&Document::parse(&picture).unwrap()).contains(&title), "{picture}");
    }
}
