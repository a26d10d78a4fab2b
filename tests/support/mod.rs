//! What the tests share: a scripted server, a GIF, and the program itself.
#![allow(dead_code, reason = "each test file uses a part of it")]

pub mod child_process;
pub mod frames;
pub mod handlers;
pub mod http2;
pub mod proxy;
pub mod tls;
pub mod tls_run;

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{self, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::{mem, thread};

use assert_cmd::Command;
use serde_json::Value;
use socket2::{Domain, Socket, Type};

/// The strategies by name.
pub const MODES: [&str; 4] = ["seq", "threads", "rayon", "async"];

/// The strategies with concurrent requests.
pub const CONCURRENT: [&str; 3] = ["threads", "rayon", "async"];

/// The codes that are downloaded by default, sorted.
pub const POP20: [&str; 20] = [
    "BD", "BR", "CD", "CN", "DE", "EG", "ET", "FR", "ID", "IN", "IR", "JP", "MX", "NG", "PH", "PK",
    "RU", "TR", "US", "VN",
];

/// The environment variables that change what the program does, in lower case where either works.
const VARIABLES: [&str; 11] = [
    "FLAGS_SERVER",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "REQUEST_METHOD",
    "NO_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "COLUMNS",
    "LINES",
];

/// Runs `test` once for each mode, all at the same time.
pub fn in_every_mode(test: impl Fn(&'static str) + Sync) {
    thread::scope(|scope| {
        for mode in MODES {
            let test = &test;
            scope.spawn(move || test(mode));
        }
    });
}

/// The program, in an environment without a server, proxies and colours.
pub fn flags() -> Command {
    Command::from_std(program())
}

/// The program as a command of the standard library, for tests that signal or watch it.
pub fn program() -> process::Command {
    #[cfg(target_os = "linux")]
    default_signals::restore();
    let mut command = process::Command::new(env!("CARGO_BIN_EXE_flags"));
    for name in VARIABLES {
        command.env_remove(name).env_remove(name.to_uppercase());
    }
    command
}

/// `inner`, started by `wrapper`, which gets its command line as further arguments.
pub fn wrap(wrapper: &[&str], inner: &process::Command) -> process::Command {
    let mut outer = process::Command::new(wrapper[0]);
    outer.args(&wrapper[1..]).arg(inner.get_program()).args(inner.get_args());
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    outer
}

/// The program, started by a shell after the command `first`.
pub fn after(first: &str) -> process::Command {
    wrap(&["sh", "-c", &format!("{first}\nexec \"$@\""), "sh"], &program())
}

/// Whether the system permits `program` with these arguments. If not, says that a test is skipped.
pub fn available(program: &str, arguments: &[&str]) -> bool {
    let mut command = process::Command::new(program);
    let status = command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let works = status.is_ok_and(|status| status.success());
    if !works {
        eprintln!("SKIPPED: `{program} {}` does not work here", arguments.join(" "));
    }
    works
}

/// The program keeps a signal ignored that is ignored when it starts, as in a background job of a
/// script. Its tests must not depend on how they were started.
#[cfg(target_os = "linux")]
mod default_signals {
    use std::fs;
    use std::sync::{Arc, Once};

    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};

    static ONCE: Once = Once::new();

    /// Handles the signals that this process ignores. In a child process, a signal with a handler
    /// gets its default action (execve(2)).
    pub fn restore() {
        ONCE.call_once(|| {
            let status = fs::read_to_string("/proc/self/status").expect("Linux has this file");
            let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
            let mask = u64::from_str_radix(mask.expect("the mask is listed").trim(), 16);
            let mask = mask.expect("the mask is a hexadecimal number");
            for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP] {
                if mask & (1 << (signal - 1)) != 0 {
                    signal_hook::flag::register(signal, Arc::default()).expect("it can be handled");
                }
            }
        });
    }
}

/// Stdout as text.
pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("stdout is UTF-8")
}

/// Stderr as text.
pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("stderr is UTF-8")
}

/// Stdout as a JSON document.
pub fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("{error}: {}{}", stdout(output), stderr(output));
    })
}

/// The flag of `code` in the JSON `document`.
pub fn flag<'a>(document: &'a Value, code: &str) -> &'a Value {
    let flags = document["flags"].as_array().expect("there is a list of flags");
    flags
        .iter()
        .find(|flag| flag["code"] == code)
        .unwrap_or_else(|| panic!("no {code} in {flags:?}"))
}

/// The names of the files in `folder`, including hidden ones, sorted.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let mut names: Vec<_> = entries
        .map(|entry| entry.expect("it can be read").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// A small whole GIF89a, a different one for each path.
pub fn gif(path: &str) -> Vec<u8> {
    let comment = [&[path.len() as u8], path.as_bytes()].concat();
    let head = b"GIF89a\x02\0\x02\0\x80\0\0\xff\0\0\0\xff\0";
    let image = b",\0\0\0\0\x02\0\x02\0\0\x02\x03D\x02\x05\0;";
    [&head[..], b"!\xfe", &comment, b"\0", image].concat()
}

/// The path of the flag of `code` on a [`TestServer`].
pub fn flag_path(code: &str) -> String {
    let lower = code.to_lowercase();
    format!("/flags/{lower}/{lower}.gif")
}

/// The code whose flag is at `path`, upper case.
pub fn code_of(path: &str) -> String {
    path.rsplit('/').next().unwrap_or(path).trim_end_matches(".gif").to_uppercase()
}

/// A request as the server sees it.
#[derive(Debug, Clone)]
pub struct Request {
    pub path: String,
    /// The two letters that the path ends with, upper case.
    pub code: String,
    /// The number of requests for this path so far, this one included.
    pub attempt: usize,
    pub headers: Vec<(String, String)>,
}

impl Request {
    /// The value of the header `name`, if it was sent.
    pub fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        header.map(|(_, value)| value.as_str())
    }
}

/// An address that refuses connections.
pub fn closed_port() -> SocketAddr {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket is free");
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).expect("a port is free");
    let address = socket.local_addr().expect("it has an address");
    // The socket does not listen. It stays bound until this process ends, so that the port does
    // not become that of another test's server.
    mem::forget(socket);
    address.as_socket().expect("it is an IP address")
}

/// A server on a free port, with a thread per connection, that answers as its handler says.
pub struct TestServer {
    address: SocketAddr,
    state: Arc<State>,
}

struct State {
    seen: Mutex<Vec<Request>>,
    in_flight: AtomicUsize,
    most_in_flight: AtomicUsize,
}

impl TestServer {
    /// Starts it. `handler` writes the whole response to the stream. If it returns an error, the
    /// connection is closed.
    pub fn start<H>(handler: H) -> TestServer
    where
        H: Fn(&Request, &mut TcpStream) -> io::Result<()> + Send + Sync + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let state = Arc::new(State {
            seen: Mutex::default(),
            in_flight: AtomicUsize::new(0),
            most_in_flight: AtomicUsize::new(0),
        });
        let (shared, handler) = (state.clone(), Arc::new(handler));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (state, handler) = (shared.clone(), handler.clone());
                thread::spawn(move || state.serve(stream, &*handler));
            }
        });
        TestServer { address, state }
    }

    /// A server that has a flag at every path.
    pub fn with_flags() -> TestServer {
        TestServer::start(|request, stream| ok(stream, &gif(&request.path)))
    }

    pub fn base(&self) -> String {
        format!("http://{}/flags", self.address)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.state.seen.lock().expect("no handler panics while it holds this").clone()
    }

    /// The number of requests for the flag of `code`.
    pub fn tries(&self, code: &str) -> usize {
        self.requests().iter().filter(|request| request.code == code).count()
    }

    /// The number of requests for the flag of `code` at its own URL, without redirects.
    pub fn direct_requests(&self, code: &str) -> usize {
        let path = flag_path(code);
        self.requests().iter().filter(|request| request.path == path).count()
    }

    /// The maximum number of concurrent requests.
    pub fn most_in_flight(&self) -> usize {
        self.state.most_in_flight.load(Ordering::SeqCst)
    }
}

impl State {
    fn serve(
        &self,
        stream: TcpStream,
        handler: &dyn Fn(&Request, &mut TcpStream) -> io::Result<()>,
    ) {
        let mut reader = BufReader::new(stream);
        while let Some(request) = self.read(&mut reader) {
            let now = self.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
            self.most_in_flight.fetch_max(now, Ordering::SeqCst);
            let answered = handler(&request, reader.get_mut());
            self.in_flight.fetch_sub(1, Ordering::SeqCst);
            if answered.is_err() {
                return;
            }
        }
    }

    fn read(&self, reader: &mut BufReader<TcpStream>) -> Option<Request> {
        let mut lines = reader.lines().map_while(Result::ok).take_while(|line| !line.is_empty());
        let path = lines.next()?.split(' ').nth(1)?.to_owned();
        let headers = lines
            .filter_map(|line| {
                line.split_once(':').map(|(n, v)| (n.to_owned(), v.trim().to_owned()))
            })
            .collect();
        let code = code_of(&path);
        let mut seen = self.seen.lock().expect("no handler panics while it holds this");
        let attempt = seen.iter().filter(|request| request.path == path).count() + 1;
        let request = Request { path, code, attempt, headers };
        seen.push(request.clone());
        Some(request)
    }
}

/// Answers 200 with `body`.
pub fn ok(stream: &mut TcpStream, body: &[u8]) -> io::Result<()> {
    answer(stream, "200 OK", "", body)
}

/// Answers with `status`, further header lines (each with `\r\n` at its end), and `body`.
pub fn answer(stream: &mut TcpStream, status: &str, headers: &str, body: &[u8]) -> io::Result<()> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{headers}\r\n");
    stream.write_all(&[head.as_bytes(), body].concat())
}

/// The result of a handler that closes the connection.
pub fn hang_up() -> io::Result<()> {
    Err(io::ErrorKind::ConnectionAborted.into())
}
