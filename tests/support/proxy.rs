//! Proxies: http ones with CONNECT, and SOCKS 4, 4a and 5. All lead to one address, so that tests
//! need no real host names.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A proxy on a free port.
pub struct TestProxy {
    address: SocketAddr,
    targets: Arc<Mutex<Vec<String>>>,
}

impl TestProxy {
    /// A SOCKS proxy of any version that connects everything to `server`. With `login`, version 5
    /// asks for that user name and password (RFC 1929).
    pub fn socks(server: SocketAddr, login: Option<(&'static str, &'static str)>) -> TestProxy {
        TestProxy::start(move |mut client| {
            let target = match read_array::<1>(&mut client)? {
                [4] => socks4(&mut client)?,
                _ => socks5(&mut client, login)?,
            };
            Ok((target, client, TcpStream::connect(server)?))
        })
    }

    /// An http proxy that answers CONNECT with `status` and connects to `server` if that is 200.
    pub fn connect(
        server: SocketAddr,
        status: impl Fn(usize) -> u16 + Send + 'static,
    ) -> TestProxy {
        let seen = Arc::new(Mutex::new((0, status)));
        TestProxy::start(move |client| {
            let mut reader = BufReader::new(client);
            let (mut request, mut line) = (String::new(), String::new());
            while reader.read_line(&mut line)? > 2 {
                request.push_str(&std::mem::take(&mut line));
            }
            let target = request.split(' ').nth(1).unwrap_or_default().to_owned();
            let status = {
                let mut seen = seen.lock().expect("no holder of the lock panics");
                seen.0 += 1;
                (seen.1)(seen.0)
            };
            let mut client = reader.into_inner();
            write!(client, "HTTP/1.1 {status} Whatever\r\n\r\n")?;
            match status {
                200 => Ok((target, client, TcpStream::connect(server)?)),
                _ => Err(io::ErrorKind::ConnectionRefused.into()),
            }
        })
    }

    /// `accept` does the handshake before the tunnel. It returns the target that the client named
    /// and both connections.
    fn start<F>(accept: F) -> TestProxy
    where
        F: Fn(TcpStream) -> io::Result<(String, TcpStream, TcpStream)> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let targets = Arc::new(Mutex::new(Vec::new()));
        let seen = targets.clone();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if let Ok((target, client, server)) = accept(client) {
                    seen.lock().expect("no holder of the lock panics").push(target);
                    relay(&client, &server);
                }
            }
        });
        TestProxy { address, targets }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The targets that clients named, as `HOST:PORT`.
    pub fn targets(&self) -> Vec<String> {
        self.targets.lock().expect("no holder of the lock panics").clone()
    }
}

/// Copies in both directions, in threads of their own.
pub fn relay(one: &TcpStream, other: &TcpStream) {
    for (from, to) in [(one, other), (other, one)] {
        let (Ok(mut from), Ok(mut to)) = (from.try_clone(), to.try_clone()) else { return };
        thread::spawn(move || {
            let _ = io::copy(&mut from, &mut to);
            let _ = to.shutdown(std::net::Shutdown::Write);
        });
    }
}

/// Reads a request of SOCKS 4 or 4a, after its version, and grants it.
fn socks4(client: &mut TcpStream) -> io::Result<String> {
    let [_connect, p1, p2, ip @ ..] = read_array::<7>(client)?;
    let _user = read_until_zero(client)?;
    let host = match ip {
        [0, 0, 0, _] => read_until_zero(client)?,
        [a, b, c, d] => format!("{a}.{b}.{c}.{d}"),
    };
    client.write_all(&[0, 90, 0, 0, 0, 0, 0, 0])?;
    Ok(format!("{host}:{}", u16::from_be_bytes([p1, p2])))
}

/// Reads a request of SOCKS 5 (RFC 1928), after its version, and grants it.
fn socks5(
    client: &mut TcpStream,
    login: Option<(&'static str, &'static str)>,
) -> io::Result<String> {
    let [count] = read_array::<1>(client)?;
    let mut methods = vec![0; count.into()];
    client.read_exact(&mut methods)?;
    match login {
        None => client.write_all(&[5, 0])?,
        Some(_) if !methods.contains(&2) => {
            client.write_all(&[5, 0xff])?;
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        Some((user, password)) => {
            client.write_all(&[5, 2])?;
            let [_version] = read_array::<1>(client)?;
            let granted = read_string(client)? == user && read_string(client)? == password;
            client.write_all(&[1, u8::from(!granted)])?;
            if !granted {
                return Err(io::ErrorKind::PermissionDenied.into());
            }
        }
    }
    let host = match read_array::<4>(client)? {
        [_, _, _, 1] => std::net::Ipv4Addr::from(read_array::<4>(client)?).to_string(),
        [_, _, _, 4] => std::net::Ipv6Addr::from(read_array::<16>(client)?).to_string(),
        _ => read_string(client)?,
    };
    let port = u16::from_be_bytes(read_array::<2>(client)?);
    client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])?;
    Ok(format!("{host}:{port}"))
}

fn read_array<const N: usize>(stream: &mut TcpStream) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes).map(|()| bytes)
}

/// A string with its length in the byte before it.
fn read_string(stream: &mut TcpStream) -> io::Result<String> {
    let [length] = read_array::<1>(stream)?;
    let mut bytes = vec![0; length.into()];
    stream.read_exact(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn read_until_zero(stream: &mut TcpStream) -> io::Result<String> {
    let mut bytes = Vec::new();
    loop {
        match read_array(stream)? {
            [0] => return Ok(String::from_utf8_lossy(&bytes).into_owned()),
            [byte] => bytes.push(byte),
        }
    }
}
