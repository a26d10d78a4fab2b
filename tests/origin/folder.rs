//! A folder in place of the built-in flags.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use flags::origin::{FlagSource, Origin, RequestLog, Settings};

use crate::plain_http::{get, request};
use crate::support::gif;
use crate::{brazil, get_flag};

/// A folder `served`, and beside it files that must not be served.
struct Disk(tempfile::TempDir);

impl Disk {
    fn new() -> Disk {
        let disk = Disk(tempfile::tempdir().unwrap());
        std::fs::create_dir(disk.0.path().join("served")).unwrap();
        disk.write("secret.gif", gif("SECRET"));
        disk
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    fn serve(&self) -> Origin {
        self.serve_and_report().0
    }

    /// A server, and its reports of files that it does not serve.
    fn serve_and_report(&self) -> (Origin, Arc<Mutex<Vec<String>>>) {
        let reports = Arc::new(Mutex::new(Vec::new()));
        let seen = reports.clone();
        let on_request = Arc::new(move |request: &RequestLog| {
            seen.lock().unwrap().extend(request.rejected.clone());
        });
        let source = FlagSource::folder(&self.path("served")).unwrap();
        let settings = Settings { source, on_request, ..Settings::default() };
        (Origin::start(settings).unwrap(), reports)
    }
}

#[test]
fn a_folder_is_served_in_either_layout() {
    let disk = Disk::new();
    disk.write("served/BR.gif", gif("upper"));
    disk.write("served/us/us.gif", gif("lower"));
    let origin = disk.serve();
    assert_eq!(get_flag(&origin, brazil()).body, gif("upper"));
    assert_eq!(get_flag(&origin, "US".parse().unwrap()).body, gif("lower"));
    assert_eq!(get_flag(&origin, "IN".parse().unwrap()).status, 404);
}

#[test]
fn a_file_is_read_anew_for_each_request() {
    let disk = Disk::new();
    let origin = disk.serve();
    assert_eq!(get_flag(&origin, brazil()).status, 404);
    disk.write("served/BR.gif", gif("one"));
    let one = get_flag(&origin, brazil());
    disk.write("served/BR.gif", gif("two"));
    let file = std::fs::File::options().write(true).open(disk.path("served/BR.gif")).unwrap();
    let modified = std::time::UNIX_EPOCH + Duration::from_millis(1_000_000_000_500);
    file.set_modified(modified).unwrap();
    let two = get_flag(&origin, brazil());
    let date = two.header("last-modified").unwrap().to_owned();
    assert_eq!((one.body, two.body), (gif("one"), gif("two")));
    assert_eq!(date, "Sun, 09 Sep 2001 01:46:40 GMT");
    let again = request(
        origin.base_url(),
        "GET /flags/br/br.gif HTTP/1.1",
        &[&format!("If-Modified-Since: {date}")],
    );
    assert_eq!(again.status, 304);
}

#[test]
fn a_modification_time_in_the_future_is_not_sent() {
    let disk = Disk::new();
    disk.write("served/BR.gif", gif("flag"));
    let file = std::fs::File::options().write(true).open(disk.path("served/BR.gif")).unwrap();
    file.set_modified(std::time::SystemTime::now() + Duration::from_secs(1_000_000_000)).unwrap();
    let answer = get_flag(&disk.serve(), brazil());
    assert!(answer.is_whole());
    let date = |name| httpdate::parse_http_date(answer.header(name).unwrap()).unwrap();
    assert!(date("last-modified") <= date("date"));
}

#[test]
fn nothing_outside_the_folder_can_be_reached() {
    let disk = Disk::new();
    disk.write("served/BR.gif", gif("flag"));
    disk.write("br.gif", gif("SECRET"));
    disk.write("br/br.gif", gif("SECRET"));
    let origin = disk.serve();
    for path in [
        "/flags/../secret.gif",
        "/flags/../br/br.gif",
        "/../secret.gif",
        "/flags/br/../../../secret.gif",
        "/flags/br/../br.gif",
        "/flags/../../br.gif",
        "/flags/%2e%2e/secret.gif",
        "/flags/%2e%2e/%2e%2e.gif",
        "/flags/../...gif",
        "/flags/..%2f/..%2f.gif",
        "/flags/..%5c..%5c/secret.gif",
        "/flags/..\\..\\secret.gif",
        "/flags/%252e%252e/%252e%252e.gif",
        "/flags/br%2f..%2f..%2fsecret.gif",
        "/flags/br/br.gif%00/../../secret.gif",
        "/flags//etc/passwd",
        "/flags/c:/c:.gif",
        "/flags/\u{2025}/\u{2025}.gif",
    ] {
        let answer = get(origin.base_url(), path);
        assert!(matches!(answer.status, 400 | 404), "{path}: {}", answer.status);
        assert!(!String::from_utf8_lossy(&answer.body).contains("SECRET"), "{path}");
    }
    assert_eq!(get_flag(&origin, brazil()).body, gif("flag"));
}

#[cfg(unix)]
#[test]
fn links_are_followed_within_the_folder_only() {
    use std::os::unix::fs::symlink;

    let disk = Disk::new();
    disk.write("served/store/flag", gif("flag"));
    disk.write("outside/us.gif", gif("SECRET"));
    symlink("store/flag", disk.path("served/BR.gif")).unwrap();
    symlink("../secret.gif", disk.path("served/IN.gif")).unwrap();
    symlink(disk.path("outside"), disk.path("served/us")).unwrap();
    symlink("/dev/zero", disk.path("served/FR.gif")).unwrap();
    symlink("nowhere", disk.path("served/DE.gif")).unwrap();
    let origin = disk.serve();
    assert_eq!(get_flag(&origin, brazil()).body, gif("flag"));
    for code in ["IN", "US", "FR", "DE"] {
        assert_eq!(get_flag(&origin, code.parse().unwrap()).status, 404, "{code}");
    }
}

#[cfg(unix)]
#[test]
fn pipes_folders_and_link_loops_are_answered_with_an_error() {
    let disk = Disk::new();
    disk.write("served/BR.gif/inside", "");
    disk.write("served/us", "a file in place of a folder");
    std::os::unix::fs::symlink("FR.gif", disk.path("served/FR.gif")).unwrap();
    let pipe = std::process::Command::new("mkfifo").arg(disk.path("served/DE.gif")).status();
    assert!(pipe.unwrap().success());
    let origin = disk.serve();
    for (code, status) in [("BR", 404), ("US", 404), ("DE", 404), ("FR", 500)] {
        assert_eq!(get_flag(&origin, code.parse().unwrap()).status, status, "{code}");
    }
    assert_eq!(origin.stop().to_string(), "4 requests: 3 not found, 1 unreadable");
}

#[test]
fn a_file_larger_than_5_mib_is_refused_without_being_read_whole() {
    let disk = Disk::new();
    let file = std::fs::File::create(disk.path("served/BR.gif")).unwrap();
    // On Linux the file is sparse, and no memory could hold it.
    let size = if cfg!(target_os = "linux") { 1 << 42 } else { flags::gif::MAX_BYTES as u64 + 1 };
    file.set_len(size).unwrap();
    let (origin, reports) = disk.serve_and_report();
    assert_eq!(get_flag(&origin, brazil()).status, 404);
    assert_eq!(origin.stop().to_string(), "1 request: 1 not found");
    let reports = reports.lock().unwrap();
    assert!(reports[0].ends_with("BR.gif is larger than 5 MiB and is not served"), "{reports:?}");
}

#[test]
fn a_file_that_is_not_a_whole_gif_is_not_served_and_reported() {
    let disk = Disk::new();
    let whole = gif("flag");
    disk.write("served/BR.gif", &whole[..whole.len() - 1]);
    disk.write("served/us/us.gif", "<!doctype html>");
    disk.write("served/IN.gif", &whole);
    let (origin, reports) = disk.serve_and_report();
    for (code, status) in [("BR", 404), ("US", 404), ("IN", 200)] {
        assert_eq!(get_flag(&origin, code.parse().unwrap()).status, status, "{code}");
    }
    let page = String::from_utf8(get(origin.base_url(), "/flags/").body).unwrap();
    assert_eq!(page.matches("<img").count(), 1);
    drop(origin);
    let reports = reports.lock().unwrap();
    // One report per request, and one per file when the page lists the folder.
    for (report, file) in reports.iter().zip(["BR.gif", "us.gif", "BR.gif", "us.gif"]) {
        assert!(report.contains(&format!("{file} is not a whole GIF")), "{report}");
    }
    assert_eq!(reports.len(), 4);
}

#[test]
fn the_page_shows_the_flags_in_the_folder() {
    let disk = Disk::new();
    let origin = disk.serve();
    let page = || String::from_utf8(get(origin.base_url(), "/flags/").body).unwrap();
    assert!(page().contains("0 flags are served"));
    disk.write("served/ZZ.gif", gif("flag"));
    disk.write("served/br/br.gif", gif("flag"));
    disk.write("served/README", "");
    let text = page();
    assert!(text.contains("2 flags") && text.contains("\"zz/zz.gif\""));
    assert_eq!(text.matches("<img").count(), 2);
}
