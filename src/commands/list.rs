//! `flags --list`: the selected codes with the names of their countries.

use super::{Exit, print};
use crate::cli::SelectionArgs;
use crate::country::ALL;

/// Prints a line per code, such as `BR<tab>Brazil`; a code without a name alone. Without codes,
/// prints all 194.
///
/// # Errors
/// Stdout can't be written to.
pub(super) fn run(selection: &SelectionArgs) -> anyhow::Result<Exit> {
    let codes = selection.codes_or(&ALL).into_iter();
    let lines: String = codes
        .map(|code| match code.name() {
            Some(name) => format!("{code}\t{name}\n"),
            None => format!("{code}\n"),
        })
        .collect();
    print(&lines)
}
