//! Where the server comes from that flags are asked of: what was typed, the environment, or the default.

use std::env;

use crate::endpoint::Endpoint;

/// The environment variable that names the server where none was typed.
const VARIABLE: &str = "FLAGS_SERVER";

/// What was `typed`; else what the variable says, if it is there and not empty; else the `default`.
///
/// # Errors
/// A usage error: what the variable says names no server.
pub(crate) fn server(typed: Option<Endpoint>, default: &str) -> anyhow::Result<Endpoint> {
    if let Some(server) = typed {
        return Ok(server);
    }
    let named = env::var_os(VARIABLE).filter(|value| !value.is_empty());
    let word = named.as_ref().map_or(default.into(), |value| value.to_string_lossy());
    word.parse().map_err(|error| {
        super::usage_error(format!("invalid value '{word}' for {VARIABLE}: {error}"))
    })
}
