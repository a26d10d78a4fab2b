//! `flags compare`, run as a user or a script runs it.

mod support;

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use support::http2::Reply;
use support::tls::{Authority, TlsServer};
use support::{CONCURRENT, MODES, TestServer, answer, flags, gif, json, names, ok, stderr, stdout};
use tempfile::{NamedTempFile, tempdir};

/// A short comparison.
const SMALL: [&str; 6] = ["compare", "BR", "CN", "-n", "2", "--server"];

fn read(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// The environment variables that make the program create temporary folders in `folder`.
fn temporary_folders_in(folder: &Path) -> [(&'static str, &Path); 3] {
    ["TMPDIR", "TMP", "TEMP"].map(|name| (name, folder))
}

/// The elements of a JSON list of strings.
fn texts(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

#[test]
fn json_has_the_keys_of_hyperfine_and_what_was_compared() {
    let mut flags = flags();
    flags.args(SMALL).args(["delay", "--delay", "1ms", "--seed", "7", "--export-json", "-"]);
    let output = flags.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));

    let document = json(&output);
    assert_eq!(document["schema_version"], 2);
    assert_eq!(document["enough_jobs"], json!({}));
    assert_eq!(document["server"], "delay");
    assert_eq!(document["weather"]["seed"], 7);
    assert_eq!(document["codes"], json!(["BR", "CN"]));
    assert_eq!(document["runs"], 2);
    let results = document["results"].as_array().unwrap();
    let commands: Vec<_> = results.iter().map(|result| &result["command"]).collect();
    assert_eq!(commands, ["seq", "threads", "rayon", "async"]);
    for result in results {
        assert_eq!(result["mode"], result["command"]);
        assert_eq!(result["jobs"], if result["mode"] == "seq" { 1 } else { 2 });
        assert_eq!(result["exit_codes"], json!([0, 0]));
        assert_eq!(result["retries"], 0);
        let times: Vec<_> =
            result["times"].as_array().unwrap().iter().map(|time| time.as_f64().unwrap()).collect();
        assert_eq!(times.len(), 2);
        assert!(times.iter().all(|time| *time >= 0.001), "{times:?}");
        let number = |key: &str| result[key].as_f64().unwrap_or_else(|| panic!("{key}: {result}"));
        assert!((number("mean") - (times[0] + times[1]) / 2.0).abs() < 1e-9);
        assert_eq!(number("min"), times[0].min(times[1]));
        assert_eq!(number("max"), times[0].max(times[1]));
        for key in ["stddev", "median", "user", "system", "efficiency"] {
            assert!(number(key) >= 0.0, "{key}");
        }
        let ideal = if result["mode"] == "seq" { 0.002 } else { 0.001 };
        assert!((number("ideal_s") - ideal).abs() < 1e-9);
        assert!(number("of_ideal") > 0.0 && number("of_ideal") <= 1.0);
        let speedup = &result["speedup"];
        assert_eq!(speedup["reference"], "seq");
        // Two ratios have the true one between them with this probability.
        assert_eq!(speedup["confidence"], 0.5);
        let [low, estimate, high] =
            ["low", "estimate", "high"].map(|key| speedup[key].as_f64().unwrap());
        assert!(low <= estimate && estimate <= high);
    }
    for order in document["rounds"].as_array().unwrap() {
        let mut modes = texts(order);
        modes.sort();
        assert_eq!(modes, ["async", "rayon", "seq", "threads"]);
    }
    assert_ne!(document["rounds"][0], document["rounds"][1]);
}

#[test]
fn the_ideal_is_unknown_with_faults_and_with_a_server_elsewhere() {
    let origin = TestServer::with_flags();
    for server in ["error", &origin.base()] {
        let mut flags = flags();
        flags.args(["compare", "BR", "-n", "1", "--warmup", "0", "--modes", "seq", "-q", "-s"]);
        let output = flags.arg(server).args(["--export-json", "-"]).output().unwrap();
        let result = &json(&output)["results"][0];
        assert_eq!((&result["ideal_s"], &result["of_ideal"]), (&Value::Null, &Value::Null));
    }
}

#[test]
fn several_numbers_of_jobs_run_in_every_round_under_names_of_their_own() {
    let mut flags = flags();
    flags.args(SMALL).args(["local", "--modes", "seq,threads", "--jobs", "1,2", "-n", "6"]);
    flags.args(["--min-speedup", "threads@2=0.00001", "--export-json", "-"]);
    let output = flags.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).contains("--min-speedup threads@2=0.00001: passed: threads@2 is "));

    let document = json(&output);
    let results = document["results"].as_array().unwrap();
    let names: Vec<_> = results
        .iter()
        .map(|result| (&result["command"], &result["mode"], &result["jobs"]))
        .collect();
    let expected = [
        (json!("seq"), json!("seq"), json!(1)),
        (json!("threads@1"), json!("threads"), json!(1)),
        (json!("threads@2"), json!("threads"), json!(2)),
    ];
    assert_eq!(names, expected.each_ref().map(|(command, mode, jobs)| (command, mode, jobs)));
    let enough = document["enough_jobs"].as_object().unwrap();
    assert_eq!(enough.keys().collect::<Vec<_>>(), ["threads"]);
    for order in document["rounds"].as_array().unwrap() {
        let mut names = texts(order);
        names.sort();
        assert_eq!(names, ["seq", "threads@1", "threads@2"]);
    }
}

#[test]
fn there_are_never_more_concurrent_requests_than_jobs() {
    let origin = TestServer::start(|request, stream| {
        // Long enough for further requests to arrive, if there were any.
        std::thread::sleep(std::time::Duration::from_millis(10));
        ok(stream, &gif(&request.path))
    });
    let mut flags = flags();
    flags.args(["compare", "-l", "9", "-n", "1", "--modes", "threads,async", "--jobs", "2,3"]);
    flags.args(["--server", &origin.base()]).assert().success();
    assert_eq!(origin.requests().len(), 2 * 4 * 9);
    assert!(origin.most_in_flight() <= 3);
}

#[test]
fn with_an_export_on_stdout_the_table_goes_to_stderr() {
    let output = flags().args(SMALL).args(["local", "--export-csv", "-"]).output().unwrap();
    assert_eq!(stdout(&output).lines().count(), 5);
    assert!(stdout(&output).starts_with("command,mean,stddev,median,user,system,min,max,"));
    assert!(stderr(&output).contains("2 flags from local, 2 rounds"));
    assert!(stderr(&output).contains("efficiency"));
}

#[test]
fn if_stdout_is_not_a_terminal_the_table_is_plain_text() {
    let modes = MODES.join(",");
    let output = flags().args(SMALL).args(["local", "--modes", &modes]).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let table = stdout(&output);
    assert!(table.starts_with("2 flags from local, 2 rounds\n\nmode "), "{table}");
    assert!(!table.contains('\x1b') && !table.contains('█'), "{table}");
    for mode in CONCURRENT {
        assert_eq!(table.matches(&format!("\n{mode}  ")).count(), 1, "{table}");
        assert!(!table.contains(&format!("\n{mode}: ")), "no sentence repeats a row: {table}");
    }
    assert_eq!(stderr(&output), "");
}

#[test]
fn all_formats_can_be_exported_at_once_and_quiet_prints_nothing_else() {
    let folder = tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let mut flags = flags();
    flags.args(SMALL).args(["local", "--quiet", "--modes", "threads,async"]);
    flags.arg("--export-json").arg(path("r.json"));
    flags.arg("--export-csv").arg(path("r.csv"));
    flags.arg("--export-markdown").arg(path("r.md"));
    let output = flags.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!((stdout(&output), stderr(&output)), (String::new(), String::new()));
    assert_eq!(names(folder.path()), ["r.csv", "r.json", "r.md"]);
    assert_eq!(read(&path("r.json"))["results"][1]["speedup"]["reference"], "threads");
    let rows = fs::read_to_string(path("r.csv")).unwrap();
    assert!(rows.lines().nth(2).unwrap().starts_with("async,0."), "{rows}");
    let page = fs::read_to_string(path("r.md")).unwrap();
    assert!(page.contains("\n| :--- | ---: |") && page.contains("`async`"), "{page}");
}

#[cfg(unix)]
#[test]
fn an_export_through_a_symbolic_link_replaces_the_target_and_keeps_its_mode() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempdir().unwrap();
    let (file, link) = (folder.path().join("old.json"), folder.path().join("link.json"));
    fs::write(&file, "from an earlier day").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&file, &link).unwrap();
    flags().args(SMALL).args(["local", "--export-json"]).arg(&link).assert().success();
    assert_eq!(read(&file)["runs"], 2);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}

#[cfg(unix)]
#[test]
fn an_export_to_a_device_does_not_replace_the_device() {
    use std::os::unix::fs::FileTypeExt;
    flags().args(SMALL).args(["local", "--export-json", "/dev/null"]).assert().success();
    assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
}

#[test]
fn an_export_that_cannot_be_written_is_an_error_before_the_first_round() {
    let origin = TestServer::with_flags();
    let folder = tempdir().unwrap();
    let missing = folder.path().join("no/such/folder.json");
    for (option, path) in [("--export-json", &missing), ("--export-csv", &folder.path().into())] {
        let output = flags().args(SMALL).args([&origin.base(), option]).arg(path).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let message = format!("flags: cannot write to {}: ", path.display());
        assert!(stderr(&output).starts_with(&message), "{}", stderr(&output));
        assert_eq!(stdout(&output), "");
    }
    assert_eq!(origin.requests().len(), 0);
}

#[test]
fn a_speedup_that_is_clearly_missed_fails_with_a_message() {
    let arguments = ["local", "--min-speedup", "threads=100000", "--min-speedup", "async=0.00001"];
    let output = flags().args(SMALL).args(arguments).args(["-n", "6"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let message = stderr(&output);
    assert!(
        message.contains("flags: --min-speedup threads=100000: failed: threads is "),
        "{message}"
    );
    assert!(message.contains("\n--min-speedup async=0.00001: passed: async is "), "{message}");
    assert!(stdout(&output).contains("2 flags from local, 6 rounds"));
}

#[test]
fn a_single_round_decides_nothing_and_has_no_winner() {
    let arguments = ["local", "--runs", "1", "--min-speedup", "threads=100000"];
    let output = flags().args(["compare", "BR", "--server"]).args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let message = stderr(&output);
    assert!(message.starts_with("--min-speedup threads=100000: inconclusive: threads is "));
    assert!(message.contains("; it takes at least 6 rounds to decide (--runs)"), "{message}");
    assert!(!stdout(&output).contains("fast"), "{}", stdout(&output));
}

#[test]
fn speedups_that_are_reached_pass_without_a_message_when_quiet() {
    let arguments = ["local", "-q", "--min-speedup", "threads=0.00001", "--min-speedup", "seq=1"];
    flags().args(SMALL).args(arguments).assert().success().stdout("").stderr("");
}

#[test]
fn a_speedup_within_the_interval_is_inconclusive_and_passes() {
    let arguments = ["local", "--min-speedup", "seq=1"];
    let output = flags().args(SMALL).args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(stderr(&output).starts_with("--min-speedup seq=1: inconclusive: seq is 1.00 times"));
}

#[test]
fn an_undecided_speedup_extends_the_comparison_up_to_max_runs() {
    let mut flags = flags();
    flags.args(["compare", "BR", "-s", "local", "--modes", "seq,threads", "-n", "2"]);
    flags.args(["--max-runs", "5", "--min-speedup", "seq=1", "--export-json", "-"]);
    let output = flags.output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let message = stderr(&output);
    assert!(message.starts_with("--min-speedup seq=1: inconclusive: "), "{message}");
    assert!(message.contains("\n1 flag from local, 5 rounds\n"), "{message}");
    let document = json(&output);
    assert_eq!((&document["runs"], &document["max_runs"]), (&json!(5), &json!(5)));
    assert_eq!(document["rounds"].as_array().unwrap().len(), 5);
    let looks = document["looks"].as_array().unwrap();
    assert_eq!(looks.iter().map(|look| &look["runs"]).collect::<Vec<_>>(), [2, 4, 5]);
    assert!(looks.iter().all(|look| look["confidence"].as_f64().unwrap() > 0.98), "{looks:?}");
}

#[test]
fn the_comparison_ends_at_the_first_look_that_decides_every_speedup() {
    let mut flags = flags();
    flags.args(["compare", "BR", "-s", "local", "--modes", "seq,threads", "-n", "8", "-q"]);
    flags.args(["--max-runs", "32", "--export-json", "-"]);
    flags.args(["--min-speedup", "threads=100000", "--min-speedup", "threads=0.00001"]);
    let output = flags.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(json(&output)["rounds"].as_array().unwrap().len(), 8);
    assert!(stderr(&output).starts_with("flags: --min-speedup threads=100000: failed: "));
}

#[test]
fn markdown_has_the_verdicts_and_the_units_of_the_terminal() {
    let arguments = ["local", "--min-speedup", "threads=0.00001", "--export-markdown", "-"];
    let output = flags().args(SMALL).args(arguments).args(["-n", "6"]).output().unwrap();
    let page = stdout(&output);
    assert!(page.contains("| median [ms] ± dev. |"), "{page}");
    assert!(page.contains("\n- ✅ --min-speedup threads=0.00001: passed: threads is "), "{page}");
    assert!(stderr(&output).contains("median [ms]"), "{}", stderr(&output));
}

#[test]
fn a_failure_at_a_server_elsewhere_ends_it_and_keeps_what_was_measured() {
    let origin = TestServer::start(|request, stream| match request.attempt {
        ..=3 => ok(stream, &gif(&request.path)),
        _ => answer(stream, "404 Not Found", "", b""),
    });
    let folder = tempdir().unwrap();
    let (export, temporary) = (folder.path().join("r.json"), tempdir().unwrap());
    let mut flags = flags();
    flags.envs(temporary_folders_in(temporary.path()));
    flags.args(["compare", "BR", "--modes", "seq,threads"]);
    flags.args(["-n", "9", "--warmup", "0", "--server", &origin.base(), "--export-json"]);
    let output = flags.arg(&export).output().unwrap();

    assert_eq!(output.status.code(), Some(1));
    let base = origin.base();
    let message = format!(
        "flags: threads, round 2: BR: not found: {base}/br/br.gif; \
         comparison aborted: every flag has to be downloaded\n"
    );
    assert_eq!(stderr(&output), message);
    assert!(stdout(&output).contains("1 flag from http://"), "{}", stdout(&output));
    assert!(stdout(&output).contains(", 1 of 9 rounds\n"), "{}", stdout(&output));
    assert_eq!(origin.requests().len(), 4);
    let document = read(&export);
    assert_eq!(document["rounds"], json!([["threads", "seq"], ["seq"]]));
    assert_eq!(document["results"][0]["times"].as_array().unwrap().len(), 2);
    assert_eq!(document["results"][1]["times"].as_array().unwrap().len(), 1);
    assert_eq!(document["weather"], Value::Null);
    assert_eq!(names(temporary.path()), [""; 0]);
}

#[test]
fn a_flag_that_the_embedded_server_lacks_ends_it_too() {
    let output = flags().args(["compare", "ZZ", "BR", "-s", "error"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("warm-up round 1: ZZ: not found: "), "{}", stderr(&output));
    let why = "; comparison aborted: this failure was not injected";
    assert!(stderr(&output).contains(why), "{}", stderr(&output));
    assert_eq!(stdout(&output), "");
}

#[test]
fn injected_failures_are_part_of_the_measurement() {
    let stormy: [&[&str]; 4] = [
        &["--error-rate", "1"],
        &["--error-rate", "1", "--error-status", "404"],
        &["--truncate-rate", "0.5", "--reset-rate", "0.5", "--error-rate", "0"],
        &["--error-rate", "0", "--delay", "1s", "--timeout", "0.05"],
    ];
    for weather in stormy {
        let mut flags = flags();
        flags.args(["compare", "BR", "CN", "-n", "1", "--warmup", "0", "-r", "0", "-s", "error"]);
        if !weather.contains(&"--delay") {
            flags.args(["--delay", "0"]);
        }
        let output = flags.args(weather).args(["--export-json", "-"]).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{weather:?}: {}", stderr(&output));
        for result in json(&output)["results"].as_array().unwrap() {
            assert_eq!(result["exit_codes"], json!([1]), "{weather:?}");
        }
    }
}

#[test]
fn retries_that_were_not_injected_are_counted_and_shown() {
    // The first request of each run is asked to come again.
    let origin = TestServer::start(|request, stream| match request.attempt % 2 {
        1 => answer(stream, "503 Service Unavailable", "", b""),
        _ => ok(stream, &gif(&request.path)),
    });
    let mut flags = flags();
    flags.args(["compare", "BR", "--modes", "seq,async", "-n", "2", "--warmup", "0"]);
    flags.args(["--server", &origin.base(), "--export-json", "-"]);
    let output = flags.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let document = json(&output);
    let results = document["results"].as_array().unwrap();
    let retries: Vec<_> = results.iter().map(|result| &result["retries"]).collect();
    assert_eq!(retries, [2, 2]);
    let note = "retries that were not injected, in all rounds: 2 of seq, 2 of async";
    assert!(stderr(&output).contains(note), "{}", stderr(&output));
}

#[test]
fn retries_that_were_injected_are_not_counted() {
    let args = ["compare", "-l", "4", "-s", "error", "--error-rate", "0.5", "--delay", "0"];
    let mut flags = flags();
    flags.args(args).args(["--error-status", "503", "-n", "3", "-r", "9", "--export-json", "-"]);
    let output = flags.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    for result in json(&output)["results"].as_array().unwrap() {
        assert_eq!(result["retries"], 0, "{result}");
    }
}

#[test]
fn every_mode_of_a_round_has_the_same_faults_and_each_round_has_others() {
    let args = ["compare", "BR", "-s", "error", "--error-rate", "0.5", "--delay", "0", "-n", "8"];
    let output = flags().args(args).args(["--export-json", "-"]).output().unwrap();
    let document = json(&output);
    let results = document["results"].as_array().unwrap();
    let codes: Vec<_> = results.iter().map(|result| &result["exit_codes"]).collect();
    assert!(codes.iter().all(|mode| *mode == codes[0]), "{codes:?}");
    let of_seq = codes[0].as_array().unwrap();
    assert!(of_seq.contains(&json!(0)) && of_seq.contains(&json!(1)), "{codes:?}");
}

#[test]
fn each_run_has_a_fresh_client_and_a_fresh_folder_which_is_removed() {
    let temporary = tempdir().unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (path, shared) = (temporary.path().to_owned(), seen.clone());
    let origin = TestServer::start(move |request, stream| {
        let folders = names(&path);
        let flags: usize = folders.iter().map(|folder| names(&path.join(folder)).len()).sum();
        shared.lock().unwrap().push((stream.peer_addr()?, folders.len(), flags));
        ok(stream, &gif(&request.path))
    });
    let mut flags = flags();
    flags.envs(temporary_folders_in(temporary.path()));
    flags.args(["compare", "BR", "--modes", "seq,async"]);
    flags.args(["-n", "2", "--server", &origin.base()]).assert().success();

    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 6);
    assert!(seen.iter().all(|(_, folders, flags)| (*folders, *flags) == (1, 0)), "{seen:?}");
    let mut clients: Vec<_> = seen.iter().map(|(client, ..)| client).collect();
    clients.dedup();
    assert_eq!(clients.len(), 6);
    assert_eq!(names(temporary.path()), [""; 0]);
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_with_the_table_so_far_and_removes_the_folder() {
    use std::os::unix::process::ExitStatusExt;
    use std::process::Stdio;
    use std::sync::mpsc;

    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;

    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        // Two rounds of two modes are answered; later requests are not.
        let (sender, waiting) = mpsc::channel();
        let sender = Mutex::new(sender);
        let origin = TestServer::start(move |request, stream| {
            if request.attempt > 4 {
                sender.lock().unwrap().send(()).unwrap();
                std::thread::park();
            }
            ok(stream, &gif(&request.path))
        });
        let (folder, temporary) = (tempdir().unwrap(), tempdir().unwrap());
        let export = folder.path().join("r.json");
        let mut flags = support::program();
        flags.envs(temporary_folders_in(temporary.path()));
        flags.args(["compare", "BR", "--modes", "threads,async", "-n", "9", "--warmup", "0"]);
        flags.args(["--server", &origin.base(), "--min-speedup", "async=100000"]);
        flags.arg("--export-json").arg(&export).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = flags.spawn().unwrap();

        waiting.recv_timeout(std::time::Duration::from_secs(20)).unwrap();
        // The export is written while the comparison is still running.
        assert_eq!(read(&export)["rounds"].as_array().unwrap().len(), 2);
        kill(Pid::from_raw(child.id() as i32), signal).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.signal(), Some(signal as i32), "{}", stderr(&output));
        assert!(stdout(&output).contains(", 2 of 9 rounds\n"), "{}", stdout(&output));
        assert_eq!(stderr(&output), "");
        assert_eq!(read(&export)["results"][0]["times"].as_array().unwrap().len(), 2);
        assert_eq!(names(temporary.path()), [""; 0]);
        assert_eq!(names(folder.path()), ["r.json"]);
    }
}

#[test]
fn a_server_over_https_is_compared_if_its_ca_is_given() {
    let ours = Authority::new("Ours");
    let config = ours.certify("127.0.0.1", [2000, 2100], &["h2", "http/1.1"]);
    let server = TlsServer::start(config, |_| Reply::Flag);
    let trusted = NamedTempFile::new().unwrap();
    fs::write(&trusted, ours.pem()).unwrap();
    let mut flags = flags();
    flags.args(["compare", "BR", "CN", "-n", "1", "--warmup", "0", "--server", &server.base()]);
    let output = flags.arg("--cacert").arg(trusted.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!((server.tries("BR"), server.tries("CN")), (4, 4));
}

#[test]
fn the_server_can_be_named_in_the_environment() {
    let origin = TestServer::with_flags();
    let mut flags = flags();
    flags.env("FLAGS_SERVER", origin.base()).args(["compare", "BR", "-n", "1", "--warmup", "0"]);
    flags.assert().success();
    assert_eq!(origin.requests().len(), 4);
}

#[test]
fn invalid_arguments_exit_2_with_the_reason() {
    for (args, message) in [
        (&["--modes", "fast"][..], "possible values: seq, threads, rayon, async"),
        (&["--modes", ""], "--modes"),
        (&["--runs", "0"], "whole number from 1"),
        (&["-n", "-3"], "whole number from 1"),
        (&["--warmup", "some"], "invalid"),
        (&["--modes", "seq,async", "--reference", "rayon"], "not compared; choose from seq, async"),
        (
            &["--modes", "seq,async", "--min-speedup", "rayon=2"],
            "not compared; choose from seq, async",
        ),
        (&["--min-speedup", "threads"], "as in threads=5"),
        (&["--min-speedup", "threads=0"], "a number above 0"),
        (&["--min-speedup", "threads=nan"], "a number above 0"),
        (&["--min-speedup", "threads@0=2"], "threads@0 is not compared; choose from seq"),
        (&["--jobs", "1,5", "--min-speedup", "threads=2"], "choose from threads@1, threads@5"),
        (&["--jobs", "1,5", "--reference", "async"], "choose from async@1, async@5"),
        (&["--jobs", "1,,5"], "whole number from 1"),
        (&["--max-runs", "5", "--min-speedup", "async=2"], "--max-runs 5 is less than --runs 10"),
        (&["--max-runs", "40"], "--min-speedup <MODE[@JOBS]=X>"),
        (&["--export-json", "-", "--export-csv", "-"], "two exports can't both go to -"),
        (&["--export-csv", "x", "--export-markdown", "x"], "two exports can't both go to x"),
        (&["--export-csv", "x", "--export-markdown", "./x"], "two exports can't both go to ./x"),
        (&["--server", "http://h/", "--delay", "1s"], "weather options need --server local"),
        (&["--error-rate", "0.6", "--reset-rate", "0.6"], "add up to more than 1"),
        (&["--dest", "here"], "--dest"),
    ] {
        let output = flags().arg("compare").args(args).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(stderr(&output).contains(message), "{args:?}: {}", stderr(&output));
        let other_usage = stderr(&output).replace("Usage: flags compare", "").contains("Usage:");
        assert!(!other_usage, "{args:?}: {}", stderr(&output));
        assert_eq!(stdout(&output), "", "{args:?}");
    }
}
