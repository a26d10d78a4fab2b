//! The text of a run: a line per flag, and the summary.

use indicatif::DecimalBytes;

use crate::flag::{Outcome, Status};
use crate::numbers::counted;
use crate::run::Summary;

/// Why the flag of `outcome` failed: `ZZ: not found: http://…`.
/// `None` for a flag that did not fail.
pub fn failure_line(outcome: &Outcome) -> Option<String> {
    Some(format!("{}: {}: {}", outcome.code, outcome.status.problem()?, outcome.url))
}

/// Size, time and attempts of a flag: `BR: 11.62 kB in 0.131 s, 1 try`.
pub fn details(outcome: &Outcome) -> String {
    let what = match &outcome.status {
        Status::Saved { bytes } => DecimalBytes(*bytes as u64).to_string(),
        // The reason for a failure is on the line before.
        status => status.to_string(),
    };
    let took = outcome.duration().as_secs_f64();
    format!(
        "{}: {what} in {took:.3} s, {}",
        outcome.code,
        counted(outcome.trace.attempts, "try", "tries")
    )
}

/// The whole run: `18 downloads, 1 not found, 1 error in 0.35s`.
pub fn summary_line(summary: &Summary) -> String {
    let mut line = counted(summary.count("ok"), "download", "downloads");
    for (status, one, many) in [
        ("not_found", "not found", "not found"),
        ("error", "error", "errors"),
        ("skipped", "skipped", "skipped"),
        ("unchanged", "unchanged", "unchanged"),
    ] {
        let count = summary.count(status);
        if count > 0 {
            line += &format!(", {}", counted(count, one, many));
        }
    }
    let ending = if summary.interrupted_by.is_some() { ", interrupted after" } else { " in" };
    format!("{line}{ending} {:.2}s", summary.elapsed.as_secs_f64())
}
