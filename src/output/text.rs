//! The text of a run: a line per flag, and the summary.

use std::time::Duration;

use indicatif::DecimalBytes;

use crate::flag::{Outcome, Span};
use crate::plural::counted;
use crate::run::Summary;

/// Why a flag failed: `ZZ: not found: http://…`. Empty if it did not fail.
pub fn failure(outcome: &Outcome) -> String {
    match &outcome.result {
        Err(failure) => format!("{}: {failure}: {}", outcome.code, outcome.url),
        Ok(_) => String::new(),
    }
}

/// Size, time and attempts of a flag: `BR: 11.62 kB in 0.131s, 1 try`.
pub fn details(outcome: &Outcome) -> String {
    let what = match outcome.bytes() {
        Some(bytes) => DecimalBytes(bytes as u64).to_string(),
        // The reason for a failure is on the line before.
        None => outcome.status().to_string(),
    };
    let took = Span::from(outcome).duration().as_secs_f64();
    format!("{}: {what} in {took:.3}s, {}", outcome.code, counted(outcome.attempts, "try", "tries"))
}

/// The whole run: `18 downloads, 1 not found, 1 error in 0.35s`.
pub fn count(summary: &Summary) -> String {
    let counts = summary.counts();
    let mut line = counted(counts.ok, "download", "downloads");
    let mut join = |count: usize, text: String| {
        if count > 0 {
            line.push_str(", ");
            line.push_str(&text);
        }
    };
    join(counts.not_found, format!("{} not found", counts.not_found));
    join(counts.error, counted(counts.error, "error", "errors"));
    join(counts.skipped, format!("{} skipped", counts.skipped));
    join(counts.unchanged, format!("{} unchanged", counts.unchanged));
    let ending = if summary.interrupted_by.is_some() { ", interrupted after" } else { " in" };
    format!("{line}{ending} {}", seconds(summary.elapsed))
}

/// `0.35s`.
fn seconds(duration: Duration) -> String {
    format!("{:.2}s", duration.as_secs_f64())
}
