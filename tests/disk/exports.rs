//! Exports and drawings: absent or whole, and written in place where they cannot be replaced.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use serde_json::Value;
use tempfile::tempdir;

use crate::support::{after, names, program, stderr};
#[cfg(target_os = "linux")]
use crate::support::{available, wrap};
use crate::{run, server};

/// A comparison of one flag from an embedded server.
const COMPARE: [&str; 7] = ["compare", "-q", "-n", "1", "BR", "-s", "local"];

/// The number of measured rounds in an export, which has to be a whole document.
fn rounds(export: &Path) -> usize {
    let document: Value = serde_json::from_slice(&fs::read(export).unwrap()).unwrap();
    document["rounds"].as_array().unwrap().len()
}

#[test]
fn an_export_is_absent_or_whole_after_the_failure_of_another_one() {
    let folder = tempdir().unwrap();
    let (export, older) = (folder.path().join("new.json"), folder.path().join("older.csv"));
    fs::write(&older, "older").unwrap();
    let mut flags = program();
    flags.args(COMPARE).arg("--export-json").arg(&export).arg("--export-csv").arg(&older);
    let output = run(flags.arg("--export-svg").arg(folder.path().join("missing/a.svg")));
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(names(folder.path()), ["older.csv"], "{}", stderr(&output));
    assert_eq!(fs::read(&older).unwrap(), b"older");
}

#[test]
fn an_export_that_cannot_be_written_keeps_its_older_content() {
    let (server, folder) = (server(), tempdir().unwrap());
    let export = folder.path().join("export.json");
    let mut flags = after("ulimit -f 1");
    flags.args(["compare", "-q", "-n", "1", "BR", "-s", &server.base(), "--export-json"]);
    flags.arg(&export);
    for older in [None, Some("older")] {
        if let Some(content) = older {
            fs::write(&export, content).unwrap();
        }
        let output = run(&mut flags);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let error = format!("cannot write to {}: File too large", export.display());
        assert!(stderr(&output).contains(&error), "{output:?}");
        assert_eq!(fs::read_to_string(&export).ok().as_deref(), older);
        assert_eq!(names(folder.path()).len(), usize::from(older.is_some()));
    }
}

#[test]
fn a_comparison_without_results_leaves_an_older_export() {
    let folder = tempdir().unwrap();
    let export = folder.path().join("export.json");
    fs::write(&export, "older").unwrap();
    let mut flags = program();
    flags.args(["compare", "-q", "BR", "-r", "0", "-s"]);
    flags.arg(format!("http://{}", crate::support::closed_port()));
    let output = run(flags.arg("--export-json").arg(&export));
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(fs::read(&export).unwrap(), b"older", "{}", stderr(&output));
}

#[test]
fn a_link_to_a_missing_file_leads_to_the_new_export() {
    let folder = tempdir().unwrap();
    symlink("export.json", folder.path().join("link")).unwrap();
    let output = run(program().args(COMPARE).arg("--export-json").arg(folder.path().join("link")));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(rounds(&folder.path().join("export.json")), 1);
}

#[test]
fn an_export_keeps_its_mode() {
    let folder = tempdir().unwrap();
    let export = folder.path().join("export.json");
    fs::write(&export, "older").unwrap();
    fs::set_permissions(&export, fs::Permissions::from_mode(0o640)).unwrap();
    run(program().args(COMPARE).arg("--export-json").arg(&export));
    assert_eq!(rounds(&export), 1);
    assert_eq!(fs::metadata(&export).unwrap().permissions().mode() & 0o777, 0o640);
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_system_that_refuses_to_set_modes_gets_the_export() {
    let folder = tempdir().unwrap();
    let export = folder.path().join("export.json");
    fs::write(&export, "older").unwrap();
    fs::set_permissions(&export, fs::Permissions::from_mode(0o640)).unwrap();
    let Some(mut flags) = crate::with_fault("fchmod:error=EPERM", None) else { return };
    let output = run(flags.args(COMPARE).arg("--export-json").arg(&export));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(rounds(&export), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_is_a_mount_point_is_written_in_place() {
    let namespace = ["--user", "--map-root-user", "--mount"];
    let folder = tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (source, export) = (path("source"), path("export"));
    fs::write(&source, "older and longer than what replaces it".repeat(1000)).unwrap();
    fs::write(&export, "").unwrap();
    let script = "mount --bind \"$1\" \"$2\" && shift 2 && \"$@\"";
    let wrapper = [&namespace[..], &["sh", "-c", script, "sh", &source, &export]].concat();
    if !available("unshare", &[&wrapper[..], &["true"]].concat()) {
        return;
    }
    for option in ["--export-json", "--export-csv"] {
        let mut flags = wrap(&[&["unshare"], &wrapper[..]].concat(), &program());
        let output = run(flags.args(COMPARE).args([option, &export]));
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        match option {
            "--export-json" => assert_eq!(rounds(Path::new(&source)), 1),
            _ => assert_eq!(fs::read_to_string(&source).unwrap().lines().count(), 5),
        }
    }
    let mut flags = wrap(&[&["unshare"], &wrapper[..]].concat(), &program());
    let timeline = format!("--timeline={export}");
    let output = run(flags.args(["BR", "-s", "local", &timeline, "-d"]).arg(folder.path()));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(fs::read_to_string(&source).unwrap().ends_with("</svg>\n"));
}

#[cfg(target_os = "linux")]
#[test]
fn an_export_to_a_descriptor_is_appended_to_its_file() {
    let folder = tempdir().unwrap();
    let (log, link) = (folder.path().join("log"), folder.path().join("link"));
    symlink("/dev/stderr", &link).unwrap();
    for name in ["/dev/stderr", "/dev/fd/3", "/proc/self/fd/3", link.to_str().unwrap()] {
        fs::write(&log, "").unwrap();
        let script =
            "log=$1; shift; exec 3>>\"$log\" 2>&3; echo before >&3; \"$@\"; echo after >&3";
        let script = ["sh", "-c", script, "sh", log.to_str().unwrap()];
        run(wrap(&script, &program()).args(COMPARE).args(["--export-csv", name]));
        let text = fs::read_to_string(&log).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 7, "{name}: {text}");
        assert_eq!((lines[0], lines[6]), ("before", "after"), "{name}: {text}");
        assert!(lines[1].starts_with("command,"), "{name}: {text}");
    }
}
