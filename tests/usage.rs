//! What is typed wrong is told apart from what goes wrong: exit status 2, and a sentence.

mod support;

use std::fs;

use predicates::prelude::*;
use support::{TestServer, flags, stderr, stdout};
use tempfile::tempdir;

#[test]
fn strange_arguments_exit_2_and_say_what_was_wrong() {
    for (args, told) in [
        (&["B1"][..], "two letters from A to Z"),
        (&["BRA"], "two letters from A to Z"),
        (&["é"], "two letters from A to Z"),
        (&[""], "two letters from A to Z"),
        (&["--jobs", "0"], "whole number from 1"),
        (&["--jobs", "-3"], "whole number from 1"),
        (&["--max-req", "many"], "whole number from 1"),
        (&["--limit", "0"], "whole number from 1"),
        (&["--timeout", "-1"], "seconds above 0"),
        (&["--timeout", "NaN"], "seconds above 0"),
        (&["--timeout", "inf"], "seconds above 0"),
        (&["--timeout", "0"], "seconds above 0"),
        (&["--server", "nowhere"], "neither remote, local, delay or error"),
        (&["--server", "ftp://example.com/"], "begin with http:// or https://"),
        (&["--server", "http://"], "names no host"),
        (&["--server", "http:///flags"], "names no host"),
        (&["--mode", "fast"], "possible values: seq, threads, rayon, async"),
        (&["--order", "random"], "possible values: completed, input"),
        (&["--quiet", "--verbose"], "cannot be used with"),
        (&["--skip-existing", "--update"], "cannot be used with"),
        (&["--nonsense"], "--nonsense"),
    ] {
        let output = flags().args(args).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(stderr(&output).contains(told), "{args:?}: {}", stderr(&output));
        assert_eq!(stdout(&output), "", "{args:?}");
    }
}

#[cfg(unix)]
#[test]
fn an_argument_that_is_not_utf_8_exits_2() {
    use std::os::unix::ffi::OsStrExt;
    let strange = std::ffi::OsStr::from_bytes(b"\xff\xfe");
    flags().arg(strange).assert().code(2);
    flags().arg("--server").arg(strange).assert().code(2);
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
fn a_file_where_the_folder_should_be_is_one_error_before_any_request() {
    let origin = TestServer::with_flags();
    let dest = tempdir().unwrap();
    let file = dest.path().join("file");
    fs::write(&file, "here first").unwrap();
    let output = flags().args(["-s", &origin.base(), "-d"]).arg(&file).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let shown = file.display();
    let told = format!(
        "flags: cannot save into {shown}: it is not a folder; choose another with --dest\n"
    );
    assert_eq!(stderr(&output), told);
    assert_eq!(origin.requests().len(), 0);
}

#[test]
fn a_file_of_cas_that_is_missing_or_holds_none_is_one_error() {
    let dest = tempdir().unwrap();
    let empty = dest.path().join("empty.pem");
    fs::write(&empty, "").unwrap();
    for (file, told) in
        [("/no/such.pem", "cannot read the CAs in"), (empty.to_str().unwrap(), "no certificate")]
    {
        let output = flags().args(["--cacert", file, "-d"]).arg(dest.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains(told), "{}", stderr(&output));
        assert_eq!(stderr(&output).lines().count(), 1);
    }
}

#[test]
fn an_empty_variable_names_no_server_and_a_wrong_one_is_named() {
    let dest = tempdir().unwrap();
    // Nobody is asked: the flag is there.
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
fn the_variable_matters_to_nobody_who_has_a_server_already() {
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
fn a_damaged_ca_is_told_of_with_its_file() {
    let dest = tempdir().unwrap();
    let file = dest.path().join("damaged.pem");
    fs::write(&file, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
    let mut flags = flags();
    flags.arg("--cacert").arg(&file).arg("-d").arg(dest.path());
    let output = flags.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let told = format!("flags: cannot make sense of the CAs in {}", file.display());
    assert!(stderr(&output).starts_with(&told), "{}", stderr(&output));
}
