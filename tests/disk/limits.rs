//! Limits of the system: the size of files, file descriptors, threads.

use tempfile::tempdir;

use crate::support::handlers::{gif_of, whole};
use crate::support::{MODES, TestServer, after, gif, names, ok, stderr};
use crate::{count_whole, run, server};

#[test]
fn a_flag_beyond_the_limit_of_the_file_size_is_an_error_and_the_run_goes_on() {
    let large = gif_of(20_000);
    let server = TestServer::start(move |request, stream| match request.code.as_str() {
        "BR" => ok(stream, &large),
        _ => whole(request, stream),
    });
    for mode in MODES {
        let dest = tempdir().unwrap();
        let args = ["BR", "IN", "-m", mode, "-s", &server.base(), "-d"];
        let output = run(after("ulimit -f 8").args(args).arg(dest.path()));
        assert_eq!(output.status.code(), Some(1), "{mode}: {:?}", output.status);
        assert!(stderr(&output).contains("BR: could not be saved: File too large"), "{output:?}");
        assert_eq!(names(dest.path()), ["IN.gif"], "{mode}");
    }
}

#[test]
fn with_few_file_descriptors_each_flag_is_whole_or_an_error() {
    let server = server();
    for mode in MODES {
        for limit in [12, 20, 40] {
            let dest = tempdir().unwrap();
            let mut flags = after(&format!("ulimit -n {limit}"));
            flags.args(["--all", "-r", "0", "-m", mode, "-s", &server.base(), "-d"]);
            let output = run(flags.arg(dest.path()));
            let errors = stderr(&output);
            let saved = count_whole(dest.path(), gif);
            let status = i32::from(saved < 194);
            assert_eq!(output.status.code(), Some(status), "{mode} {limit}: {errors}");
            assert!(!errors.contains(".gif."), "a temporary file is named: {errors}");
            let reason = "Too many open files";
            let explained = errors.lines().filter(|line| line.contains(reason)).count();
            // The run itself may not have been able to start.
            assert!(explained == 194 - saved || explained == 1, "{mode} {limit}: {errors}");
        }
    }
}

#[test]
fn with_too_few_file_descriptors_to_start_an_error_says_so() {
    let server = server();
    for server in [&server.base(), "local"] {
        for limit in 4..=14 {
            let dest = tempdir().unwrap();
            let mut flags = after(&format!("ulimit -n {limit}"));
            let output =
                run(flags.args(["BR", "-t", "1", "-r", "0", "-s", server, "-d"]).arg(dest.path()));
            let errors = stderr(&output);
            assert!(!errors.contains("internal error"), "{limit}: {errors}");
            match output.status.code() {
                Some(0) => {}
                Some(1) => assert!(errors.starts_with("flags: "), "{limit}: {errors}"),
                other => panic!("{limit}: {other:?}: {errors}"),
            }
        }
    }
}

#[test]
fn a_soft_limit_of_file_descriptors_loses_no_flag() {
    let server = server();
    let dest = tempdir().unwrap();
    let mut flags = after("ulimit -S -n 24");
    flags.args(["--all", "-r", "0", "-s", &server.base(), "-d"]);
    let output = run(flags.arg(dest.path()));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[cfg(target_os = "linux")]
#[test]
fn with_few_threads_each_flag_is_whole_or_an_error_says_why() {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use crate::is_root;
    use crate::support::{available, program, stdout, wrap};

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
    let server = server();
    let (by_address, by_name) = (server.base(), server.base().replace("127.0.0.1", "localhost"));
    let runs = MODES.iter().flat_map(|mode| (1..=8).map(move |limit| (mode, limit)));
    for server in [&by_address, &by_name, "local"] {
        for (mode, limit) in runs.clone() {
            let dest = tempdir().unwrap();
            fs::set_permissions(dest.path(), fs::Permissions::from_mode(0o777)).unwrap();
            let limit = format!("--nproc={limit}");
            let mut flags = wrap(&[as_other_user, &["prlimit", &limit]].concat(), &program());
            flags.args(["-m", mode, "-s", server, "-d"]).arg(dest.path());
            let output = run(&mut flags);
            let errors = stderr(&output);
            let saved = names(dest.path());
            for name in &saved {
                let image = fs::read(dest.path().join(name)).unwrap();
                assert_eq!(flags::gif::check(&image), Ok(()), "{name}");
            }
            let explains = errors.lines().next().is_some_and(|line| line.starts_with("flags: "));
            match output.status.code() {
                Some(0) => assert_eq!((saved.len(), &*errors), (20, ""), "{mode} {limit}"),
                Some(1) => assert!(explains, "{mode} {limit}: {errors}"),
                other => panic!("{mode} {limit}: exit status {other:?}: {errors}"),
            }
            let is_internal = ["backtrace", "internal error", "panicked"];
            let is_internal = is_internal.iter().any(|word| errors.contains(word));
            assert!(!is_internal, "{mode} {limit}: {errors}");
            assert!(saved.is_empty() || stdout(&output).contains(" download"), "{output:?}");
        }
    }
}
