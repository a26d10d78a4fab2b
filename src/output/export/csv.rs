//! CSV: a row for each contender.

use serde_json::{Value, json};

use super::json::entry;
use crate::compare::{ContenderResult, Results};

/// The columns, each with the place of its value in the JSON of a contender (RFC 6901).
const COLUMNS: [(&str, &str); 20] = [
    ("command", "/command"),
    ("mean", "/mean"),
    ("stddev", "/stddev"),
    ("median", "/median"),
    ("user", "/user"),
    ("system", "/system"),
    ("min", "/min"),
    ("max", "/max"),
    ("mode", "/mode"),
    ("jobs", "/jobs"),
    ("runs", "/runs"),
    ("efficiency", "/efficiency"),
    ("reference", "/speedup/reference"),
    ("speedup_estimate", "/speedup/estimate"),
    ("speedup_low", "/speedup/low"),
    ("speedup_high", "/speedup/high"),
    ("confidence", "/speedup/confidence"),
    ("ideal_s", "/ideal_s"),
    ("of_ideal", "/of_ideal"),
    ("retries", "/retries"),
];

/// hyperfine's columns first, then others. Times are in seconds. A field is empty if the number
/// does not exist, such as the deviation of a single run. (RFC 4180; no field here needs quotes.)
pub fn export(results: &Results) -> String {
    let header = COLUMNS.map(|(name, _)| name.to_owned());
    let rows = std::iter::once(header).chain(results.contenders.iter().map(row));
    rows.map(|row| row.join(",") + "\n").collect()
}

fn row(result: &ContenderResult) -> [String; COLUMNS.len()] {
    let mut entry = entry(result);
    entry["runs"] = json!(result.samples.len());
    COLUMNS.map(|(_, place)| match entry.pointer(place) {
        Some(Value::String(text)) => text.clone(),
        value => value.and_then(Value::as_f64).map(|number| number.to_string()).unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::fixtures::{contender, measured, setup, times};
    use crate::compare::{Measured, Setup};

    #[test]
    fn there_is_a_header_and_a_row_for_each_contender() {
        let setup = setup();
        let csv = export(&Results::new(&setup, &measured(&setup, times)));
        let lines: Vec<_> = csv.lines().collect();
        assert_eq!(lines.len(), 5);
        assert_eq!(lines[0], COLUMNS.map(|(name, _)| name).join(","));
        assert_eq!(
            lines[1],
            "seq,3,1,3,0.3,0.15,2,4,seq,1,3,0.9,seq,1,1,1,0.75,0.2,0.06666666666666667,0"
        );
        assert!(lines[2].starts_with("threads,0.2,0,0.2,"));
        assert!(lines[2].contains(",threads,2,3,0.4"), "{}", lines[2]);
        assert!(lines[2].contains(",seq,14.56"), "{}", lines[2]);
        assert!(lines[2].ends_with(",10,20,0.75,0.1,0.5,0"), "{}", lines[2]);
    }

    #[test]
    fn a_number_that_does_not_exist_is_an_empty_field() {
        let setup = Setup { runs: 1, max_runs: 1, ..setup() };
        let mut measured = measured(&setup, times);
        measured.samples_mut(contender("seq"))[0].outcomes[0].trace.attempts = 2;
        let csv = export(&Results::new(&setup, &measured));
        let seq = csv.lines().nth(1).unwrap();
        assert!(seq.starts_with("seq,2,,2,") && seq.ends_with(",0,,,0"), "{csv}");
        let nothing = export(&Results::new(&setup, &Measured::default()));
        assert_eq!(nothing, COLUMNS.map(|(name, _)| name).join(",") + "\n");
    }
}
