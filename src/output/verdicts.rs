//! The verdicts of all `--min-speedup`, as every report shows them first.

use crate::compare::{Results, SpeedupCheck, Verdict};
use crate::numbers::counted;

/// The checks, failed ones first, then inconclusive ones.
pub(super) fn checks<'a>(results: &'a Results) -> Vec<&'a SpeedupCheck> {
    let mut checks: Vec<_> = results.checks.iter().collect();
    checks.sort_by_key(|check| check.verdict());
    checks
}

/// `1 of 3 checks failed`, `3 checks passed`. `None` if there are none.
pub(super) fn summary(results: &Results) -> Option<String> {
    let all = results.checks.len();
    let worst = checks(results).first()?.verdict();
    let number = results.checks.iter().filter(|check| check.verdict() == worst).count();
    let checks = counted(all, "check", "checks");
    Some(if number == all {
        format!("{checks} {worst}")
    } else {
        format!("{number} of {checks} {worst}")
    })
}

/// A mark that does not depend on colour.
pub(super) fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "✅",
        Verdict::Inconclusive => "❔",
        Verdict::Failed => "❌",
    }
}
