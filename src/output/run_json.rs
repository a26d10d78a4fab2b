//! A run as one JSON document (`--json`). The entry of a flag is in
//! [`Outcome`](crate::flag::Outcome).

use serde_json::json;

use super::terminal::escape::escape_controls_in_json;
use crate::numbers::seconds;
use crate::run::{Plan, Summary};

/// The version of the document's format. It changes with incompatible changes only.
const SCHEMA_VERSION: u32 = 1;

/// The document, indented, with a line break at its end. Characters that control a terminal are
/// escaped in all strings, because the document may be shown on one.
///
/// # Errors
/// None in practice: numbers and strings can always be written as JSON.
pub fn document(plan: &Plan, summary: &Summary) -> serde_json::Result<String> {
    let document = json!({
        "schema_version": SCHEMA_VERSION,
        "mode": plan.mode,
        "jobs": plan.jobs,
        "server": plan.base.to_string(),
        "dest": plan.destination.folder.display().to_string(),
        "elapsed_s": seconds(summary.elapsed),
        "interrupted": summary.interrupted_by.is_some(),
        "counts": {
            "ok": summary.count("ok"),
            "not_found": summary.count("not_found"),
            "error": summary.count("error"),
            "skipped": summary.count("skipped"),
            "unchanged": summary.count("unchanged"),
        },
        "flags": summary.outcomes,
    });
    let text = serde_json::to_string_pretty(&document)? + "\n";
    Ok(escape_controls_in_json(&text))
}
