//! Which paths of exports lead to stdout or to the same file.

use std::path::{self, Path, PathBuf};
use std::{fs, io};

/// Whether `path` means stdout: `-`, or one of its names on Unix.
pub fn is_stdout(path: &Path) -> bool {
    ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].iter().any(|name| path == Path::new(name))
}

/// Whether two paths lead to the same file, even if it does not exist yet.
pub fn is_same(one: &Path, other: &Path) -> bool {
    one == other
        || is_stdout(one) && is_stdout(other)
        || matches!((resolve(one), resolve(other)), (Ok(one), Ok(other)) if one == other)
}

/// The absolute path without symbolic links. The file itself need not exist.
fn resolve(path: &Path) -> io::Result<PathBuf> {
    match fs::canonicalize(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let path = path::absolute(path)?;
            let folder = fs::canonicalize(path.parent().unwrap_or(&path))?;
            match fs::read_link(&path) {
                Ok(target) => resolve(&folder.join(target)),
                Err(_) => Ok(folder.join(path.file_name().unwrap_or_default())),
            }
        }
        found => found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_paths_to_the_same_file_are_recognized() {
        let folder = tempfile::tempdir().unwrap();
        let name = |name: &str| folder.path().join(name);
        fs::create_dir(name("sub")).unwrap();
        fs::write(name("there"), "").unwrap();
        assert!(is_same(&name("there"), &name("sub/../there")));
        assert!(is_same(&name("not-yet"), &name("./not-yet")));
        assert!(is_same(&name("not-yet"), &name("sub/../not-yet")));
        assert!(is_same(Path::new("-"), Path::new("/dev/fd/1")));
        assert!(!is_same(&name("there"), &name("not-yet")));
        assert!(!is_same(&name("there"), Path::new("-")));
        assert!(is_same(&name("no-folder/a"), &name("no-folder/a")));
        assert!(!is_same(&name("no-folder/a"), &name("no-folder/b")));
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_is_the_same_as_its_target() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        std::os::unix::fs::symlink("file", &link).unwrap();
        assert!(is_same(&file, &link), "before it is there");
        fs::write(&file, "").unwrap();
        assert!(is_same(&file, &link), "and when it is");
    }
}
