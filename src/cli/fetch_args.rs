//! What a download and a comparison have in common: which flags, from which server, and how they
//! are requested.

use std::env;
use std::num::{IntErrorKind, NonZeroUsize, ParseIntError};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueHint};

use super::{printable, usage_error};
use crate::country::{self, CountryCode, Pattern};
use crate::endpoint::Endpoint;
use crate::numbers::parse_duration;

/// The environment variable that sets the server if `--server` is not given.
const SERVER_VARIABLE: &str = "FLAGS_SERVER";

/// Country codes, named lists of them, and a limit.
#[derive(Debug, Args)]
pub struct SelectionArgs {
    /// Country codes such as BR, in any case; a single letter such as B stands for BA to BZ
    ///
    /// Default: the 20 most populous countries, CN IN US ID BR PK NG BD RU JP MX PH VN ET EG DE IR
    /// TR CD FR. Codes are sorted, and duplicates are removed.
    #[arg(value_name = "CC", value_parser = pattern, value_hint = ValueHint::Other)]
    patterns: Vec<Pattern>,

    /// Select the 194 codes that the book's site has flags for
    #[arg(short, long)]
    all: bool,

    /// Select all 676 codes from AA to ZZ, whether or not they have a flag
    #[arg(short, long)]
    pub every: bool,

    /// Limit the selection to its first N codes
    #[arg(short, long, value_name = "N")]
    #[arg(value_parser = at_least_one, allow_negative_numbers = true)]
    limit: Option<NonZeroUsize>,
}

/// Timeout, retries and trusted CAs.
#[derive(Debug, Args)]
pub struct RequestArgs {
    /// Timeout of each attempt, including redirects and the response body: 6.1, 6.1s or 500ms
    #[arg(short, long, value_name = "DURATION", default_value = "6.1")]
    #[arg(value_parser = timeout, allow_negative_numbers = true)]
    pub timeout: Duration,

    /// Retries after a transient failure (timeout, connection refused or lost, truncated body, or
    /// status 408, 429, 500, 502, 503, 504)
    #[arg(short, long, value_name = "N", default_value = "2", allow_negative_numbers = true)]
    pub retries: u32,

    /// PEM file with CA certificates to trust in addition to the system's
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub cacert: Option<PathBuf>,
}

impl SelectionArgs {
    /// The selected codes, sorted and without duplicates; from `default` if none are selected.
    pub fn codes_or(&self, default: &[CountryCode]) -> Vec<CountryCode> {
        let mut codes: Vec<_> =
            self.patterns.iter().flat_map(|pattern| &pattern.0).copied().collect();
        if self.all {
            codes.extend(country::ALL);
        }
        if self.every {
            codes.extend(CountryCode::every());
        }
        if codes.is_empty() {
            codes.extend(default);
        }
        country::select(codes, self.limit.map(NonZeroUsize::get))
    }

    /// The selected codes, sorted and without duplicates; by default the 20 most populous
    /// countries.
    pub fn codes(&self) -> Vec<CountryCode> {
        self.codes_or(&country::POP20)
    }
}

/// The commands, for the error of a misspelt one.
pub(super) const COMMANDS: &str = "compare, serve, completions, man, help";

/// Parses a country code or a letter. The error helps with a country's name, with a command that is
/// misspelt or not the first argument, and with a file that was meant for `--timeline`.
fn pattern(text: &str) -> Result<Pattern, String> {
    text.parse().map_err(|_| {
        let has_name = |name: &str| name.to_lowercase() == text.to_lowercase();
        let country = CountryCode::every().find(|code| code.name().is_some_and(has_name));
        if let Some((code, name)) = country.and_then(|code| Some((code, code.name()?))) {
            return format!("the code of {name} is {code}");
        }
        if text.ends_with(".svg") {
            return format!("not a country code; did you mean --timeline={}?", printable(text));
        }
        format!(
            "neither a country code (two letters from A to Z, or one letter for all that begin \
             with it) nor, as the first argument, a command ({COMMANDS})"
        )
    })
}

/// Parses a whole number of at least 1.
pub(super) fn at_least_one(text: &str) -> Result<NonZeroUsize, &'static str> {
    text.parse().map_err(|error: ParseIntError| match error.kind() {
        IntErrorKind::PosOverflow => "the number is too large",
        _ => "expected a whole number from 1",
    })
}

/// Parses a timeout: a duration above 0, at most a day. A bare number is in seconds.
fn timeout(text: &str) -> Result<Duration, &'static str> {
    match parse_duration(text)? {
        Duration::ZERO => Err("expected a duration above 0, such as 6.1, 6.1s or 500ms"),
        timeout => Ok(timeout),
    }
}

/// The server: `option` if given, else the value of `FLAGS_SERVER` unless empty, else `default`.
///
/// # Errors
/// A usage error if the value of the variable is not a server.
pub(crate) fn server(option: Option<Endpoint>, default: Endpoint) -> anyhow::Result<Endpoint> {
    if let Some(server) = option {
        return Ok(server);
    }
    let variable = env::var_os(SERVER_VARIABLE).filter(|value| !value.is_empty());
    let Some(value) = variable else { return Ok(default) };
    let value = value.to_string_lossy();
    value.parse().map_err(|error| {
        let value = printable(&value);
        usage_error(format!("invalid value '{value}' for {SERVER_VARIABLE}: {error}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_is_a_duration_above_zero() {
        assert_eq!(timeout("6.1"), Ok(Duration::from_millis(6100)));
        for text in ["0", "0s", "0ms", "1e-300", "-1", "86401"] {
            assert!(timeout(text).is_err(), "{text}");
        }
    }

    #[test]
    fn counts_are_at_least_one() {
        assert_eq!(at_least_one("32").map(NonZeroUsize::get), Ok(32));
        for text in ["0", "-1", "1.5", "", "x"] {
            assert_eq!(at_least_one(text), Err("expected a whole number from 1"), "{text}");
        }
        assert_eq!(at_least_one("99999999999999999999999"), Err("the number is too large"));
    }
}
