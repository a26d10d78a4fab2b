//! SVG: the runs of one round, one below the other on one time axis.

use super::Exporter;
use super::pictured::Pictured;
use crate::compare::Results;
use crate::output::timeline::svg::document;

/// A picture of the round whose times are nearest to the medians.
pub struct Svg;

impl Exporter for Svg {
    fn export(&self, results: &Results) -> anyhow::Result<String> {
        Ok(match Pictured::of(results) {
            Some(Pictured { title, caption, runs }) => document(&title, &caption, &runs),
            None => document(&results.title(), "", &[]),
        })
    }
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
