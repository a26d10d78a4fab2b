//! A minimal HTTP client: writes a request, and returns the response and how the connection ended.
#![allow(dead_code, reason = "each test file uses the part that it needs")]

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;

/// A response, as far as it was received.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    /// The whole first line.
    pub status_line: String,
    /// Names in lower case, in the order received.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub ending: ConnectionEnd,
}

/// How the connection ended.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub enum ConnectionEnd {
    /// The other side closed it (FIN).
    Closed,
    /// The other side reset it (RST).
    Reset,
}

impl Response {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn content_length(&self) -> Option<usize> {
        self.header("content-length").map(|length| length.parse().unwrap())
    }

    /// Whether the body has the length that was announced.
    pub fn is_whole(&self) -> bool {
        self.content_length() == Some(self.body.len())
    }
}

/// The `HOST:PORT` of a base URL.
pub fn host(base_url: &str) -> &str {
    base_url.strip_prefix("http://").unwrap().strip_suffix("/flags").unwrap()
}

/// `GET` on a connection of its own, read to the end of the connection.
pub fn get(base_url: &str, path: &str) -> Response {
    request(base_url, &format!("GET {path} HTTP/1.1"), &[])
}

/// Any request on a connection of its own, read to the end of the connection.
pub fn request(base_url: &str, line: &str, headers: &[&str]) -> Response {
    let mut stream = send(base_url, line, &[headers, &["Connection: close"]].concat());
    let mut received = Vec::new();
    let ending = read_to_end(&mut stream, &mut received);
    parse(&received, ending)
}

/// Writes a request and returns the connection, with the response unread.
pub fn send(base_url: &str, line: &str, headers: &[&str]) -> TcpStream {
    let mut stream = TcpStream::connect(host(base_url)).unwrap();
    stream.write_all(head(base_url, line, headers).as_bytes()).unwrap();
    stream
}

/// The head of a request.
pub fn head(base_url: &str, line: &str, headers: &[&str]) -> String {
    let more: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    format!("{line}\r\nHost: {}\r\n{more}\r\n", host(base_url))
}

/// Reads until the other side ends the connection.
pub fn read_to_end(stream: &mut TcpStream, received: &mut Vec<u8>) -> ConnectionEnd {
    match stream.read_to_end(received) {
        Ok(_) => ConnectionEnd::Closed,
        Err(error) if error.kind() == ErrorKind::ConnectionReset => ConnectionEnd::Reset,
        Err(error) => panic!("{error}"),
    }
}

/// Reads one response from a connection that stays open, with its body if `has_body`.
pub fn read_one(stream: &mut TcpStream, has_body: bool) -> Response {
    let mut received = Vec::new();
    while !received.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        received.push(byte[0]);
    }
    let mut answer = parse(&received, ConnectionEnd::Closed);
    if has_body {
        answer.body.resize(answer.content_length().unwrap(), 0);
        stream.read_exact(&mut answer.body).unwrap();
    }
    answer
}

fn parse(received: &[u8], ending: ConnectionEnd) -> Response {
    let end = received
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .unwrap_or_else(|| panic!("no headers in {received:?}, {ending:?}"));
    let head = std::str::from_utf8(&received[..end]).unwrap();
    let (status_line, headers) = head.split_once("\r\n").unwrap();
    let headers = headers.split("\r\n").map(|line| {
        let (name, value) = line.split_once(": ").unwrap();
        (name.to_ascii_lowercase(), value.to_owned())
    });
    Response {
        status: status_line.split(' ').nth(1).unwrap().parse().unwrap(),
        status_line: status_line.to_owned(),
        headers: headers.collect(),
        body: received[end + 4..].to_vec(),
        ending,
    }
}
