//! JSON that hyperfine's scripts can read.

use serde_json::{Map, Value, json};

use crate::compare::{ContenderResult, Results};

/// The version of the document's schema. It changes with every incompatible change.
const SCHEMA_VERSION: u32 = 2;

/// A document with what was compared, and with `results` that have hyperfine's keys and more. Times
/// are in seconds.
pub fn export(results: &Results) -> String {
    let setup = results.setup;
    // As in {"threads": 8, "async": null}.
    let enough_jobs = results.enough_jobs().into_iter();
    let enough_jobs: Map<String, Value> =
        enough_jobs.map(|enough| (enough.mode.to_string(), json!(enough.jobs))).collect();
    let document = json!({
        "schema_version": SCHEMA_VERSION,
        "server": setup.server,
        "weather": setup.weather,
        "codes": setup.codes,
        "runs": results.runs,
        "max_runs": setup.max_runs,
        "looks": results.looks,
        "rounds": results.orders,
        "enough_jobs": enough_jobs,
        "results": results.contenders.iter().map(entry).collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}

/// The entry of a contender.
pub(super) fn entry(result: &ContenderResult) -> Value {
    let ContenderResult { contender, elapsed, user, system, samples, .. } = result;
    json!({
        "command": contender,
        "mean": elapsed.mean,
        "stddev": elapsed.stddev,
        "median": elapsed.median,
        "user": user.mean,
        "system": system.mean,
        "min": elapsed.min,
        "max": elapsed.max,
        "times": samples.iter().map(|sample| sample.seconds()).collect::<Vec<_>>(),
        "exit_codes": samples.iter().map(|sample| sample.exit_code).collect::<Vec<_>>(),
        "mode": contender.mode,
        "jobs": contender.jobs,
        "retries": result.retries,
        "efficiency": result.efficiency,
        "ideal_s": result.ideal.map(|ideal| ideal.seconds),
        "of_ideal": result.ideal.map(|ideal| ideal.share),
        "speedup": result.speedup.map(|speedup| json!({
            "reference": speedup.reference,
            "estimate": speedup.estimate,
            "low": speedup.interval.low,
            "high": speedup.interval.high,
            "confidence": speedup.interval.confidence,
        })),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::compare::fixtures::{contenders, measured, min_speedup, setup, times};
    use crate::compare::{Contender, Measured, Round, Setup};
    use crate::downloader::Mode;

    fn document(setup: &Setup, measured: &Measured) -> Value {
        serde_json::from_str(&export(&Results::new(setup, measured))).unwrap()
    }

    #[test]
    fn a_result_has_the_keys_of_hyperfine_and_more() {
        let setup = setup();
        let document = document(&setup, &measured(&setup, times));
        let seq = &document["results"][0];
        for (key, value) in [
            ("command", json!("seq")),
            ("mean", json!(3.0)),
            ("stddev", json!(1.0)),
            ("median", json!(3.0)),
            ("min", json!(2.0)),
            ("max", json!(4.0)),
            ("times", json!([2.0, 3.0, 4.0])),
            ("exit_codes", json!([0, 0, 0])),
            ("mode", json!("seq")),
            ("jobs", json!(1)),
            ("efficiency", json!(0.9)),
            ("retries", json!(0)),
            ("ideal_s", json!(0.2)),
        ] {
            assert_eq!(seq[key], value, "{key}");
        }
        assert_eq!(document["results"][1]["of_ideal"], json!(0.5));
        let speedup = &document["results"][1]["speedup"];
        assert_eq!(speedup["reference"], "seq");
        assert_eq!((&speedup["low"], &speedup["high"]), (&json!(10.0), &json!(20.0)));
        assert_eq!(speedup["confidence"], json!(0.75));
        // The mean of the two middle pairs: √(10 × 20) and 15.
        let estimate = speedup["estimate"].as_f64().unwrap();
        assert!((estimate - 14.565).abs() < 0.001, "{estimate}");
        assert_eq!(speedup.as_object().unwrap().len(), 5);
    }

    #[test]
    fn the_document_has_what_was_compared_beside_the_results() {
        let setup = setup();
        let document = document(&setup, &measured(&setup, times));
        assert_eq!(document["schema_version"], 2);
        assert_eq!(document["server"], "delay");
        assert_eq!(document["weather"]["delay"]["max_s"], 0.1);
        assert_eq!(document["codes"], json!(["BR", "CN"]));
        assert_eq!((&document["runs"], &document["max_runs"]), (&json!(3), &json!(3)));
        assert_eq!(document["looks"], json!([{"runs": 3, "confidence": 0.95}]));
        let rounds = document["rounds"].as_array().unwrap();
        assert_eq!(rounds.len(), 3);
        assert_eq!(rounds[0].as_array().unwrap().len(), 4);
        assert_eq!(document["enough_jobs"], json!({}));
    }

    #[test]
    fn each_mode_with_several_numbers_of_jobs_has_the_number_that_is_enough() {
        let contenders = contenders(&[Mode::Seq, Mode::Threads, Mode::Async], &[1, 2, 4]);
        let setup = Setup { contenders, runs: 6, max_runs: 6, ..setup() };
        let times = |round, contender: Contender| match (contender.to_string().as_str(), round) {
            ("async@2", Round::Measured(n)) => Some([100, 150][n % 2]),
            ("seq" | "threads@1" | "async@1", _) => Some(200),
            _ => Some(100),
        };
        let document = document(&setup, &measured(&setup, times));
        assert_eq!(document["enough_jobs"], json!({"threads": 2, "async": null}));
        let few = Setup { runs: 5, max_runs: 5, ..setup };
        let document = self::document(&few, &measured(&few, times));
        assert_eq!(document["enough_jobs"]["threads"], Value::Null, "too few rounds to decide");
    }

    #[test]
    fn without_rounds_there_are_no_results_and_with_one_run_no_deviation() {
        let setup = Setup { runs: 1, max_runs: 1, weather: None, ..setup() };
        let empty = document(&setup, &Measured::default());
        assert_eq!((&empty["results"], &empty["rounds"]), (&json!([]), &json!([])));
        assert_eq!(empty["weather"], Value::Null);
        let one = document(&setup, &measured(&setup, times));
        assert_eq!(one["results"][0]["stddev"], Value::Null);
    }

    #[test]
    fn an_extended_comparison_has_each_look_with_its_confidence() {
        let min_speedups = vec![min_speedup("threads", 15.0)];
        let setup = Setup { runs: 10, max_runs: 20, min_speedups, ..setup() };
        let document = document(&setup, &measured(&setup, |_, _| Some(100)));
        assert_eq!((&document["runs"], &document["max_runs"]), (&json!(10), &json!(20)));
        assert_eq!(document["looks"], json!([{"runs": 10, "confidence": 0.975}]));
        assert_eq!(document["results"][1]["speedup"]["confidence"], json!(0.975));
    }
}
