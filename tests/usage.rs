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
        (&["--retries", "-1"], "-1 is not in 0..="),
        (&["compare", "--warmup", "-1"], "-1 is not in 0..="),
        (&["compare", "--runs", "0"], "whole number from 1"),
        (&["--timeout", "-1"], "seconds or milliseconds, such as 6.1"),
        (&["--timeout", "NaN"], "seconds or milliseconds, such as 6.1"),
        (&["--timeout", "0"], "above 0, such as 6.1"),
        (&["--timeout", "1e19"], "at most a day, 86400s"),
        (&["--delay", "86401"], "at most a day, 86400s"),
        (&["-s"], "possible values: remote, local, delay, error"),
        (&["--server", "nowhere"], "expected remote, local, delay, error, or a URL"),
        (&["--server", "localhost:8000"], "did you mean http://localhost:8000?"),
        (&["--server", "example.com/flags"], "did you mean http://example.com/flags?"),
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
        (&["man", "http://ann:secret@h"], "unexpected argument 'http://***@h'"),
        (&["--server", "http://h/?token=x"], "invalid value 'http://h/?***'"),
        (&["Brazil"], "the code of Brazil is BR"),
        (&["compare", "côte d’ivoire"], "the code of Côte d’Ivoire is CI"),
        (&["--timeline", "x.svg"], "did you mean --timeline=x.svg?"),
        (&["--list", "--json"], "cannot be used with"),
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
fn a_misspelt_or_misplaced_command_is_no_code_and_no_command() {
    let commands = "nor, as the first argument, a command (compare, serve, completions, man, help)";
    for args in [&["compar"][..], &["BR", "compare"], &["-s", "local", "compare"], &["BRA"]] {
        let output = flags().args(args).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(stderr(&output).contains(commands), "{args:?}: {}", stderr(&output));
    }
    for server in ["foo", "localhost:8000", "compar"] {
        let output = flags().args(["--server", server]).output().unwrap();
        assert!(!stderr(&output).contains("command"), "{server}: {}", stderr(&output));
    }
}

#[test]
fn a_usage_error_escapes_control_characters() {
    let typed = "\u{1b}[31mx\r\u{202e}";
    let shown = "\\u{1b}[31mx\\r\\u{202e}";
    let option = format!("--{typed}");
    let svg = format!("{typed}.svg");
    for args in [
        &[typed][..],
        &["--mode", typed],
        &["--server", typed],
        &["--timeout", typed],
        &[&option],
        &["--timeline", &svg],
        &["man", typed],
        &["help", typed],
        &["compare", "--reference", typed],
        &["serve", "--delay", typed],
    ] {
        let output = flags().args(args).output().unwrap();
        let message = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(message.contains(shown), "{args:?}: {message}");
        assert!(!message.contains(['\u{1b}', '\r', '\u{202e}']), "{args:?}: {message}");
    }
    let output = flags().env("FLAGS_SERVER", typed).output().unwrap();
    let message = format!("invalid value '{shown}' for FLAGS_SERVER");
    assert!(stderr(&output).contains(&message), "{}", stderr(&output));
    let coloured = flags().arg(typed).env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(stderr(&coloured).starts_with("\u{1b}[1m\u{1b}[31merror:"), "{}", stderr(&coloured));
    assert!(stderr(&coloured).contains(shown), "{}", stderr(&coloured));
}

#[test]
fn the_list_has_each_selected_code_with_its_name() {
    let list = |args: &[&str]| {
        let output =
            flags().arg("--list").args(args).env("FLAGS_SERVER", "bogus").output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}: {}", stderr(&output));
        assert_eq!(stderr(&output), "", "{args:?}");
        stdout(&output)
    };
    assert_eq!(list(&["us", "BR"]), "BR\tBrazil\nUS\tUnited States\n");
    assert_eq!(list(&["-l", "2"]), "AD\tAndorra\nAE\tUnited Arab Emirates\n");
    assert_eq!(list(&[]), list(&["--all"]));
    assert_eq!(list(&[]).lines().count(), 194);
    assert!(list(&[]).lines().all(|line| line.contains('\t')));
    assert!(list(&["--every"]).starts_with("AA\nAB\n"), "codes without a name stand alone");
    assert_eq!(list(&["--every"]).lines().count(), 676);

    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let status = support::program().args(["--list", "--every"]).stdout(writer).status().unwrap();
    assert!(status.success());
}

#[test]
fn a_code_in_no_list_that_is_not_found_gets_one_hint() {
    let dest = tempdir().unwrap();
    let messages = |args: &[&str]| {
        let mut flags = flags();
        flags.args(["-s", "local", "-d"]).arg(dest.path()).args(args);
        let output = flags.output().unwrap();
        stderr(&output).lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let lines = messages(&["UK", "BR", "ZZ"]);
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert_eq!(lines[2], "flags: to find a country's code, see flags --list");
    for option in ["--quiet", "--json"] {
        assert_eq!(messages(&["UK", "ZZ", option]).len(), 2, "{option}: no hint");
    }
    assert_eq!(messages(&["--every", "-l", "3"]).len(), 3, "AA, AB and AC are in the list of all");
    assert_eq!(messages(&["BR"]), [""; 0]);
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
