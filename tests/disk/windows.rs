//! Files that Windows protects: read-only ones, and those that another program has open.

use std::fs::{self, File};
use std::os::windows::fs::OpenOptionsExt;
use std::path::{Component, Path};

use tempfile::{TempDir, tempdir};

use crate::support::{flag, gif, json, names, stderr};
use crate::{read, run_into, server};

/// A folder with an older flag for BR.
fn older() -> TempDir {
    let dest = tempdir().unwrap();
    fs::write(dest.path().join("BR.gif"), gif("older")).unwrap();
    dest
}

/// Runs for BR and IN, of which BR can't be replaced.
fn assert_older_stays(dest: &Path) {
    let output = run_into(dest, &server(), &["BR", "IN", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let document = json(&output);
    assert_eq!(flag(&document, "BR")["error"]["kind"], "io");
    assert_eq!(flag(&document, "IN")["status"], "ok");
    let path = dest.join("BR.gif");
    let errors = stderr(&output);
    assert!(errors.starts_with("flags: BR: could not be saved: "), "{errors}");
    assert!(errors.contains(path.to_str().unwrap()) && errors.lines().count() == 1, "{errors}");
    assert_eq!(names(dest), ["BR.gif", "IN.gif"]);
    assert_eq!(read(dest, "BR"), gif("older"));
}

#[test]
fn a_read_only_flag_stays_and_is_an_error() {
    let dest = older();
    let path = dest.path().join("BR.gif");
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    assert_older_stays(dest.path());
}

#[test]
fn a_flag_that_another_program_keeps_for_itself_stays_and_is_an_error() {
    const FILE_SHARE_READ: u32 = 1;
    let dest = older();
    let path = dest.path().join("BR.gif");
    let _open = File::options().read(true).share_mode(FILE_SHARE_READ).open(path).unwrap();
    assert_older_stays(dest.path());
}

#[test]
fn a_folder_can_have_a_drive_and_slashes_of_either_kind() {
    let dest = tempdir().unwrap();
    assert!(matches!(dest.path().components().next(), Some(Component::Prefix(_))));
    for sub in ["one\\two", "one/three"] {
        let folder = dest.path().join(sub);
        let output = run_into(&folder, &server(), &["BR", "--json"]);
        let document = json(&output);
        assert_eq!(document["dest"], folder.to_str().unwrap());
        let path = flag(&document, "BR")["path"].as_str().unwrap();
        assert_eq!(fs::read(path).unwrap(), gif("BR"));
    }
}
