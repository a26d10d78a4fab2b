//! JSON that hyperfine's scripts can read.

use std::num::NonZeroUsize;

use serde::Serialize;

use super::Exporter;
use crate::compare::statistics::Stats;
use crate::compare::{Contender, Look, ModeResult, Results, Speedup};
use crate::country::CountryCode;
use crate::downloader::Mode;
use crate::origin::Weather;

/// The version of the document's schema. It changes with every incompatible change.
const SCHEMA_VERSION: u32 = 1;

/// A document with what was compared, and with `results` that have hyperfine's keys and more. Times
/// are in seconds.
///
/// The scripts of hyperfine 1 read `times` and the keys beside it, those of hyperfine 2 read
/// `summary` and `measurements`. The document has both, with the same numbers.
pub struct Json;

#[derive(Serialize)]
struct ComparisonDocument<'a> {
    schema_version: u32,
    server: &'a str,
    weather: Option<&'a Weather>,
    codes: &'a [CountryCode],
    runs: usize,
    max_runs: usize,
    looks: &'a [Look],
    rounds: &'a [Vec<Contender>],
    results: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    command: Contender,
    mean: f64,
    stddev: Option<f64>,
    median: f64,
    user: f64,
    system: f64,
    min: f64,
    max: f64,
    times: Vec<f64>,
    exit_codes: Vec<u8>,
    mode: Mode,
    jobs: NonZeroUsize,
    efficiency: f64,
    ideal_s: Option<f64>,
    of_ideal: Option<f64>,
    speedup: Option<SpeedupEntry>,
    summary: Metrics<HyperfineSummary>,
    measurements: Vec<Measurement>,
}

#[derive(Serialize)]
struct SpeedupEntry {
    reference: Contender,
    median: f64,
    low: f64,
    high: f64,
    confidence: f64,
}

#[derive(Serialize)]
struct Metrics<T> {
    time_wall_clock: T,
    time_user: T,
    time_system: T,
}

#[derive(Serialize)]
struct HyperfineSummary {
    unit: &'static str,
    count: usize,
    mean: f64,
    stddev: Option<f64>,
    median: f64,
    min: f64,
    max: f64,
}

#[derive(Serialize)]
struct Measurement {
    #[serde(flatten)]
    metrics: Metrics<Quantity>,
    exit_code: u8,
}

#[derive(Serialize)]
struct Quantity {
    value: f64,
    unit: &'static str,
}

impl Exporter for Json {
    fn export(&self, results: &Results) -> anyhow::Result<String> {
        let setup = results.setup;
        let document = ComparisonDocument {
            schema_version: SCHEMA_VERSION,
            server: &setup.server,
            weather: setup.weather.as_ref(),
            codes: &setup.codes,
            runs: results.runs,
            max_runs: setup.max_runs,
            looks: &results.looks,
            rounds: &results.rounds,
            results: results.modes.iter().map(Entry::from).collect(),
        };
        Ok(serde_json::to_string_pretty(&document)? + "\n")
    }
}

impl From<&ModeResult<'_>> for Entry {
    fn from(result: &ModeResult) -> Entry {
        let &ModeResult { contender, elapsed, user, system, efficiency, ideal, .. } = result;
        let samples = &result.samples;
        let summary = |stats| summary(stats, samples.len());
        Entry {
            command: contender,
            mean: elapsed.mean,
            stddev: elapsed.stddev,
            median: elapsed.median,
            user: user.mean,
            system: system.mean,
            min: elapsed.min,
            max: elapsed.max,
            times: samples.iter().map(|sample| sample.seconds()).collect(),
            exit_codes: samples.iter().map(|sample| sample.exit_code).collect(),
            mode: contender.mode(),
            jobs: contender.jobs(),
            efficiency,
            ideal_s: ideal.map(|ideal| ideal.seconds),
            of_ideal: ideal.map(|ideal| ideal.share),
            speedup: result.speedup.as_ref().map(SpeedupEntry::from),
            summary: Metrics {
                time_wall_clock: summary(elapsed),
                time_user: summary(user),
                time_system: summary(system),
            },
            measurements: samples
                .iter()
                .map(|sample| Measurement {
                    metrics: Metrics {
                        time_wall_clock: seconds(sample.seconds()),
                        time_user: seconds(sample.cpu.user.as_secs_f64()),
                        time_system: seconds(sample.cpu.system.as_secs_f64()),
                    },
                    exit_code: sample.exit_code,
                })
                .collect(),
        }
    }
}

impl From<&Speedup> for SpeedupEntry {
    fn from(speedup: &Speedup) -> SpeedupEntry {
        SpeedupEntry {
            reference: speedup.reference,
            median: speedup.median,
            low: speedup.interval.low,
            high: speedup.interval.high,
            confidence: speedup.interval.confidence,
        }
    }
}

fn summary(stats: Stats, count: usize) -> HyperfineSummary {
    let Stats { mean, stddev, median, min, max } = stats;
    HyperfineSummary { unit: "second", count, mean, stddev, median, min, max }
}

fn seconds(value: f64) -> Quantity {
    Quantity { value, unit: "second" }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::compare::fixtures::{measured, min_speedup, setup, times};
    use crate::compare::{Measured, Setup};

    fn document(setup: &Setup, measured: &Measured) -> Value {
        serde_json::from_str(&Json.export(&Results::new(setup, measured)).unwrap()).unwrap()
    }

    #[test]
    fn a_result_has_the_keys_of_hyperfine_1_and_more() {
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
            ("ideal_s", json!(1.5)),
            ("of_ideal", json!(0.5)),
        ] {
            assert_eq!(seq[key], value, "{key}");
        }
        let speedup = json!({"reference": "seq", "median": 15.0, "low": 10.0, "high": 20.0,
                             "confidence": 0.75});
        assert_eq!(document["results"][1]["speedup"], speedup);
    }

    #[test]
    fn a_result_has_the_keys_of_hyperfine_2() {
        let setup = setup();
        let document = document(&setup, &measured(&setup, times));
        let seq = &document["results"][0];
        let summary = json!({"unit": "second", "count": 3, "mean": 3.0, "stddev": 1.0,
                             "median": 3.0, "min": 2.0, "max": 4.0});
        assert_eq!(seq["summary"]["time_wall_clock"], summary);
        let last = &seq["measurements"][2];
        assert_eq!(last["time_wall_clock"], json!({"value": 4.0, "unit": "second"}));
        assert_eq!(last["time_user"]["value"], json!(0.4));
        assert_eq!(last["exit_code"], json!(0));
    }

    #[test]
    fn the_document_has_what_was_compared_beside_the_results() {
        let setup = setup();
        let document = document(&setup, &measured(&setup, times));
        assert_eq!(document["schema_version"], 1);
        assert_eq!(document["server"], "delay");
        assert_eq!(document["weather"]["delay"]["max_s"], 0.15);
        assert_eq!(document["codes"], json!(["BR", "CN"]));
        assert_eq!((&document["runs"], &document["max_runs"]), (&json!(3), &json!(3)));
        assert_eq!(document["looks"], json!([{"runs": 3, "confidence": 0.95}]));
        let rounds = document["rounds"].as_array().unwrap();
        assert_eq!(rounds.len(), 3);
        assert_eq!(rounds[0].as_array().unwrap().len(), 4);
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
        let setup = Setup { runs: 10, max_runs: 40, min_speedups, ..setup() };
        let document = document(&setup, &measured(&setup, |_, _| Some(100)));
        assert_eq!((&document["runs"], &document["max_runs"]), (&json!(10), &json!(40)));
        assert_eq!(document["looks"], json!([{"runs": 10, "confidence": 0.9875}]));
        assert_eq!(document["results"][1]["speedup"]["confidence"], json!(0.9875));
    }
}
