//! Existing files with the name of a flag: an older flag, a link, a folder, a broken file.

use std::fs;
#[cfg(unix)]
use std::os::unix::fs::symlink;

use tempfile::tempdir;

#[cfg(unix)]
use crate::support::handlers::whole;
use crate::support::handlers::{gif_of, status};
use crate::support::{MODES, TestServer, flag, gif, json, names, ok, stderr};
use crate::{count_whole, read, run_into, server};

#[test]
fn a_folder_in_the_place_of_a_flag_stays_and_the_other_flags_are_saved() {
    let server = server();
    for mode in MODES {
        let dest = tempdir().unwrap();
        fs::create_dir(dest.path().join("BR.gif")).unwrap();
        fs::write(dest.path().join("BR.gif/kept"), "mine").unwrap();
        for option in ["--json", "--skip-existing", "--update"] {
            let output = run_into(dest.path(), &server, &["BR", "IN", "-m", mode, option]);
            assert_eq!(output.status.code(), Some(1), "{mode} {option}");
            assert!(stderr(&output).contains("flags: BR: could not be saved: "), "{output:?}");
            assert_eq!(names(dest.path()), ["BR.gif", "IN.gif"], "{mode} {option}");
            assert_eq!(fs::read(dest.path().join("BR.gif/kept")).unwrap(), b"mine");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_link_in_the_place_of_a_flag_is_replaced_and_its_target_stays() {
    let server = server();
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
            let output = run_into(dest.path(), &server, &arguments);
            assert_eq!(output.status.code(), Some(0), "{option}: {}", stderr(&output));
            for (code, _) in links {
                let path = dest.path().join(format!("{code}.gif"));
                assert!(fs::symlink_metadata(path).unwrap().is_file(), "{option} {code}");
                assert_eq!(read(dest.path(), code), gif(code), "{option} {code}");
                assert_eq!(server.requests().last().unwrap().header("if-modified-since"), None);
            }
            assert_eq!(names(elsewhere.path()), ["target.gif"], "{option}");
            assert_eq!(fs::read(&target).unwrap(), gif("BR"), "{option}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_link_that_is_as_long_as_the_flag_that_it_leads_to_is_replaced() {
    let image = gif_of(1000);
    let served = image.clone();
    let server = TestServer::start(move |_, stream| ok(stream, &served));
    let (dest, elsewhere) = (tempdir().unwrap(), tempdir().unwrap());
    fs::write(elsewhere.path().join("target.gif"), &image).unwrap();
    // The length of a link, as the system reports it, is that of the path in it.
    let folder = elsewhere.path().to_str().unwrap();
    let slashes = "/".repeat(image.len() - folder.len() - "target.gif".len());
    let link = dest.path().join("BR.gif");
    symlink(format!("{folder}{slashes}target.gif"), &link).unwrap();
    assert_eq!(fs::symlink_metadata(&link).unwrap().len(), 1000);

    let output = run_into(dest.path(), &server, &["BR"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(fs::symlink_metadata(&link).unwrap().is_file());
}

#[cfg(unix)]
#[test]
fn a_file_or_link_that_appears_during_a_run_is_replaced() {
    for mode in MODES {
        let (dest, elsewhere) = (tempdir().unwrap(), tempdir().unwrap());
        let (folder, target) = (dest.path().to_owned(), elsewhere.path().join("target.gif"));
        fs::write(&target, "mine").unwrap();
        let link_target = target.clone();
        let server = TestServer::start(move |request, stream| {
            let path = folder.join(format!("{}.gif", request.code));
            match request.code.as_str() {
                "BR" => fs::write(path, "half a fl")?,
                "IN" => symlink(&link_target, path)?,
                _ => {}
            }
            whole(request, stream)
        });
        let output = run_into(dest.path(), &server, &["BR", "IN", "US", "-m", mode]);
        assert_eq!(output.status.code(), Some(0), "{mode}: {}", stderr(&output));
        assert_eq!(names(dest.path()), ["BR.gif", "IN.gif", "US.gif"], "{mode}");
        assert_eq!(count_whole(dest.path(), gif), 3, "{mode}");
        assert!(fs::symlink_metadata(dest.path().join("IN.gif")).unwrap().is_file(), "{mode}");
        assert_eq!(fs::read(&target).unwrap(), b"mine", "{mode}");
    }
}

#[test]
fn skip_existing_keeps_whole_flags_and_fetches_the_others() {
    let server = server();
    for mode in MODES {
        let dest = tempdir().unwrap();
        let old = gif("an older one");
        fs::write(dest.path().join("BR.gif"), &old).unwrap();
        fs::write(dest.path().join("IN.gif"), &old[..old.len() - 1]).unwrap();
        fs::write(dest.path().join("US.gif"), "").unwrap();
        fs::write(dest.path().join("VN.gif"), "<html>").unwrap();
        let before = server.tries("BR");
        let arguments = ["BR", "IN", "US", "VN", "-m", mode, "--json", "--skip-existing"];
        let output = run_into(dest.path(), &server, &arguments);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let document = json(&output);
        assert_eq!(flag(&document, "BR")["status"], "skipped");
        assert_eq!(flag(&document, "BR")["attempts"], 0);
        assert_eq!(server.tries("BR"), before);
        assert_eq!(read(dest.path(), "BR"), old);
        for code in ["IN", "US", "VN"] {
            assert_eq!(flag(&document, code)["status"], "ok");
            assert_eq!(read(dest.path(), code), gif(code));
        }
        let again = run_into(dest.path(), &server, &arguments);
        assert_eq!(json(&again)["counts"]["skipped"], 4);
    }
}

#[test]
fn a_flag_of_5_mib_counts_as_existing_and_a_longer_one_does_not() {
    let server = server();
    let dest = tempdir().unwrap();
    let most = 5 << 20;
    for (length, result) in [(most, "skipped"), (most + 1, "ok")] {
        fs::write(dest.path().join("BR.gif"), gif_of(length)).unwrap();
        let output = run_into(dest.path(), &server, &["BR", "--json", "--skip-existing"]);
        assert_eq!(flag(&json(&output), "BR")["status"], result, "{length} bytes");
    }
}

#[test]
fn an_older_flag_stays_when_the_new_one_fails() {
    let server = TestServer::start(|request, stream| match request.code.as_str() {
        "BR" => ok(stream, &gif("BR")[..30]),
        "IN" => status(stream, "500 Internal Server Error", ""),
        _ => status(stream, "404 Not Found", ""),
    });
    let old = gif("an older one");
    for option in ["--json", "--update"] {
        for mode in MODES {
            let dest = tempdir().unwrap();
            for code in ["BR", "IN", "US"] {
                fs::write(dest.path().join(format!("{code}.gif")), &old).unwrap();
            }
            let arguments = ["BR", "IN", "US", "-r", "0", "-m", mode, option];
            assert_eq!(run_into(dest.path(), &server, &arguments).status.code(), Some(1));
            assert_eq!(count_whole(dest.path(), |_| old.clone()), 3, "{option} {mode}");
        }
    }
}
