//! Whatever the disk, the folder or the limits of the system do: whole flags, clear words, nothing left.
#![cfg(unix)]

mod support;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use support::misbehave::{gif_of, status, whole};
use support::watched::{Running, end_within};
use support::{MODES, TestServer, answer, flag, gif, json, names, ok, program, stderr, stdout};
use tempfile::{TempDir, tempdir};

const PATIENCE: Duration = Duration::from_secs(20);

/// Has every flag, by its code.
fn origin() -> TestServer {
    TestServer::start(whole)
}

/// The program, started by `wrapper`, which gets its command line as arguments.
fn wrapped(wrapper: &[&str]) -> Command {
    let inner = program();
    let mut outer = Command::new(wrapper[0]);
    outer.args(&wrapper[1..]).arg(inner.get_program());
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    outer
}

/// The program, started by a shell that does `first` before.
fn after(first: &str) -> Command {
    wrapped(&["sh", "-c", &format!("{first}\nexec \"$@\""), "sh"])
}

fn run(command: &mut Command) -> Output {
    Running::start(command).end_within(PATIENCE).output
}

/// A run for `codes` into `dest`.
fn run_into(dest: &Path, origin: &TestServer, arguments: &[&str]) -> Output {
    run(program().args(arguments).args(["-s", &origin.base(), "-d"]).arg(dest))
}

/// Every file in `dest` is a whole GIF. Returns the number of files.
#[cfg(target_os = "linux")]
fn count_whole_gifs(dest: &Path) -> usize {
    let names = names(dest);
    for name in &names {
        let image = fs::read(dest.join(name)).unwrap();
        assert_eq!(flags::gif::check(&image), Ok(()), "{name}");
    }
    names.len()
}

fn read(dest: &Path, code: &str) -> Vec<u8> {
    fs::read(dest.join(format!("{code}.gif"))).unwrap()
}

/// Each file in `dest` is under a final name, and the `image` of its code. Returns how many there are.
fn count_whole(dest: &Path, image: impl Fn(&str) -> Vec<u8>) -> usize {
    let names = names(dest);
    for name in &names {
        let code = name.strip_suffix(".gif").filter(|code| code.len() == 2);
        let code = code.unwrap_or_else(|| panic!("{name} was left"));
        assert!(fs::read(dest.join(name)).unwrap() == image(code), "{name} is torn");
    }
    names.len()
}

/// Whether the system lets `program` do its work; if not, says that the test is skipped.
fn available(program: &str, arguments: &[&str]) -> bool {
    let mut tried = Command::new(program);
    let tried = tried.args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let works = tried.is_ok_and(|status| status.success());
    if !works {
        eprintln!("SKIPPED: `{program} {}` does not work here", arguments.join(" "));
    }
    works
}

fn is_root() -> bool {
    nix::unistd::getuid().is_root()
}

// The disk.

#[cfg(target_os = "linux")]
#[test]
fn on_a_full_disk_what_fits_is_whole_and_the_rest_is_told() {
    let namespace = ["--user", "--map-root-user", "--mount"];
    if !available("unshare", &[&namespace[..], &["sh", "-c", "mount -t tmpfs none /mnt"]].concat())
    {
        return;
    }
    // Of flags of 10 kB, some 12 fit on a disk of 160 kB.
    let image = gif_of(10_000);
    let served = image.clone();
    let origin = TestServer::start(move |_, stream| ok(stream, &served));
    for mode in MODES {
        // What is on the disk is gone with the process: it is copied away first.
        let (disk, copy) = (tempdir().unwrap(), tempdir().unwrap());
        let script = "disk=$1 copy=$2; shift 2
            mount -t tmpfs -o size=160k none \"$disk\"
            \"$@\"; status=$?
            cp -a \"$disk/.\" \"$copy\"; exit $status";
        let mut unshare = Command::new("unshare");
        unshare.args(namespace).args(["sh", "-c", script, "sh"]).args([disk.path(), copy.path()]);
        unshare.arg(program().get_program());
        for name in program().get_envs().map(|(name, _)| name) {
            unshare.env_remove(name);
        }
        unshare.args(["--json", "-m", mode, "-s", &origin.base(), "-d"]).arg(disk.path());
        let output = run(&mut unshare);

        assert_eq!(output.status.code(), Some(1), "{mode}: {}", stderr(&output));
        let saved = count_whole(copy.path(), |_| image.clone());
        assert!((5..20).contains(&saved), "{mode}: {saved} flags");
        let document = json(&output);
        assert_eq!(document["counts"]["ok"], saved, "{mode}");
        assert_eq!(document["counts"]["error"], 20 - saved, "{mode}");
        let failed = document["flags"].as_array().unwrap().iter();
        let mut kinds = failed.filter_map(|flag| flag["error"]["kind"].as_str());
        assert!(kinds.all(|kind| kind == "io"), "{mode}: {document:#}");
        let told = stderr(&output);
        assert_eq!(told.matches("could not be saved: No space left").count(), 20 - saved, "{told}");
    }
}

#[test]
fn a_flag_beyond_the_file_size_that_is_allowed_is_an_error_and_not_the_end() {
    let large = gif_of(20_000);
    let origin = TestServer::start(move |request, stream| match request.code.as_str() {
        "BR" => ok(stream, &large),
        _ => whole(request, stream),
    });
    for mode in MODES {
        let dest = tempdir().unwrap();
        let args = ["BR", "IN", "-m", mode, "-s", &origin.base(), "-d"];
        let output = run(after("ulimit -f 8").args(args).arg(dest.path()));
        assert_eq!(output.status.code(), Some(1), "{mode}: {:?}", output.status);
        assert!(stderr(&output).contains("BR: could not be saved: File too large"), "{output:?}");
        assert_eq!(names(dest.path()), ["IN.gif"], "{mode}");
    }
}

#[test]
fn an_export_beyond_the_file_size_that_is_allowed_leaves_the_last_whole_one() {
    let dest = tempdir().unwrap();
    let (origin, export) = (TestServer::with_flags(), dest.path().join("export.json"));
    let mut flags = after("ulimit -f 1");
    flags
        .args(["compare", "-q", "-n", "1", "BR", "-s", &origin.base(), "--export-json"])
        .arg(&export);
    let output = run(&mut flags);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let reason = "File too large (os error 27)";
    let told = format!("flags: cannot write the export to {}: {reason}\n", export.display());
    assert!(stderr(&output).ends_with(&told), "{output:?}");
    let left: serde_json::Value = serde_json::from_slice(&fs::read(&export).unwrap()).unwrap();
    assert_eq!(left["rounds"], serde_json::json!([]));
    assert_eq!(names(dest.path()), ["export.json"]);
}

#[test]
fn a_folder_that_takes_no_files_is_one_error_before_any_request() {
    let origin = origin();
    let closed = tempdir().unwrap();
    fs::set_permissions(closed.path(), fs::Permissions::from_mode(0o555)).unwrap();
    // Root may write everywhere, but not even root into /proc.
    let folder = if is_root() { Path::new("/proc") } else { closed.path() };
    for folder in [folder.to_owned(), folder.join("flags")] {
        let output = run_into(&folder, &origin, &[]);
        assert_eq!(output.status.code(), Some(1));
        let told = stderr(&output);
        assert!(!told.contains(".flags."), "a temporary file is named: {told}");
        let begin = format!("flags: cannot save into {}: ", folder.display());
        assert!(
            told.starts_with(&begin) && told.ends_with("choose another with --dest\n"),
            "{told}"
        );
        assert_eq!(told.lines().count(), 1, "{told}");
    }
    assert_eq!(origin.requests().len(), 0);
}

#[test]
fn a_folder_removed_in_mid_run_is_an_error_for_each_flag_that_comes_too_late() {
    for mode in MODES {
        let parent = tempdir().unwrap();
        let dest = parent.path().join("flags");
        let doomed = dest.clone();
        let origin = TestServer::start(move |request, stream| {
            if request.code == "IN" {
                // It may not be empty, or gone already.
                let _ = fs::remove_dir_all(&doomed);
            }
            whole(request, stream)
        });
        let output = run_into(&dest, &origin, &["IN", "US", "-j", "1", "-m", mode, "--json"]);
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
fn a_folder_may_have_a_name_that_is_no_utf_8() {
    use std::os::unix::ffi::OsStrExt;
    let (origin, parent) = (origin(), tempdir().unwrap());
    let dest = parent.path().join(OsStr::from_bytes(b"fl\xffgs\x1b[2J"));
    for format in [&[][..], &["--json"], &["-v"]] {
        let output = run_into(&dest, &origin, &[&["BR"], format].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert_eq!(read(&dest, "BR"), gif("BR"));
        fs::remove_dir_all(&dest).unwrap();
    }
}

#[test]
fn four_copies_at_once_do_not_get_into_each_others_way() {
    let image = gif_of(50_000);
    let served = image.clone();
    let origin = TestServer::start(move |_, stream| ok(stream, &served));
    let dest = tempdir().unwrap();
    let runs = MODES.map(|mode| {
        let args = ["--all", "-j", "16", "-m", mode, "-s", &origin.base(), "-d"];
        Running::start(program().args(args).arg(dest.path()))
    });
    for run in runs {
        let ran = run.end_within(2 * PATIENCE);
        assert_eq!(ran.output.status.code(), Some(0), "{}", stderr(&ran.output));
    }
    assert_eq!(count_whole(dest.path(), |_| image.clone()), 194);
}

#[test]
fn a_new_file_has_the_mode_that_the_umask_gives() {
    let origin = origin();
    for (umask, mode) in [("022", 0o644), ("077", 0o600), ("002", 0o664)] {
        let dest = tempdir().unwrap();
        let mut flags = after(&format!("umask {umask}"));
        let output = run(flags.args(["BR", "-s", &origin.base(), "-d"]).arg(dest.path()));
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let about = fs::metadata(dest.path().join("BR.gif")).unwrap();
        assert_eq!(about.permissions().mode() & 0o777, mode, "umask {umask}");
    }
}

// What is at the final name.

#[test]
fn a_folder_in_the_place_of_a_flag_stays_and_the_others_are_saved() {
    let origin = origin();
    for mode in MODES {
        let dest = tempdir().unwrap();
        fs::create_dir(dest.path().join("BR.gif")).unwrap();
        fs::write(dest.path().join("BR.gif/kept"), "mine").unwrap();
        for option in ["--json", "--skip-existing", "--update"] {
            let output = run_into(dest.path(), &origin, &["BR", "IN", "-m", mode, option]);
            assert_eq!(output.status.code(), Some(1), "{mode} {option}");
            assert!(stderr(&output).contains("flags: BR: could not be saved: "), "{output:?}");
            assert_eq!(names(dest.path()), ["BR.gif", "IN.gif"], "{mode} {option}");
            assert_eq!(fs::read(dest.path().join("BR.gif/kept")).unwrap(), b"mine");
        }
    }
}

#[test]
fn a_link_in_the_place_of_a_flag_is_replaced_and_what_it_leads_to_left_alone() {
    let origin = origin();
    for option in ["--json", "--skip-existing", "--update"] {
        for mode in MODES {
            let (dest, elsewhere) = (tempdir().unwrap(), tempdir().unwrap());
            let target = elsewhere.path().join("target.gif");
            fs::write(&target, gif("BR")).unwrap();
            let links = [
                ("BR", target.clone()),
                ("IN", elsewhere.path().join("nowhere")),
                ("US", elsewhere.path().to_owned()),
                ("VN", dest.path().join("VN.gif")),
            ];
            for (code, target) in &links {
                symlink(target, dest.path().join(format!("{code}.gif"))).unwrap();
            }
            let arguments = ["BR", "IN", "US", "VN", "-m", mode, option];
            let output = run_into(dest.path(), &origin, &arguments);
            assert_eq!(output.status.code(), Some(0), "{option}: {}", stderr(&output));
            for (code, _) in links {
                let about = fs::symlink_metadata(dest.path().join(format!("{code}.gif"))).unwrap();
                assert!(about.is_file(), "{option} {code}");
                assert_eq!(read(dest.path(), code), gif(code), "{option} {code}");
                assert_eq!(origin.requests().last().unwrap().header("if-modified-since"), None);
            }
            assert_eq!(names(elsewhere.path()), ["target.gif"], "{option}");
            assert_eq!(fs::read(&target).unwrap(), gif("BR"), "{option}");
        }
    }
}

#[test]
fn what_appears_in_an_empty_folder_in_mid_run_is_replaced() {
    for mode in MODES {
        let (dest, elsewhere) = (tempdir().unwrap(), tempdir().unwrap());
        let (folder, target) = (dest.path().to_owned(), elsewhere.path().join("target.gif"));
        fs::write(&target, "mine").unwrap();
        let led_to = target.clone();
        let origin = TestServer::start(move |request, stream| {
            let place = folder.join(format!("{}.gif", request.code));
            match request.code.as_str() {
                "BR" => fs::write(place, "half a fl").unwrap(),
                "IN" => symlink(&led_to, place).unwrap(),
                _ => {}
            }
            whole(request, stream)
        });
        let output = run_into(dest.path(), &origin, &["BR", "IN", "US", "-m", mode]);
        assert_eq!(output.status.code(), Some(0), "{mode}: {}", stderr(&output));
        assert_eq!(names(dest.path()), ["BR.gif", "IN.gif", "US.gif"], "{mode}");
        assert_eq!(count_whole(dest.path(), gif), 3, "{mode}");
        assert!(fs::symlink_metadata(dest.path().join("IN.gif")).unwrap().is_file(), "{mode}");
        assert_eq!(fs::read(&target).unwrap(), b"mine", "{mode}");
    }
}

#[test]
fn the_folder_itself_may_be_a_link() {
    let (origin, parent) = (origin(), tempdir().unwrap());
    let (folder, link) = (parent.path().join("folder"), parent.path().join("link"));
    fs::create_dir(&folder).unwrap();
    symlink(&folder, &link).unwrap();
    assert_eq!(run_into(&link, &origin, &["BR"]).status.code(), Some(0));
    assert_eq!(read(&folder, "BR"), gif("BR"));

    let dangling = parent.path().join("dangling");
    symlink(parent.path().join("nowhere"), &dangling).unwrap();
    let output = run_into(&dangling, &origin, &["BR"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).starts_with("flags: cannot save into "), "{output:?}");
}

#[test]
fn skip_existing_leaves_only_what_is_whole() {
    let origin = origin();
    for mode in MODES {
        let dest = tempdir().unwrap();
        let old = gif("an older one");
        fs::write(dest.path().join("BR.gif"), &old).unwrap();
        fs::write(dest.path().join("IN.gif"), &old[..old.len() - 1]).unwrap();
        fs::write(dest.path().join("US.gif"), "").unwrap();
        fs::write(dest.path().join("VN.gif"), "<html>").unwrap();
        let before = origin.tries("BR");
        let arguments = ["BR", "IN", "US", "VN", "-m", mode, "--json", "--skip-existing"];
        let output = run_into(dest.path(), &origin, &arguments);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let document = json(&output);
        assert_eq!(flag(&document, "BR")["status"], "skipped");
        assert_eq!(flag(&document, "BR")["attempts"], 0);
        assert_eq!(origin.tries("BR"), before);
        assert_eq!(read(dest.path(), "BR"), old);
        for code in ["IN", "US", "VN"] {
            assert_eq!(flag(&document, code)["status"], "ok");
            assert_eq!(read(dest.path(), code), gif(code));
        }
        let again = run_into(dest.path(), &origin, &arguments);
        assert_eq!(json(&again)["counts"]["skipped"], 4);
    }
}

#[test]
fn an_older_good_flag_stays_when_the_new_one_fails() {
    let origin = TestServer::start(|request, stream| match request.code.as_str() {
        "BR" => ok(stream, &gif("BR")[..30]),
        "IN" => status(stream, "500 Oh No", ""),
        _ => answer(stream, "404 Not Found", "", b""),
    });
    let old = gif("an older one");
    for option in ["--json", "--update"] {
        for mode in MODES {
            let dest = tempdir().unwrap();
            for code in ["BR", "IN", "US"] {
                fs::write(dest.path().join(format!("{code}.gif")), &old).unwrap();
            }
            let arguments = ["BR", "IN", "US", "-r", "0", "-m", mode, option];
            assert_eq!(run_into(dest.path(), &origin, &arguments).status.code(), Some(1));
            assert_eq!(count_whole(dest.path(), |_| old.clone()), 3, "{option} {mode}");
        }
    }
}

// --update.

const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

fn time(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn modified(dest: &Path, code: &str) -> SystemTime {
    fs::metadata(dest.join(format!("{code}.gif"))).unwrap().modified().unwrap()
}

/// A folder with `bytes` for BR, modified at `time`.
fn folder_with(bytes: &[u8], time: SystemTime) -> TempDir {
    let dest = tempdir().unwrap();
    let path = dest.path().join("BR.gif");
    fs::write(&path, bytes).unwrap();
    fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
    dest
}

/// Has flags of [`DATE`], and says 304 to who has them.
fn dated() -> TestServer {
    TestServer::start(|request, stream| match request.header("if-modified-since") {
        Some(since) if httpdate::parse_http_date(since).unwrap() >= time(784_111_777) => {
            status(stream, "304 Not Modified", "")
        }
        _ => answer(stream, "200 OK", &format!("Last-Modified: {DATE}\r\n"), &gif("new")),
    })
}

#[test]
fn update_replaces_an_older_flag_and_gives_the_new_one_the_time_of_the_server() {
    let origin = dated();
    for old in [gif("old"), gif("new")] {
        for mode in MODES {
            let dest = folder_with(&old, time(784_111_776));
            let output = run_into(dest.path(), &origin, &["BR", "--update", "--json", "-m", mode]);
            assert_eq!(flag(&json(&output), "BR")["status"], "ok");
            assert_eq!(read(dest.path(), "BR"), gif("new"));
            assert_eq!(modified(dest.path(), "BR"), time(784_111_777));

            let output = run_into(dest.path(), &origin, &["BR", "--update", "--json", "-m", mode]);
            assert_eq!(output.status.code(), Some(0));
            assert_eq!(flag(&json(&output), "BR")["status"], "unchanged");
            assert_eq!(origin.requests().last().unwrap().header("if-modified-since"), Some(DATE));
            assert_eq!(modified(dest.path(), "BR"), time(784_111_777));
        }
    }
}

#[test]
fn update_fetches_what_is_not_whole_whatever_its_time() {
    let origin = dated();
    let old = gif("old");
    for torn in [&old[..old.len() - 1], b"", b"<html>"] {
        let dest = folder_with(torn, time(4_000_000_000));
        let output = run_into(dest.path(), &origin, &["BR", "--update"]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert_eq!(origin.requests().last().unwrap().header("if-modified-since"), None);
        assert_eq!(read(dest.path(), "BR"), gif("new"));
    }
}

#[test]
fn update_asks_for_any_flag_where_the_time_of_the_file_cannot_be_said() {
    let origin = dated();
    let dest = folder_with(&gif("old"), UNIX_EPOCH - Duration::from_secs(86_400));
    let output = run_into(dest.path(), &origin, &["BR", "--update"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(origin.requests()[0].header("if-modified-since"), None);
    assert_eq!(modified(dest.path(), "BR"), time(784_111_777));
}

#[test]
fn update_takes_a_flag_whose_date_makes_no_sense_with_the_time_of_now() {
    for dates in [
        "Last-Modified: yesterday\r\n",
        "Last-Modified: Sun, 99 Nov 1994 08:49:37 GMT\r\n",
        "Last-Modified: gestern früh\r\n",
        "Last-Modified: \r\n",
        "",
    ] {
        let origin =
            TestServer::start(move |_, stream| answer(stream, "200 OK", dates, &gif("new")));
        let dest = folder_with(&gif("old"), time(784_111_777));
        let output = run_into(dest.path(), &origin, &["BR", "--update"]);
        assert_eq!(output.status.code(), Some(0), "{dates:?}: {}", stderr(&output));
        assert_eq!(read(dest.path(), "BR"), gif("new"));
        assert!(modified(dest.path(), "BR") > time(1_600_000_000), "{dates:?}");
    }
}

#[test]
fn update_takes_the_first_of_two_dates_and_one_far_off_as_it_is() {
    for (dates, seconds) in [
        (
            "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
             Last-Modified: Fri, 01 Jan 2016 00:00:00 GMT\r\n",
            784_111_777,
        ),
        ("Last-Modified: Thu, 01 Jan 1970 00:00:00 GMT\r\n", 0),
        ("Last-Modified: Fri, 01 Jan 2100 00:00:00 GMT\r\n", 4_102_444_800),
    ] {
        let origin =
            TestServer::start(move |_, stream| answer(stream, "200 OK", dates, &gif("new")));
        let dest = tempdir().unwrap();
        let output = run_into(dest.path(), &origin, &["BR", "--update"]);
        assert_eq!(output.status.code(), Some(0), "{dates:?}: {}", stderr(&output));
        assert_eq!(modified(dest.path(), "BR"), time(seconds), "{dates:?}");
    }
}

// Stdout and stderr.

#[test]
fn a_reader_that_goes_away_costs_no_flag() {
    let origin = origin();
    for mode in MODES {
        for format in ["--json", "--order=input"] {
            let dest = tempdir().unwrap();
            let mut flags = program();
            flags.args(["-m", mode, format, "-s", &origin.base(), "-d"]).arg(dest.path());
            let mut child = flags.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            drop(child.stdout.take());
            assert_eq!(end_within(&mut child, PATIENCE).code(), Some(0), "{mode} {format}");
            let told = child.wait_with_output().unwrap();
            assert_eq!(stderr(&told), "", "{mode} {format}");
            assert_eq!(names(dest.path()).len(), 20, "{mode} {format}");
        }
    }
}

#[test]
fn streams_that_are_closed_from_the_start_cost_no_flag() {
    let origin = origin();
    for closed in ["exec >&-", "exec 2>&-", "exec >&- 2>&- <&-"] {
        for format in ["--json", "-v"] {
            let dest = tempdir().unwrap();
            let args = ["BR", format, "-s", &origin.base(), "-d"];
            let output = run(after(closed).args(args).arg(dest.path()));
            assert_eq!(output.status.code(), Some(0), "{closed}");
            assert_eq!(names(dest.path()), ["BR.gif"], "{closed}: nothing went astray");
            assert_eq!(read(dest.path(), "BR"), gif("BR"), "{closed}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_stdout_that_is_full_is_told_and_costs_no_flag() {
    let origin = origin();
    for mode in MODES {
        for format in ["--json", "--order=input"] {
            let dest = tempdir().unwrap();
            let args = ["-m", mode, format, "-s", &origin.base(), "-d"];
            let output = run(after("exec >/dev/full").args(args).arg(dest.path()));
            assert_eq!(output.status.code(), Some(1), "{mode} {format}");
            let told = "flags: cannot write to stdout: No space left on device (os error 28)\n";
            assert_eq!(stderr(&output), told, "{mode} {format}");
            assert_eq!(names(dest.path()).len(), 20, "{mode} {format}");
        }
    }
    for option in ["--help", "--version"] {
        let output = run(after("exec >/dev/full").arg(option));
        assert_eq!(output.status.code(), Some(1), "{option}");
        assert!(stderr(&output).contains("cannot write to stdout"), "{option}: {output:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_stderr_that_is_full_costs_no_flag() {
    let origin = origin();
    let dest = tempdir().unwrap();
    let args = ["-v", "-s", &origin.base(), "-d"];
    let output = run(after("exec 2>/dev/full").args(args).arg(dest.path()));
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).contains("20 downloads in "), "{output:?}");
    assert_eq!(run(after("exec 2>/dev/full").arg("--nonsense")).status.code(), Some(2));
}

// The limits of the system.

#[test]
fn with_few_file_descriptors_flags_are_whole_or_told_of() {
    let origin = origin();
    for mode in MODES {
        for limit in [12, 20, 40] {
            let dest = tempdir().unwrap();
            let mut flags = after(&format!("ulimit -n {limit}"));
            flags.args(["--all", "-r", "0", "-m", mode, "-s", &origin.base(), "-d"]);
            let output = run(flags.arg(dest.path()));
            let told = stderr(&output);
            let saved = count_whole(dest.path(), gif);
            assert_eq!(
                output.status.code(),
                Some(i32::from(saved < 194)),
                "{mode} {limit}: {told}"
            );
            assert!(!told.contains(".gif."), "a temporary file is named: {told}");
            let tells = told.lines().filter(|line| line.contains("Too many open files")).count();
            assert!(tells == 194 - saved || tells == 1, "{mode} {limit}: {told}");
        }
    }
}

#[test]
fn eight_at_once_do_with_48_file_descriptors() {
    let slow = TestServer::start(|request, stream| {
        thread::sleep(Duration::from_millis(5));
        ok(stream, &gif(&request.path))
    });
    for mode in MODES {
        let dest = tempdir().unwrap();
        let mut flags = after("ulimit -n 48");
        flags.args(["-a", "-l", "60", "-j", "8", "-r", "0", "-m", mode, "-s", &slow.base(), "-d"]);
        let output = run(flags.arg(dest.path()));
        assert_eq!(output.status.code(), Some(0), "{mode}: {}", stderr(&output));
    }
}

#[test]
fn a_limit_of_file_descriptors_that_may_be_raised_costs_no_flag() {
    let origin = origin();
    let dest = tempdir().unwrap();
    let mut flags = after("ulimit -S -n 24");
    flags.args(["--all", "-r", "0", "-s", &origin.base(), "-d"]);
    let output = run(flags.arg(dest.path()));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[cfg(target_os = "linux")]
#[test]
fn with_few_threads_flags_are_whole_or_an_error_says_why() {
    // Root has no limit of processes, so the program runs as an unused user.
    let as_other_user: &[&str] = match is_root() {
        true => &["setpriv", "--reuid", "64321", "--clear-groups"],
        false => &["unshare", "--user"],
    };
    let command = program().get_program().to_str().unwrap().to_owned();
    let version = ["prlimit", "--nproc=9", &command, "-V"];
    if !available(as_other_user[0], &[&as_other_user[1..], &version].concat()) {
        return;
    }
    let origin = origin();
    let (by_address, by_name) = (origin.base(), origin.base().replace("127.0.0.1", "localhost"));
    let runs = MODES.iter().flat_map(|mode| (1..=8).map(move |limit| (mode, limit)));
    for server in [&by_address, &by_name, "local"] {
        for (mode, limit) in runs.clone() {
            let dest = tempdir().unwrap();
            fs::set_permissions(dest.path(), fs::Permissions::from_mode(0o777)).unwrap();
            let limit = format!("--nproc={limit}");
            let mut flags = wrapped(&[as_other_user, &["prlimit", &limit]].concat());
            flags.args(["-m", mode, "-s", server, "-d"]).arg(dest.path());
            let output = run(&mut flags);
            let errors = stderr(&output);
            let saved = count_whole_gifs(dest.path());
            let status = i32::from(saved < 20);
            assert_eq!(output.status.code(), Some(status), "{mode} {limit}: {errors}");
            let explains = errors.lines().next().is_some_and(|line| line.starts_with("flags: "));
            assert_eq!(explains, saved < 20, "{mode} {limit}: {errors}");
            assert!(!errors.contains("backtrace"), "{mode} {limit}: {errors}");
        }
    }
}

#[test]
fn a_file_that_holds_the_same_flag_is_not_made_anew_but_its_time_is() {
    use std::os::unix::fs::MetadataExt;

    let (origin, dest) = (origin(), tempdir().unwrap());
    let path = dest.path().join("BR.gif");
    assert!(run_into(dest.path(), &origin, &["BR"]).status.success());
    let long_ago = std::time::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    fs::File::open(&path).unwrap().set_modified(long_ago).unwrap();
    let before = fs::metadata(&path).unwrap();

    assert!(run_into(dest.path(), &origin, &["BR"]).status.success());
    let after = fs::metadata(&path).unwrap();
    assert_eq!(after.ino(), before.ino());
    assert!(after.modified().unwrap() > long_ago);
}
