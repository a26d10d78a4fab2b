//! Arguments: usage errors exit 2 and say what is wrong; help and version; environment variables.

mod support;

use std::fs;

use predicates::prelude::*;
use support::{TestServer, flags, json, stderr, stdout};
use tempfile::tempdir;

#[test]
fn an_invalid_argument_exits_2_and_says_what_is_wrong() {
    for (args, message) in [
        (&["B1"][..], "two letters from A to Z"),
        (&["BRA"], "two letters from A to Z"),
        (&["é"], "two letters from A to Z"),
        (&[""], "two letters from A to Z"),
        (&["--", "-1"], "two letters from A to Z"),
        (&["-1"], "unexpected argument '-1'"),
        (&["--jobs", "0"], "whole number from 1"),
        (&["--jobs", "-3"], "whole number from 1"),
        (&["--max-req", "many"], "whole number from 1"),
        (&["--limit", "0"], "whole number from 1"),
        (&["--retries", "-1"], "whole number from 0"),
        (&["--timeout", "-1"], "seconds or milliseconds, such as 6.1"),
        (&["--timeout", "NaN"], "seconds or milliseconds, such as 6.1"),
        (&["--timeout", "0"], "above 0, such as 6.1"),
        (&["--timeout", "1e19"], "at most a day, 86400s"),
        (&["--delay", "86401"], "at most a day, 86400s"),
        (&["-s"], "possible values: remote, local, delay, error"),
        (&["--server", "nowhere"], "expected remote, local, delay, error, or a URL"),
        (&["--server", "ftp://example.com/"], "begin with http:// or https://"),
        (&["--server", "http://"], "names no host"),
        (&["--server", "http:///flags"], "names no host"),
        (&["--mode", "fast"], "possible values: seq, threads, rayon, async"),
        (&["--order", "random"], "possible values: completed, input"),
        (&["--quiet", "--verbose"], "cannot be used with"),
        (&["--skip-existing", "--update"], "cannot be used with"),
        (&["--error-rate", "-1"], "from 0 to 1"),
        (&["serve", "--port", "-1"], "-1 is not in 0..=65535"),
        (&["--server", "http://ann:secret@a b/"], "invalid value 'http://***@a b/'"),
        (&["http://ann:secret@h"], "invalid value 'http://***@h'"),
        (&["compare", "--min-speedup", "threads@5=x"], "invalid value 'threads@5=x'"),
        (&["--nonsense"], "--nonsense"),
        (&["completions"], "<SHELL>"),
        (&["completions", "csh"], "possible values: bash"),
        (&["man", "BR"], "unexpected argument 'BR'"),
    ] {
        let output = flags().args(args).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(stderr(&output).contains(message), "{args:?}: {}", stderr(&output));
        assert_eq!(stdout(&output), "", "{args:?}");
    }
}

#[test]
fn weather_options_are_refused_for_a_server_elsewhere() {
    let origin = TestServer::with_flags();
    let dest = tempdir().unwrap();
    for option in ["--delay=1s", "--error-rate=0.5", "--bandwidth=20k", "--seed=1"] {
        let mut by_option = flags();
        by_option.args(["-s", &origin.base()]);
        let mut by_variable = flags();
        by_variable.env("FLAGS_SERVER", origin.base());
        for mut flags in [by_option, by_variable, flags()] {
            let output = flags.args(["BR", option, "-d"]).arg(dest.path()).output().unwrap();
            assert_eq!(output.status.code(), Some(2), "{option}");
            let message = "error: weather options need --server local, delay or error";
            assert!(stderr(&output).starts_with(message), "{option}: {}", stderr(&output));
        }
    }
    assert_eq!(origin.requests().len(), 0);
}

#[test]
fn a_misspelt_command_gets_a_tip() {
    let similar = |name| format!("a similar subcommand exists: '{name}'");
    let misplaced = |name| format!("a command comes before all other arguments: 'flags {name}'");
    for (args, tip) in [
        (&["compar"][..], similar("compare")),
        (&["compar", "--runs", "3"], similar("compare")),
        (&["sevre"], similar("serve")),
        (&["hlep"], similar("help")),
        (&["BR", "compare"], misplaced("compare")),
        (&["-s", "local", "compare"], misplaced("compare")),
    ] {
        let output = flags().args(args).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(stderr(&output).contains(&tip), "{args:?}: {}", stderr(&output));
    }
    for args in [&["BRA"][..], &["mar"], &["-s", "compar"], &["compare", "BRA"]] {
        let output = flags().args(args).output().unwrap();
        assert!(!stderr(&output).contains("tip:"), "{args:?}: {}", stderr(&output));
    }
}

#[test]
fn an_option_given_twice_takes_the_last_value() {
    let dest = tempdir().unwrap();
    let mut download = flags();
    download.args(["-s", "http://127.0.0.1:1", "-s", "local", "--mode", "async", "--mode", "seq"]);
    download.args(["--limit", "7", "-l", "2", "--json", "--json", "-d", "/dev/null", "-d"]);
    let output = download.arg(dest.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let document = json(&output);
    assert_eq!(document["mode"], "seq");
    assert_eq!(document["counts"]["ok"], 2);

    let mut compare = flags();
    compare.args(["compare", "BR", "-s", "error", "-s", "local", "--modes", "seq,threads"]);
    compare.args(["--modes", "rayon", "-n", "9", "-n", "1", "--warmup", "9", "--warmup", "0"]);
    let output = compare.args(["--export-json", "-"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let document = json(&output);
    assert_eq!(document["server"], "local");
    assert_eq!(document["rounds"], serde_json::json!([["rayon"]]));
}

#[cfg(unix)]
#[test]
fn an_argument_that_is_not_utf_8_exits_2() {
    use std::os::unix::ffi::OsStrExt;
    let invalid = std::ffi::OsStr::from_bytes(b"\xff\xfe");
    flags().arg(invalid).assert().code(2);
    flags().arg("--server").arg(invalid).assert().code(2);
}

#[test]
fn help_and_version_go_to_stdout() {
    flags().arg("--version").assert().success().stdout(concat!(
        "flags ",
        env!("CARGO_PKG_VERSION"),
        "\n"
    ));
    let help = predicate::str::contains("--mode").and(predicate::str::contains("20 most populous"));
    flags().arg("--help").assert().success().stdout(help).stderr("");
}

#[test]
fn the_version_of_a_command_is_that_of_the_program() {
    let version = stdout(&flags().arg("--version").output().unwrap());
    for command in ["compare", "serve", "completions", "man"] {
        for option in ["--version", "-V"] {
            flags().args([command, option]).assert().success().stdout(version.clone());
        }
    }
}

#[test]
fn the_command_help_prints_what_the_option_prints() {
    let help = |args: &[&str]| stdout(&flags().args(args).assert().success().get_output().clone());
    assert_eq!(help(&["help"]), help(&["--help"]));
    for command in ["compare", "serve", "completions", "man"] {
        assert_eq!(help(&["help", command]), help(&[command, "--help"]));
    }
}

#[test]
fn help_says_what_each_server_is() {
    for command in [&["--help"][..], &["compare", "--help"]] {
        let output = flags().args(command).output().unwrap();
        let servers = [
            ("remote", "https://www.fluentpython.com/data/flags"),
            ("local", "without any delay"),
            ("delay", "50 to 150 ms"),
            ("error", "25 % errors"),
        ];
        for (name, meaning) in servers {
            let item = format!("- {name}:");
            let help = stdout(&output);
            let mut lines = help.lines();
            assert!(lines.any(|line| line.contains(&item) && line.contains(meaning)), "{help}");
        }
    }
}

/// A limit of descriptors makes tokio panic somewhere between start and the first request.
#[cfg(target_os = "linux")]
#[test]
fn a_panic_exits_1_and_prints_no_backtrace() {
    let dest = tempdir().unwrap();
    for limit in 5..16 {
        let mut flags = support::after(&format!("ulimit -n {limit}"));
        flags.args(["BR", "-s", "local", "-d"]).arg(dest.path()).env("RUST_BACKTRACE", "1");
        let output = flags.output().unwrap();
        let message = stderr(&output);
        assert!(matches!(output.status.code(), Some(0 | 1)), "{limit}: {message}");
        assert!(message.lines().all(|line| line.starts_with("flags: ")), "{limit}: {message}");
    }
}

#[test]
fn a_file_at_the_destination_is_one_error_before_any_request() {
    let origin = TestServer::with_flags();
    let dest = tempdir().unwrap();
    let file = dest.path().join("file");
    fs::write(&file, "here first").unwrap();
    let output = flags().args(["-s", &origin.base(), "-d"]).arg(&file).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let shown = file.display();
    let message = format!(
        "flags: cannot save into {shown}: it is not a folder; choose another with --dest\n"
    );
    assert_eq!(stderr(&output), message);
    assert_eq!(origin.requests().len(), 0);
}

#[test]
fn a_ca_file_that_is_missing_or_empty_is_one_error() {
    let dest = tempdir().unwrap();
    let empty = dest.path().join("empty.pem");
    fs::write(&empty, "").unwrap();
    for (file, message) in
        [("/no/such.pem", "cannot read the CAs in"), (empty.to_str().unwrap(), "no certificate")]
    {
        let output = flags().args(["--cacert", file, "-d"]).arg(dest.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains(message), "{}", stderr(&output));
        assert_eq!(stderr(&output).lines().count(), 1);
    }
}

#[test]
fn an_empty_flags_server_is_ignored_and_an_invalid_one_is_a_usage_error() {
    let dest = tempdir().unwrap();
    // There is no request because the file exists.
    let path = dest.path().join("BR.gif");
    fs::write(&path, support::gif("BR")).unwrap();
    let run = |variable: &str| {
        let mut flags = flags();
        flags.args(["BR", "--skip-existing", "-d"]).arg(dest.path());
        flags.env("FLAGS_SERVER", variable).output().unwrap()
    };
    assert_eq!(run("").status.code(), Some(0));
    let output = run("bogus");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("invalid value 'bogus' for FLAGS_SERVER: "), "{output:?}");
}

#[test]
fn flags_server_is_ignored_if_a_server_is_given() {
    let dest = tempdir().unwrap();
    let mut download = flags();
    download.args(["BR", "-s", "local", "-d"]).arg(dest.path());
    download.env("FLAGS_SERVER", "bogus").assert().success();
    let mut compare = flags();
    compare.args(["compare", "BR", "-s", "local", "-n", "1", "--warmup", "0", "--modes", "seq"]);
    compare.env("FLAGS_SERVER", "bogus").assert().success();
    flags().args(["serve", "--dir", "/no/such"]).env("FLAGS_SERVER", "bogus").assert().code(1);
}

#[test]
fn the_error_for_a_damaged_ca_shows_its_file() {
    let dest = tempdir().unwrap();
    let file = dest.path().join("damaged.pem");
    fs::write(&file, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
    let mut flags = flags();
    flags.arg("--cacert").arg(&file).arg("-d").arg(dest.path());
    let output = flags.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let message = format!("flags: cannot parse the CAs in {}", file.display());
    assert!(stderr(&output).starts_with(&message), "{}", stderr(&output));
}
