//! The unit of the times in a table: seconds, or milliseconds if all are short.

use crate::compare::Results;

/// The unit of the times in a table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimeUnit {
    /// `s` or `ms`.
    pub name: &'static str,
    per_second: f64,
    decimals: usize,
}

const SECONDS: TimeUnit = TimeUnit { name: "s", per_second: 1.0, decimals: 3 };
const MILLISECONDS: TimeUnit = TimeUnit { name: "ms", per_second: 1000.0, decimals: 1 };

impl TimeUnit {
    /// The unit that fits the median times of `results`.
    pub fn of(results: &Results) -> TimeUnit {
        let short = results.contenders.iter().all(|result| result.elapsed.median < 1.0);
        if short { MILLISECONDS } else { SECONDS }
    }

    /// `seconds` in this unit, without its name: `1.970`, `150.3`.
    pub fn format(self, seconds: f64) -> String {
        format!("{:.*}", self.decimals, seconds * self.per_second)
    }
}
