//! SVG: the timelines of all modes, one below the other on one time axis.

use super::Exporter;
use crate::compare::sentences::rounded;
use crate::compare::{ModeResult, Results};
use crate::output::timeline::{self, TimelineRun, describe};

/// A picture of the run of each mode that took its median time.
pub struct Svg;

impl Exporter for Svg {
    fn export(&self, results: &Results) -> anyhow::Result<String> {
        Ok(timeline::document(&results.title(), &median_runs(results)))
    }
}

/// The run to draw for each mode: the one whose time is nearest to the median.
pub(super) fn median_runs<'a>(results: &'a Results) -> Vec<TimelineRun<'a>> {
    results.modes.iter().filter_map(median_run).collect()
}

fn median_run(result: &ModeResult) -> Option<TimelineRun<'_>> {
    let sample = result.median_run()?;
    let jobs = result.contender.jobs();
    let noun = if jobs == 1 { "job" } else { "jobs" };
    let mut about = format!("{jobs} {noun}, {}", describe::time(sample.elapsed));
    if let Some(speedup) = result.speedup.filter(|speedup| speedup.reference != result.contender) {
        about += &format!(", {} times as fast", rounded(speedup.median));
    }
    let name = result.contender.to_string();
    Some(TimelineRun { name, about, spans: &sample.spans, elapsed: sample.elapsed })
}
