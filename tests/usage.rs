//! What is typed wrong is told apart from what goes wrong: exit status 2, and a sentence.

mod support;

use std::fs;

use predicates::prelude::*;
use support::{Origin, flags, stderr, stdout};
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
    let origin = Origin::with_flags();
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
