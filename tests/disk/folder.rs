//! The folder that flags are saved into.

use std::fs;
#[cfg(unix)]
use std::os::unix::fs::{PermissionsExt, symlink};
#[cfg(unix)]
use std::path::Path;

use tempfile::tempdir;

#[cfg(unix)]
use crate::support::handlers::gif_of;
use crate::support::handlers::whole;
use crate::support::{MODES, TestServer, flag, json, names, program, stderr};
#[cfg(unix)]
use crate::support::{after, gif, ok};
#[cfg(unix)]
use crate::{count_whole, is_root, read};
use crate::{run, run_into, server};

#[cfg(unix)]
#[test]
fn a_folder_that_takes_no_files_is_one_error_before_any_request() {
    let server = server();
    let closed = tempdir().unwrap();
    fs::set_permissions(closed.path(), fs::Permissions::from_mode(0o555)).unwrap();
    // Root can write everywhere but into /proc.
    let folder = if is_root() { Path::new("/proc") } else { closed.path() };
    for folder in [folder.to_owned(), folder.join("flags")] {
        let output = run_into(&folder, &server, &[]);
        assert_eq!(output.status.code(), Some(1));
        let errors = stderr(&output);
        assert!(!errors.contains(".flags."), "a temporary file is named: {errors}");
        assert!(errors.starts_with(&format!("flags: cannot save into {}: ", folder.display())));
        assert!(errors.ends_with("; choose another with --dest\n"), "{errors}");
        assert!(!errors.contains("not a folder"), "{errors}");
        assert_eq!(errors.lines().count(), 1, "{errors}");
    }
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn a_file_in_the_place_of_the_folder_is_an_error_that_says_so() {
    let (server, parent) = (server(), tempdir().unwrap());
    let file = parent.path().join("file");
    fs::write(&file, "mine").unwrap();
    let output = run_into(&file, &server, &[]);
    let error = format!(
        "flags: cannot save into {}: it is not a folder; choose another with --dest\n",
        file.display()
    );
    assert_eq!(stderr(&output), error);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(fs::read(&file).unwrap(), b"mine");
}

#[test]
fn a_folder_that_is_removed_during_a_run_is_an_error_for_each_later_flag() {
    for mode in MODES {
        let parent = tempdir().unwrap();
        let dest = parent.path().join("flags");
        let doomed = dest.clone();
        let server = TestServer::start(move |request, stream| {
            if request.code == "IN" {
                fs::remove_dir_all(&doomed)?;
            }
            whole(request, stream)
        });
        let output = run_into(&dest, &server, &["IN", "US", "-j", "1", "-m", mode, "--json"]);
        assert_eq!(output.status.code(), Some(1), "{mode}");
        for code in ["IN", "US"] {
            assert_eq!(flag(&json(&output), code)["error"]["kind"], "io", "{mode}");
            assert!(stderr(&output).contains(&format!("flags: {code}: could not be saved: ")));
        }
        assert_eq!(names(parent.path()), [""; 0], "{mode}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_name_of_the_folder_need_not_be_utf_8() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let (server, parent) = (server(), tempdir().unwrap());
    let dest = parent.path().join(OsStr::from_bytes(b"fl\xffgs\x1b[2J"));
    for format in ["--quiet", "--json", "-v"] {
        let output = run_into(&dest, &server, &["BR", format]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert_eq!(read(&dest, "BR"), gif("BR"));
        if format == "--json" {
            let lossy = dest.to_string_lossy().into_owned();
            assert!(lossy.contains("fl\u{fffd}gs"));
            assert_eq!(json(&output)["dest"], lossy);
            assert_eq!(flag(&json(&output), "BR")["path"], format!("{lossy}/BR.gif"));
        }
        fs::remove_dir_all(&dest).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn the_folder_can_be_a_symbolic_link() {
    let (server, parent) = (server(), tempdir().unwrap());
    let (folder, link) = (parent.path().join("folder"), parent.path().join("link"));
    fs::create_dir(&folder).unwrap();
    symlink(&folder, &link).unwrap();
    assert_eq!(run_into(&link, &server, &["BR"]).status.code(), Some(0));
    assert_eq!(read(&folder, "BR"), gif("BR"));

    let dangling = parent.path().join("dangling");
    symlink(parent.path().join("nowhere"), &dangling).unwrap();
    let output = run_into(&dangling, &server, &["BR"]);
    assert_eq!(output.status.code(), Some(1));
    let target = parent.path().join("nowhere");
    let reason = format!("it is a link to {}, which does not exist", target.display());
    let error = format!("flags: cannot save into {}: {reason}; ", dangling.display());
    assert!(stderr(&output).starts_with(&error), "{output:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_system_without_unnamed_files_gets_the_flags() {
    let (server, dest) = (server(), tempdir().unwrap());
    // `openat` for the folder itself, as with `O_TMPFILE`.
    let fault = crate::with_fault("openat:error=EINVAL", Some(dest.path()));
    let Some(mut flags) = fault else { return };
    let output = run(flags.args(["BR", "-s", &server.base(), "-d"]).arg(dest.path()));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(names(dest.path()), ["BR.gif"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_flag_that_cannot_be_saved_is_an_error_that_names_the_path() {
    let (server, dest) = (server(), tempdir().unwrap());
    let Some(mut flags) = crate::with_fault("/^rename:error=EDQUOT", None) else { return };
    let output = run(flags.args(["BR", "-s", &server.base(), "-d"]).arg(dest.path()));
    let path = dest.path().join("BR.gif");
    let error = "flags: BR: could not be saved: Disk quota exceeded (os error 122)";
    assert!(stderr(&output).starts_with(&format!("{error}: {}: ", path.display())), "{output:?}");
    assert_eq!(names(dest.path()), [""; 0]);
}

#[test]
fn an_error_of_the_temporary_folder_of_a_comparison_advises_no_dest() {
    let folder = tempdir().unwrap();
    let mut flags = program();
    flags
        .args(["compare", "BR", "-s", "local"])
        .envs(["TMPDIR", "TMP", "TEMP"].map(|name| (name, folder.path().join("missing"))));
    let output = run(&mut flags);
    assert_eq!(output.status.code(), Some(1));
    assert!(!stderr(&output).contains("--dest"), "{output:?}");
}

// Windows refuses a rename over a file that another process has open, if only for a moment.
#[cfg(unix)]
#[test]
fn four_processes_can_save_into_one_folder_at_once() {
    use crate::MAX_WAIT;
    use crate::support::child_process::Running;

    let image = gif_of(50_000);
    let served = image.clone();
    let server = TestServer::start(move |_, stream| ok(stream, &served));
    let dest = tempdir().unwrap();
    let runs = MODES.map(|mode| {
        let args = ["--all", "-j", "16", "-m", mode, "-s", &server.base(), "-d"];
        Running::start(program().args(args).arg(dest.path()))
    });
    for run in runs {
        let ran = run.end_within(2 * MAX_WAIT);
        assert_eq!(ran.output.status.code(), Some(0), "{}", stderr(&ran.output));
    }
    assert_eq!(count_whole(dest.path(), |_| image.clone()), 194);
}

#[cfg(unix)]
#[test]
fn a_new_file_has_the_mode_that_the_umask_gives() {
    let server = server();
    for (umask, mode) in [("022", 0o644), ("077", 0o600), ("002", 0o664)] {
        let dest = tempdir().unwrap();
        let mut flags = after(&format!("umask {umask}"));
        let output = run(flags.args(["BR", "-s", &server.base(), "-d"]).arg(dest.path()));
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let metadata = fs::metadata(dest.path().join("BR.gif")).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o777, mode, "umask {umask}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn on_a_full_disk_the_flags_that_fit_are_whole_and_the_others_are_errors() {
    use crate::support::{available, wrap};

    let namespace = ["--user", "--map-root-user", "--mount"];
    if !available("unshare", &[&namespace[..], &["sh", "-c", "mount -t tmpfs none /mnt"]].concat())
    {
        return;
    }
    // About 12 flags of 10 kB fit on a disk of 160 kB.
    let image = gif_of(10_000);
    let served = image.clone();
    let server = TestServer::start(move |_, stream| ok(stream, &served));
    for mode in MODES {
        // The disk disappears with the process, so its files are copied before.
        let (disk, copy) = (tempdir().unwrap(), tempdir().unwrap());
        let script = "disk=$1 copy=$2; shift 2
            mount -t tmpfs -o size=160k none \"$disk\"
            \"$@\"; status=$?
            cp -a \"$disk/.\" \"$copy\"; exit $status";
        let folders = [&disk, &copy].map(|folder| folder.path().to_str().unwrap());
        let wrapper =
            [&["unshare"], &namespace[..], &["sh", "-c", script, "sh"], &folders].concat();
        let mut flags = program();
        flags.args(["--json", "-m", mode, "-s", &server.base(), "-d"]).arg(disk.path());
        let output = run(&mut wrap(&wrapper, &flags));

        assert_eq!(output.status.code(), Some(1), "{mode}: {}", stderr(&output));
        let saved = count_whole(copy.path(), |_| image.clone());
        assert!((5..20).contains(&saved), "{mode}: {saved} flags");
        let document = json(&output);
        assert_eq!(document["counts"]["ok"], saved, "{mode}");
        assert_eq!(document["counts"]["error"], 20 - saved, "{mode}");
        let flags = document["flags"].as_array().unwrap().iter();
        let mut kinds = flags.filter_map(|flag| flag["error"]["kind"].as_str());
        assert!(kinds.all(|kind| kind == "io"), "{mode}: {document:#}");
        let errors = stderr(&output);
        let count = errors.matches("could not be saved: No space left").count();
        assert_eq!(count, 20 - saved, "{errors}");
    }
}
