//! What `--server` accepts: the book's site, an embedded server, or any base URL.

use std::ffi::OsStr;
use std::str::FromStr;
use std::{fmt, iter};

use anyhow::bail;
use clap::builder::{PossibleValue, TypedValueParser};
use clap::{Arg, Command, ValueEnum};

use crate::base_url::BaseUrl;
use crate::origin::Weather;

/// Where flags are fetched from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// A server at a base URL.
    Url(BaseUrl),
    /// A server inside this process, on a free loopback port.
    Embedded(Preset),
}

/// The embedded servers, which differ in their weather.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Preset {
    /// A server in this process, without any delay
    Local,
    /// A server in this process, with a delay of 50 to 150 ms
    Delay,
    /// A server in this process, with that delay and 25 % errors
    Error,
}

impl Preset {
    /// The weather of the server if no option changes it.
    pub fn weather(self) -> Weather {
        match self {
            Preset::Local => Weather::default(),
            Preset::Delay => Weather::delayed(),
            Preset::Error => Weather::failing(),
        }
    }
}

/// The name, as `--server` takes it.
impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.to_possible_value().expect("no preset is hidden").get_name())
    }
}

impl Endpoint {
    /// The site of the book.
    pub fn remote() -> Endpoint {
        let base = BaseUrl::REMOTE.parse().expect("the address of the site is a valid base URL");
        Endpoint::Url(base)
    }
}

/// The name of the preset, or the base URL without a password.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Endpoint::Url(base) => base.fmt(f),
            Endpoint::Embedded(preset) => preset.fmt(f),
        }
    }
}

impl FromStr for Endpoint {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        if let Ok(preset) = Preset::from_str(text, true) {
            return Ok(Endpoint::Embedded(preset));
        }
        match text {
            _ if text.eq_ignore_ascii_case("remote") => Ok(Endpoint::remote()),
            _ if text.contains("://") => Ok(Endpoint::Url(text.parse()?)),
            _ => match format!("http://{text}").parse::<BaseUrl>() {
                Ok(url) if text.contains(['.', ':', '/']) => {
                    bail!("a base URL begins with http:// or https://; did you mean {url}?")
                }
                _ => bail!(
                    "expected remote, local, delay, error, or a URL that begins with http:// or \
                     https://"
                ),
            },
        }
    }
}

/// Parses an [`Endpoint`]. `--help` and shell completions list the names; a base URL is valid too.
#[derive(Debug, Clone)]
pub struct EndpointParser;

impl TypedValueParser for EndpointParser {
    type Value = Endpoint;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Endpoint, clap::Error> {
        Endpoint::from_str.parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let site = format!("The site of the book: {}", BaseUrl::REMOTE);
        let presets = Preset::value_variants().iter().filter_map(Preset::to_possible_value);
        Some(Box::new(iter::once(PossibleValue::new("remote").help(site)).chain(presets)))
    }
}
