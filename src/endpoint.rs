//! What `--server` accepts: the book's site, an embedded server, or any base URL.

use std::fmt;
use std::str::FromStr;

use crate::base_url::{BaseUrl, InvalidBaseUrl};

/// Where flags are fetched from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// A server at a base URL.
    Url(BaseUrl),
    /// A server inside this process, on a free loopback port.
    Embedded(Preset),
}

/// The embedded servers, which differ in their weather.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// No delay, no faults.
    Local,
    /// A delay of 50 to 150 ms before each response.
    Delay,
    /// The same delay, and a quarter of the responses are errors.
    Error,
}

/// The name of the preset, or the base URL without a password.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Endpoint::Url(base) => base.fmt(f),
            Endpoint::Embedded(Preset::Local) => f.write_str("local"),
            Endpoint::Embedded(Preset::Delay) => f.write_str("delay"),
            Endpoint::Embedded(Preset::Error) => f.write_str("error"),
        }
    }
}

/// Why a text is not a valid server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEndpoint {
    #[error("expected remote, local, delay, error, or a URL that begins with http:// or https://")]
    Unknown,
    #[error(transparent)]
    Url(#[from] InvalidBaseUrl),
}

impl FromStr for Endpoint {
    type Err = InvalidEndpoint;

    fn from_str(text: &str) -> Result<Self, InvalidEndpoint> {
        match text.to_ascii_lowercase().as_str() {
            "remote" => Ok(Endpoint::Url(BaseUrl::REMOTE.parse()?)),
            "local" => Ok(Endpoint::Embedded(Preset::Local)),
            "delay" => Ok(Endpoint::Embedded(Preset::Delay)),
            "error" => Ok(Endpoint::Embedded(Preset::Error)),
            _ if text.contains("://") => Ok(Endpoint::Url(text.parse()?)),
            _ => Err(InvalidEndpoint::Unknown),
        }
    }
}
