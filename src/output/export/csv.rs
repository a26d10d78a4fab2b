//! CSV: a row for each mode.

use super::Exporter;
use crate::compare::{ModeResult, Results};

/// hyperfine's columns first, in seconds; then what it has none for. A field is empty where there is no such
/// number: one run has no deviation. (RFC 4180; no field here needs quotes.)
pub struct Csv;

const COLUMNS: [&str; 16] = [
    "command",
    "mean",
    "stddev",
    "median",
    "user",
    "system",
    "min",
    "max",
    "mode",
    "jobs",
    "runs",
    "efficiency",
    "reference",
    "speedup_median",
    "speedup_low",
    "speedup_high",
];

impl Exporter for Csv {
    fn export(&self, results: &Results) -> anyhow::Result<String> {
        let header = COLUMNS.map(String::from);
        let rows = std::iter::once(header).chain(results.modes.iter().map(row));
        Ok(rows.map(|row| row.join(",") + "\n").collect())
    }
}

fn row(result: &ModeResult) -> [String; COLUMNS.len()] {
    let number = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
    let elapsed = result.elapsed;
    let speedup = result.speedup;
    [
        result.mode.to_string(),
        number(Some(elapsed.mean)),
        number(elapsed.stddev),
        number(Some(elapsed.median)),
        number(Some(result.user.mean)),
        number(Some(result.system.mean)),
        number(Some(elapsed.min)),
        number(Some(elapsed.max)),
        result.mode.to_string(),
        result.jobs.to_string(),
        result.samples.len().to_string(),
        number(Some(result.efficiency)),
        speedup.map(|speedup| speedup.reference.to_string()).unwrap_or_default(),
        number(speedup.map(|speedup| speedup.median)),
        number(speedup.map(|speedup| speedup.interval.low)),
        number(speedup.map(|speedup| speedup.interval.high)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::Measured;
    use crate::compare::results::tests::{measured, setup, times};

    #[test]
    fn there_is_a_header_and_a_row_for_each_mode() {
        let setup = setup();
        let csv = Csv.export(&Results::new(&setup, &measured(&setup, times))).unwrap();
        let lines: Vec<_> = csv.lines().collect();
        assert_eq!(lines.len(), 5);
        assert_eq!(lines[0], COLUMNS.join(","));
        assert_eq!(lines[1], "seq,3,1,3,0.3,0.15,2,4,seq,1,3,0.9,seq,1,1,1");
        assert!(lines[2].starts_with("threads,0.2,0,0.2,"));
        assert!(lines[2].contains(",threads,2,3,0.4"), "{}", lines[2]);
        assert!(lines[2].ends_with(",seq,15,10,20"), "{}", lines[2]);
    }

    #[test]
    fn what_there_is_no_number_for_is_empty() {
        let setup = crate::compare::Setup { runs: 1, ..setup() };
        let csv = Csv.export(&Results::new(&setup, &measured(&setup, times))).unwrap();
        assert!(csv.lines().nth(1).unwrap().starts_with("seq,2,,2,"), "{csv}");
        let nothing = Csv.export(&Results::new(&setup, &Measured::default())).unwrap();
        assert_eq!(nothing, COLUMNS.join(",") + "\n");
    }
}
