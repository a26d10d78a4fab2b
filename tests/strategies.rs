//! What tells the strategies apart, and what they have in common: how many requests are under way at
//! once, and the order in which they are reported.

mod support;

use std::io::{BufRead, BufReader, Read};
use std::process::{Output, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use support::{TestServer, flags, gif, json, ok, program, stdout};
use tempfile::tempdir;

const CONCURRENT: [&str; 3] = ["threads", "rayon", "async"];

/// Lets nobody pass until `full` wait; after that, everybody.
struct Gate {
    waiting: Mutex<usize>,
    opened: Condvar,
    full: usize,
}

impl Gate {
    fn new(full: usize) -> Gate {
        Gate { waiting: Mutex::new(0), opened: Condvar::new(), full }
    }

    fn pass(&self) {
        let mut waiting = self.waiting.lock().unwrap();
        *waiting += 1;
        self.opened.notify_all();
        // The bound is for a strategy that never gets as many under way: the count then tells.
        let patience = Duration::from_secs(5);
        let _ = self
            .opened
            .wait_timeout_while(waiting, patience, |waiting| *waiting < self.full)
            .unwrap();
    }
}

#[test]
fn exactly_as_many_requests_are_under_way_as_there_are_jobs() {
    for mode in CONCURRENT {
        for jobs in [1, 5, 13, 20, 100] {
            let gate = Arc::new(Gate::new(jobs));
            let origin = TestServer::start(move |request, stream| {
                gate.pass();
                ok(stream, &gif(&request.path))
            });
            let dest = tempdir().unwrap();
            let jobs_typed = jobs.to_string();
            let args = [
                "-a",
                "-l",
                "150",
                "-m",
                mode,
                "-j",
                &jobs_typed,
                "--json",
                "-s",
                &origin.base(),
                "-d",
            ];
            let output = flags().args(args).arg(dest.path()).output().unwrap();
            assert_eq!(json(&output)["counts"]["ok"], 150, "{mode} {jobs}");
            assert_eq!(json(&output)["jobs"], jobs, "{mode}");
            assert_eq!(origin.most_in_flight(), jobs, "{mode} with {jobs} jobs");
        }
    }
}

#[test]
fn seq_has_one_request_under_way_whatever_was_asked_for() {
    let origin = TestServer::with_flags();
    let dest = tempdir().unwrap();
    let args = ["-m", "seq", "-j", "8", "--json", "-s", &origin.base(), "-d"];
    let output = flags().args(args).arg(dest.path()).output().unwrap();
    assert_eq!(json(&output)["jobs"], 1);
    assert_eq!(origin.most_in_flight(), 1);
    let asked: Vec<_> = origin.requests().into_iter().map(|request| request.code).collect();
    assert!(asked.is_sorted(), "{asked:?}");
}

#[test]
fn where_nobody_says_there_are_as_many_jobs_as_flags_and_32_at_most() {
    let origin = TestServer::with_flags();
    for (count, jobs) in [("1", 1), ("20", 20), ("33", 32), ("100", 32)] {
        let dest = tempdir().unwrap();
        let args = ["-a", "-l", count, "--json", "-s", &origin.base(), "-d"];
        let output = flags().args(args).arg(dest.path()).output().unwrap();
        assert_eq!(json(&output)["jobs"], jobs);
    }
}

/// Runs the program on `CODES` against an origin that answers the last code first, each other one only
/// when the one before it has been reported (on stderr, where `-v` has a line for each).
fn run_backwards(mode: &str, more: &[&str]) -> Output {
    let allowed = Arc::new((Mutex::new(1), Condvar::new()));
    let shared = allowed.clone();
    let origin = TestServer::start(move |request, stream| {
        let turn = CODES.iter().rev().position(|code| *code == request.code).unwrap();
        let (allowed, changed) = &*shared;
        let patience = Duration::from_secs(5);
        let allowed = allowed.lock().unwrap();
        drop(changed.wait_timeout_while(allowed, patience, |allowed| *allowed <= turn).unwrap());
        ok(stream, &gif(&request.path))
    });
    let dest = tempdir().unwrap();
    let mut child = program()
        .args(CODES)
        .args(["-v", "-m", mode, "-s", &origin.base(), "-d"])
        .arg(dest.path())
        .args(more)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let told = BufReader::new(child.stderr.take().unwrap());
    for _line in told.lines() {
        *allowed.0.lock().unwrap() += 1;
        allowed.1.notify_all();
    }
    child.wait_with_output().unwrap()
}

const POP20: &str = "BD BR CD CN DE EG ET FR ID IN IR JP MX NG PH PK RU TR US VN";
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
fn under_random_delays_input_order_is_the_order_of_the_codes() {
    for mode in CONCURRENT {
        for seed in ["1", "2", "3"] {
            let dest = tempdir().unwrap();
            let run = |more: &[&str]| {
                let mut flags = flags();
                flags.args(["-m", mode, "--order", "input", "-s", "delay", "--delay", "0s..0.1s"]);
                flags.args(["--seed", seed, "-d"]).arg(dest.path()).args(more).output().unwrap()
            };
            let text = stdout(&run(&[]));
            assert!(
                text.starts_with(&format!("{POP20} \n20 downloads in ")),
                "{mode} {seed}: {text}"
            );
            assert_eq!(listed(&json(&run(&["--json"]))).join(" "), POP20, "{mode} {seed}");
        }
    }
}

/// The codes in the order in which the JSON `document` lists them.
fn listed(document: &serde_json::Value) -> Vec<&str> {
    let flags = document["flags"].as_array().unwrap();
    flags.iter().map(|flag| flag["code"].as_str().unwrap()).collect()
}

#[test]
fn in_input_order_a_code_is_printed_as_soon_as_it_and_all_before_it_are_done() {
    // CC is answered only when AA and BB have been read from stdout.
    let gate = Arc::new(Gate::new(2));
    let shared = gate.clone();
    let origin = TestServer::start(move |request, stream| {
        if request.code == "CC" {
            shared.pass();
        }
        ok(stream, &gif(&request.path))
    });
    let dest = tempdir().unwrap();
    let mut child = program()
        .args(["AA", "BB", "CC", "--order", "input", "-s", &origin.base(), "-d"])
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
