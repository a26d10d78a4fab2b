//! Handlers of a [`TestServer`](super::TestServer): valid responses and misbehaviour.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use super::{Request, answer, gif, hang_up, ok};

/// Answers one request, or fails to.
pub type Handler = fn(&Request, &mut TcpStream) -> io::Result<()>;

/// The whole flag.
pub fn whole(request: &Request, stream: &mut TcpStream) -> io::Result<()> {
    ok(stream, &gif(&request.code))
}

/// Misbehaves at the first request, then sends the flag.
pub fn once(handlers: Handler, request: &Request, stream: &mut TcpStream) -> io::Result<()> {
    if request.attempt == 1 { handlers(request, stream) } else { whole(request, stream) }
}

/// Writes `bytes` as they are and closes the connection.
pub fn raw(stream: &mut TcpStream, bytes: &[u8]) -> io::Result<()> {
    stream.write_all(bytes)?;
    hang_up()
}

/// A `status` without a body.
pub fn status(stream: &mut TcpStream, status: &str, headers: &str) -> io::Result<()> {
    answer(stream, status, headers, b"")
}

/// A redirect to `location`.
pub fn redirect(stream: &mut TcpStream, location: &str) -> io::Result<()> {
    status(stream, "302 Found", &format!("Location: {location}\r\n"))
}

/// The head of a response with the whole flag, and half of the flag.
fn half(request: &Request, stream: &mut TcpStream) -> io::Result<()> {
    let image = gif(&request.code);
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", image.len())?;
    stream.write_all(&image[..image.len() / 2])
}

/// Half of the flag, and then the connection is closed.
pub fn half_then_close(request: &Request, stream: &mut TcpStream) -> io::Result<()> {
    half(request, stream)?;
    hang_up()
}

/// Half of 4 MiB, and then the connection is reset.
///
/// A reset can discard data that the client has not read yet, even the head of the response. That
/// does not happen here: 2 MiB do not fit into the buffers, so the client has read the first bytes.
pub fn half_then_reset(_: &Request, stream: &mut TcpStream) -> io::Result<()> {
    let socket = socket2::SockRef::from(&*stream);
    socket.set_send_buffer_size(32 << 10)?;
    // Closing a connection without lingering resets it.
    socket.set_linger(Some(Duration::ZERO))?;
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", 4 << 20)?;
    stream.write_all(&gif_of(4 << 20)[..2 << 20])?;
    hang_up()
}

/// Half of the flag, and then nothing.
pub fn half_then_silence(request: &Request, stream: &mut TcpStream) -> io::Result<()> {
    half(request, stream)?;
    silence(request, stream)
}

/// Nothing at all, until the client closes the connection.
pub fn silence(_: &Request, stream: &mut TcpStream) -> io::Result<()> {
    while stream.read(&mut [0; 512])? > 0 {}
    hang_up()
}

/// No response: the connection is closed.
pub fn close(_: &Request, _: &mut TcpStream) -> io::Result<()> {
    hang_up()
}

/// No response: the connection is reset.
pub fn reset(_: &Request, stream: &mut TcpStream) -> io::Result<()> {
    socket2::SockRef::from(&*stream).set_linger(Some(Duration::ZERO))?;
    hang_up()
}

/// `head`, and then `bytes` again and again, slowly, without end.
pub fn drip(stream: &mut TcpStream, head: &str, bytes: &[u8]) -> io::Result<()> {
    stream.write_all(head.as_bytes())?;
    loop {
        stream.write_all(bytes)?;
        thread::sleep(Duration::from_millis(20));
    }
}

/// `head`, and then `bytes` as fast as the client reads them, without end.
pub fn flood(stream: &mut TcpStream, head: &str, bytes: &[u8]) -> io::Result<()> {
    stream.write_all(head.as_bytes())?;
    loop {
        stream.write_all(bytes)?;
    }
}

/// A whole GIF of `length` bytes, most of them in a comment.
pub fn gif_of(length: usize) -> Vec<u8> {
    let small = gif("x");
    let (head, rest) = small.split_at(19);
    // A comment has a head of 2 bytes, blocks of up to 255 bytes with their length before them, and
    // an end of 1 byte (GIF89a §24).
    let mut data = length.checked_sub(small.len() + 3).expect("there is room for a comment");
    let mut image = [head, b"!\xfe"].concat();
    while data > 0 {
        let block = (data - 1).min(255);
        assert!(block > 0, "no comment makes a GIF of {length} bytes");
        image.push(block as u8);
        image.extend(std::iter::repeat_n(b' ', block));
        data -= block + 1;
    }
    image.push(0);
    image.extend(rest);
    image
}
