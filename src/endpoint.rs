//! Which server: the book's site, one of this program's own, or any other.

use std::fmt;
use std::str::FromStr;

use crate::base_url::{BaseUrl, InvalidBaseUrl};

/// Where flags are fetched from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Server {
    /// A site, by its base URL.
    Site(BaseUrl),
    /// An origin inside this process, on a free loopback port.
    Embedded(Label),
}

/// The embedded origins by name: they differ in their weather.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// No delay, no faults.
    Local,
    /// 50 to 150 ms before each answer.
    Delay,
    /// That, and errors.
    Error,
}

/// The label, or the base URL without a password.
impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Server::Site(base) => base.fmt(f),
            Server::Embedded(Label::Local) => f.write_str("local"),
            Server::Embedded(Label::Delay) => f.write_str("delay"),
            Server::Embedded(Label::Error) => f.write_str("error"),
        }
    }
}

/// Why a word names no server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidServer {
    #[error("neither remote, local, delay or error nor a URL that begins with http:// or https://")]
    Unknown,
    #[error(transparent)]
    Url(#[from] InvalidBaseUrl),
}

impl FromStr for Server {
    type Err = InvalidServer;

    fn from_str(text: &str) -> Result<Self, InvalidServer> {
        match text.to_ascii_lowercase().as_str() {
            "remote" => Ok(Server::Site(BaseUrl::REMOTE.parse()?)),
            "local" => Ok(Server::Embedded(Label::Local)),
            "delay" => Ok(Server::Embedded(Label::Delay)),
            "error" => Ok(Server::Embedded(Label::Error)),
            _ if text.contains("://") => Ok(Server::Site(text.parse()?)),
            _ => Err(InvalidServer::Unknown),
        }
    }
}
