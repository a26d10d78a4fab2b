//! CSV: a row for each contender.

use super::Exporter;
use crate::compare::{ContenderResult, Results};

/// hyperfine's columns first, then others. Times are in seconds. A field is empty if the number
/// does not exist, such as the deviation of a single run. (RFC 4180; no field here needs quotes.)
pub struct Csv;

const COLUMNS: [&str; 19] = [
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
    "speedup_estimate",
    "speedup_low",
    "speedup_high",
    "confidence",
    "ideal_s",
    "of_ideal",
];

impl Exporter for Csv {
    fn export(&self, results: &Results) -> anyhow::Result<String> {
        let header = COLUMNS.map(String::from);
        let rows = std::iter::once(header).chain(results.contenders.iter().map(row));
        Ok(rows.map(|row| row.join(",") + "\n").collect())
    }
}

fn row(result: &ContenderResult) -> [String; COLUMNS.len()] {
    let number = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
    let ContenderResult { contender, elapsed, speedup, ideal, .. } = result;
    [
        contender.to_string(),
        number(Some(elapsed.mean)),
        number(elapsed.stddev),
        number(Some(elapsed.median)),
        number(Some(result.user.mean)),
        number(Some(result.system.mean)),
        number(Some(elapsed.min)),
        number(Some(elapsed.max)),
        contender.mode().to_string(),
        contender.jobs().to_string(),
        result.samples.len().to_string(),
        number(Some(result.efficiency)),
        speedup.map(|speedup| speedup.reference.to_string()).unwrap_or_default(),
        number(speedup.map(|speedup| speedup.estimate)),
        number(speedup.map(|speedup| speedup.interval.low)),
        number(speedup.map(|speedup| speedup.interval.high)),
        number(speedup.map(|speedup| speedup.interval.confidence)),
        number(ideal.map(|ideal| ideal.seconds)),
        number(ideal.map(|ideal| ideal.share)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::fixtures::{contender, measured, setup, times};
    use crate::compare::{Measured, Setup};

    #[test]
    fn there_is_a_header_and_a_row_for_each_contender() {
        let setup = setup();
        let csv = Csv.export(&Results::new(&setup, &measured(&setup, times))).unwrap();
        let lines: Vec<_> = csv.lines().collect();
        assert_eq!(lines.len(), 5);
        assert_eq!(lines[0], COLUMNS.join(","));
        assert_eq!(
            lines[1],
            "seq,3,1,3,0.3,0.15,2,4,seq,1,3,0.9,seq,1,1,1,0.75,0.2,0.06666666666666667"
        );
        assert!(lines[2].starts_with("threads,0.2,0,0.2,"));
        assert!(lines[2].contains(",threads,2,3,0.4"), "{}", lines[2]);
        assert!(lines[2].contains(",seq,14.56"), "{}", lines[2]);
        assert!(lines[2].ends_with(",10,20,0.75,0.1,0.5"), "{}", lines[2]);
    }

    #[test]
    fn a_number_that_does_not_exist_is_an_empty_field() {
        let setup = Setup { runs: 1, max_runs: 1, ..setup() };
        let mut measured = measured(&setup, times);
        measured.samples_mut(contender("seq"))[0].outcomes[0].attempts = 2;
        let csv = Csv.export(&Results::new(&setup, &measured)).unwrap();
        let seq = csv.lines().nth(1).unwrap();
        assert!(seq.starts_with("seq,2,,2,") && seq.ends_with(",0,,"), "{csv}");
        let nothing = Csv.export(&Results::new(&setup, &Measured::default())).unwrap();
        assert_eq!(nothing, COLUMNS.join(",") + "\n");
    }
}
