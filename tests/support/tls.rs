//! A scripted server that speaks TLS, and within it HTTP/2 or HTTP/1.1.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::http2::Reply;
use super::{code_of, gif};

/// A certificate authority.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub fn new(name: &str) -> Authority {
        let mut about = CertificateParams::new([]).expect("no name is wrong");
        about.distinguished_name.push(DnType::CommonName, name);
        about.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("there is entropy");
        Authority(CertifiedIssuer::self_signed(about, key).expect("it can be signed"))
    }

    /// The CA's own certificate, for `--cacert`.
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// The configuration of a server with a certificate for `name`, valid between two years, that
    /// offers the ALPN `protocols`.
    pub fn certify(&self, name: &str, years: [i32; 2], protocols: &[&str]) -> ServerConfig {
        let mut about = CertificateParams::new([name.to_owned()]).expect("it is a name");
        [about.not_before, about.not_after] = years.map(|year| rcgen::date_time_ymd(year, 1, 1));
        let key = KeyPair::generate().expect("there is entropy");
        let certificate = about.signed_by(&key, &self.0).expect("it can be signed");
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("it is a key");
        let ring = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(ring)
            .with_safe_default_protocol_versions()
            .expect("ring speaks them")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .expect("they belong together");
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        config
    }
}

/// A request as the server sees it.
pub struct Seen<'a> {
    pub code: &'a str,
    /// The number of requests for this code so far, this one included.
    pub attempt: usize,
    /// The number of the connection, from 1.
    pub connection: usize,
    /// The number of requests on this connection so far, this one included.
    pub nth: usize,
}

type Script = dyn Fn(&Seen) -> Reply + Send + Sync;

/// A server on a free port that replies as its script says. Over HTTP/1.1 it sends only flags and
/// redirects, and closes the connection after a [`Reply::FlagThenGoAway`].
pub struct TlsServer {
    address: SocketAddr,
    seen: Arc<Mutex<HashMap<String, usize>>>,
    /// Ends all tasks of the server when it is dropped.
    _runtime: Runtime,
}

impl TlsServer {
    pub fn start<S>(config: ServerConfig, script: S) -> TlsServer
    where
        S: Fn(&Seen) -> Reply + Send + Sync + 'static,
    {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a thread can be started");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let seen = Arc::default();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let site = Site { script: Arc::new(script), seen: Arc::clone(&seen) };
        runtime.spawn(async move {
            for number in 1.. {
                let Ok((stream, _)) = listener.accept().await else { break };
                let (acceptor, site) = (acceptor.clone(), site.clone());
                let serve = async move { site.serve(acceptor.accept(stream).await?, number).await };
                tokio::spawn(serve);
            }
        });
        TlsServer { address, seen, _runtime: runtime }
    }

    pub fn base(&self) -> String {
        format!("https://{}/flags", self.address)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The number of requests for the flag of `code`.
    pub fn tries(&self, code: &str) -> usize {
        self.seen.lock().expect("no holder of the lock panics").get(code).copied().unwrap_or(0)
    }
}

#[derive(Clone)]
pub(super) struct Site {
    script: Arc<Script>,
    seen: Arc<Mutex<HashMap<String, usize>>>,
}

impl Site {
    async fn serve(self, stream: TlsStream<TcpStream>, number: usize) -> io::Result<()> {
        if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
            self.serve_http_2(stream, number).await.map_err(io::Error::other)
        } else {
            self.serve_http_1(stream, number).await
        }
    }

    pub(super) fn reply(&self, path: &str, connection: usize, nth: usize) -> (String, Reply) {
        let code = code_of(path);
        let mut seen = self.seen.lock().expect("no holder of the lock panics");
        let attempt = seen.entry(code.clone()).or_default();
        *attempt += 1;
        let seen = Seen { code: &code, attempt: *attempt, connection, nth };
        let reply = (self.script)(&seen);
        (code, reply)
    }

    async fn serve_http_1(self, stream: TlsStream<TcpStream>, number: usize) -> io::Result<()> {
        let mut stream = BufReader::new(stream);
        for nth in 1.. {
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                if stream.read_line(&mut head).await? == 0 {
                    return Ok(());
                }
            }
            let path = head.split(' ').nth(1).unwrap_or_default();
            let (code, reply) = self.reply(path, number, nth);
            let (status, body) = match reply {
                Reply::Redirect => ("302 Found\r\nLocation: http://127.0.0.1:1/", vec![]),
                _ => ("200 OK", gif(&code)),
            };
            let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n", body.len());
            stream.write_all(&[head.as_bytes(), &body].concat()).await?;
            stream.flush().await?;
            if let Reply::FlagThenGoAway = reply {
                break;
            }
        }
        Ok(())
    }
}

/// A server that does not speak TLS. It does `instead` with each connection.
pub fn without_tls<F>(instead: F) -> SocketAddr
where
    F: Fn(&mut std::net::TcpStream) -> io::Result<()> + Send + Sync + 'static,
{
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it has an address");
    let instead = Arc::new(instead);
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let instead = instead.clone();
            thread::spawn(move || instead(&mut stream));
        }
    });
    address
}
