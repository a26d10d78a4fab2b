//! `--server`: its values, and its fallback to an environment variable.

use std::ffi::OsStr;
use std::str::FromStr;
use std::{env, iter};

use clap::builder::{PossibleValue, TypedValueParser, ValueParserFactory};
use clap::{Arg, Command, ValueEnum};

use crate::base_url::{BaseUrl, redacted_text};
use crate::endpoint::{Endpoint, Preset};

/// The environment variable that sets the server if `--server` is not given.
const VARIABLE: &str = "FLAGS_SERVER";

/// The server: `option` if given, else the value of `FLAGS_SERVER` unless empty, else `default`.
///
/// # Errors
/// A usage error if the value of the variable is not a server.
pub(crate) fn server(option: Option<Endpoint>, default: Endpoint) -> anyhow::Result<Endpoint> {
    if let Some(server) = option {
        return Ok(server);
    }
    let variable = env::var_os(VARIABLE).filter(|value| !value.is_empty());
    let Some(value) = variable else { return Ok(default) };
    let value = value.to_string_lossy();
    value.parse().map_err(|error| {
        let value = redacted_text(&value);
        super::usage_error(format!("invalid value '{value}' for {VARIABLE}: {error}"))
    })
}

/// Parses an [`Endpoint`]. `--help` and shell completions list the names; a base URL is valid too.
#[derive(Debug, Clone)]
pub struct EndpointParser;

impl ValueParserFactory for Endpoint {
    type Parser = EndpointParser;

    fn value_parser() -> EndpointParser {
        EndpointParser
    }
}

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
