//! SVG: the timelines of all modes, one below the other on one time axis.

use super::Exporter;
use crate::compare::{Contender, Results, Sample};
use crate::numbers::{counted, rounded, time};
use crate::output::timeline::{self, TimelineRun};

/// A picture of each mode in one round.
pub struct Svg;

impl Exporter for Svg {
    fn export(&self, results: &Results) -> anyhow::Result<String> {
        Ok(timeline::document(&results.title(), &timeline_runs(results)))
    }
}

/// The run of each mode in the round whose times are nearest to the medians.
pub(super) fn timeline_runs<'a>(results: &'a Results) -> Vec<TimelineRun<'a>> {
    let round = results.pictured_round().unwrap_or_default();
    let reference = results.setup.reference;
    let took = round.iter().find(|(contender, _)| *contender == reference);
    let run = |(contender, sample): &(Contender, &'a Sample)| {
        let jobs = counted(contender.jobs().get(), "job", "jobs");
        let mut about = format!("{jobs}, {}", time(sample.elapsed));
        if let Some((_, took)) = took.filter(|_| *contender != reference) {
            let speedup = rounded(took.seconds() / sample.seconds());
            about += &format!(", {speedup} times as fast as {reference}");
        }
        let name = contender.to_string();
        TimelineRun { name, about, spans: &sample.outcomes, elapsed: sample.elapsed }
    };
    round.iter().map(run).collect()
}

#[cfg(test)]
mod tests {
    use roxmltree::{Document, Node};

    use super::*;
    use crate::compare::fixtures::{measured, setup, times};
    use crate::compare::{Measured, Setup};

    fn picture(setup: &Setup, measured: &Measured) -> String {
        Svg.export(&Results::new(setup, measured)).unwrap()
    }

    fn texts<'a>(document: &'a Document) -> Vec<&'a str> {
        document.descendants().filter(Node::is_element).filter_map(|node| node.text()).collect()
    }

    #[test]
    fn each_mode_has_a_plot_of_the_run_that_took_its_median_time() {
        let setup = setup();
        let picture = picture(&setup, &measured(&setup, times));
        let document = Document::parse(&picture).unwrap();
        let texts = texts(&document);
        assert!(texts.contains(&"2 flags from delay, 3 rounds"), "{texts:?}");
        for about in ["1 job, 3.00 s", "2 jobs, 200 ms, 15.0 times as fast as seq"] {
            assert!(texts.contains(&about), "{about}: {texts:?}");
        }
        let rows = texts.iter().filter(|text| text.contains(": waiting ")).count();
        assert_eq!(rows, 4 * 2);
    }

    #[test]
    fn without_runs_there_are_no_plots() {
        let picture = picture(&setup(), &Measured::default());
        assert!(
            texts(&Document::parse(&picture).unwrap())
                .contains(&"2 flags from delay, 0 of 3 rounds")
        );
    }

    #[test]
    fn the_name_of_a_server_stays_text() {
        let setup = Setup { server: "</style><script>\"&'\u{7}".into(), ..setup() };
        let picture = picture(&setup, &measured(&setup, times));
        let document = Document::parse(&picture).unwrap();
        assert!(texts(&document).contains(&"2 flags from </style><script>\"&'\\u{7}, 3 rounds"));
    }
}
