//! Tips for a misspelt or misplaced command, which clap parses as a country code.

use clap::Command;
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue};

/// The argument that takes country codes, as clap's errors show it.
const CODES: &str = "[CC]...";

/// Adds a tip to `error` if the rejected country code, or else the `first` argument, resembles a
/// command of `cli`.
pub(super) fn add_command_tip(error: &mut clap::Error, first: &str, cli: &Command) {
    let value = |kind| match error.get(kind) {
        Some(ContextValue::String(value)) => Some(value.as_str()),
        _ => None,
    };
    let code = value(ContextKind::InvalidValue)
        .filter(|_| value(ContextKind::InvalidArg).is_some_and(|arg| arg == CODES));
    let word = code.unwrap_or(first);
    let similarity = |name: &str| strsim::jaro(word, name);
    let names = cli.get_subcommands().map(Command::get_name);
    let Some(name) = names.max_by(|a, b| similarity(a).total_cmp(&similarity(b))) else { return };
    if code == Some(name) {
        let tip = format!("a command comes before all other arguments: 'flags {name}'");
        let tips = ContextValue::StyledStrs(vec![StyledStr::from(tip)]);
        error.insert(ContextKind::Suggested, tips);
    } else if word != name && similarity(name) > 0.8 {
        let name = ContextValue::String(name.to_owned());
        error.insert(ContextKind::SuggestedSubcommand, name);
    }
}
