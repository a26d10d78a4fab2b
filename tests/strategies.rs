//! The strategies: how many requests each makes at once, and the order in which codes are reported.

mod support;

use std::io::{BufRead, BufReader, Read};
use std::process::{Output, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use serde_json::Value;
use support::handlers::whole;
use support::{CONCURRENT, MODES, POP20, TestServer, flag, flags, hang_up, json, program, stdout};
use tempfile::tempdir;

/// The timeout of a wait, much longer than a correct strategy needs.
const MAX_WAIT: Duration = Duration::from_secs(5);

/// A latch that opens, and stays open, when `threads` threads have reached it.
struct Latch {
    arrived: Mutex<usize>,
    changed: Condvar,
    threads: usize,
}

impl Latch {
    fn new(threads: usize) -> Latch {
        Latch { arrived: Mutex::new(0), changed: Condvar::new(), threads }
    }

    /// Waits until the latch opens, for at most [`MAX_WAIT`].
    fn pass(&self) {
        let mut arrived = self.arrived.lock().unwrap();
        *arrived += 1;
        self.changed.notify_all();
        let is_closed = |arrived: &mut usize| *arrived < self.threads;
        drop(self.changed.wait_timeout_while(arrived, MAX_WAIT, is_closed).unwrap());
    }
}

#[test]
fn a_concurrent_strategy_makes_exactly_as_many_requests_at_once_as_there_are_jobs() {
    for mode in CONCURRENT {
        for jobs in [1, 5, 13, 20, 100] {
            let gate = Latch::new(jobs);
            let server = TestServer::start(move |request, stream| {
                gate.pass();
                whole(request, stream)
            });
            let dest = tempdir().unwrap();
            let mut flags = flags();
            flags.args(["-a", "-l", "150", "-m", mode, "-j", &jobs.to_string(), "--json"]);
            let output =
                flags.args(["-s", &server.base(), "-d"]).arg(dest.path()).output().unwrap();
            assert_eq!(json(&output)["counts"]["ok"], 150, "{mode} {jobs}");
            assert_eq!(json(&output)["jobs"], jobs, "{mode}");
            assert_eq!(server.most_in_flight(), jobs, "{mode} with {jobs} jobs");
        }
    }
}

#[test]
fn seq_makes_one_request_at_a_time_in_the_order_of_the_codes_with_any_number_of_jobs() {
    let server = TestServer::with_flags();
    let dest = tempdir().unwrap();
    let args = ["-m", "seq", "-j", "8", "--json", "-s", &server.base(), "-d"];
    let output = flags().args(args).arg(dest.path()).output().unwrap();
    assert_eq!(json(&output)["jobs"], 1);
    assert_eq!(server.most_in_flight(), 1);
    let requested: Vec<_> = server.requests().into_iter().map(|request| request.code).collect();
    assert!(requested.is_sorted(), "{requested:?}");
}

#[test]
fn the_default_is_as_many_jobs_as_flags_and_at_most_32() {
    let server = TestServer::with_flags();
    for (count, jobs) in [("1", 1), ("20", 20), ("33", 32), ("100", 32)] {
        let dest = tempdir().unwrap();
        let args = ["-a", "-l", count, "--json", "-s", &server.base(), "-d"];
        let output = flags().args(args).arg(dest.path()).output().unwrap();
        assert_eq!(json(&output)["jobs"], jobs);
    }
}

/// Runs the program on [`CODES`]. The server answers the last code first, and each other one when
/// the code after it has been reported (on stderr, where `-v` writes a line per flag).
fn run_backwards(mode: &str, format: &[&str]) -> Output {
    let reported = Arc::new((Mutex::new(0), Condvar::new()));
    let shared = reported.clone();
    let server = TestServer::start(move |request, stream| {
        let place = CODES.iter().rev().position(|code| *code == request.code).unwrap();
        let (reported, changed) = &*shared;
        let is_early = |reported: &mut usize| *reported < place;
        let reported = reported.lock().unwrap();
        drop(changed.wait_timeout_while(reported, MAX_WAIT, is_early).unwrap());
        whole(request, stream)
    });
    let dest = tempdir().unwrap();
    let mut child = program()
        .args(CODES)
        .args(["-v", "-m", mode, "-s", &server.base(), "-d"])
        .arg(dest.path())
        .args(format)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    for _line in BufReader::new(child.stderr.take().unwrap()).lines() {
        *reported.0.lock().unwrap() += 1;
        reported.1.notify_all();
    }
    child.wait_with_output().unwrap()
}

const CODES: [&str; 5] = ["AA", "BB", "CC", "DD", "EE"];

#[test]
fn codes_are_reported_as_they_finish() {
    for mode in CONCURRENT {
        let output = run_backwards(mode, &[]);
        assert_eq!(stdout(&output).lines().next(), Some("EE DD CC BB AA "), "{mode}");
        let document = json(&run_backwards(mode, &["--json"]));
        assert_eq!(listed(&document), ["EE", "DD", "CC", "BB", "AA"], "{mode}");
    }
}

#[test]
fn input_order_is_the_order_of_the_codes_under_random_delays() {
    for mode in CONCURRENT {
        for seed in ["1", "2", "3"] {
            let dest = tempdir().unwrap();
            let run = |format: &[&str]| {
                let mut flags = flags();
                flags.args(["-m", mode, "--order", "input", "-s", "delay", "--delay", "0s..0.1s"]);
                flags.args(["--seed", seed, "-d"]).arg(dest.path()).args(format).output().unwrap()
            };
            let text = stdout(&run(&[]));
            let begin = format!("{} \n20 downloads in ", POP20.join(" "));
            assert!(text.starts_with(&begin), "{mode} {seed}: {text}");
            assert_eq!(listed(&json(&run(&["--json"]))), POP20, "{mode} {seed}");
        }
    }
}

/// The codes in the order in which the JSON `document` lists them.
fn listed(document: &Value) -> Vec<&str> {
    let flags = document["flags"].as_array().unwrap();
    flags.iter().map(|flag| flag["code"].as_str().unwrap()).collect()
}

#[test]
fn in_input_order_a_code_is_printed_as_soon_as_it_and_all_codes_before_it_are_done() {
    // The server answers CC when AA and BB have been read from stdout.
    let gate = Arc::new(Latch::new(2));
    let shared = gate.clone();
    let server = TestServer::start(move |request, stream| {
        if request.code == "CC" {
            shared.pass();
        }
        whole(request, stream)
    });
    let dest = tempdir().unwrap();
    let mut child = program()
        .args(["AA", "BB", "CC", "--order", "input", "-s", &server.base(), "-d"])
        .arg(dest.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let mut first = [0; 6];
    stdout.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"AA BB ");
    gate.pass();
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert!(rest.starts_with("CC \n3 downloads in "), "{rest}");
    assert!(child.wait().unwrap().success());
}

#[test]
fn the_times_of_a_flag_are_in_order_in_every_mode() {
    let server = TestServer::start(|request, stream| match request.code.as_str() {
        "ZZ" => hang_up(),
        _ => whole(request, stream),
    });
    for mode in MODES {
        let dest = tempdir().unwrap();
        let mut flags = flags();
        flags.args(["BR", "ZZ", "-m", mode, "-r", "0", "--json", "-s", &server.base(), "-d"]);
        let document = json(&flags.arg(dest.path()).output().unwrap());
        let saved = flag(&document, "BR");
        let times = ["start_s", "answered_s", "fetched_s", "end_s"].map(|key| saved[key].as_f64());
        assert!(times.iter().all(Option::is_some) && times.is_sorted(), "{mode}: {saved}");
        let failed = flag(&document, "ZZ");
        assert!(failed["answered_s"].is_null() && failed["fetched_s"].is_null(), "{failed}");
    }
}
