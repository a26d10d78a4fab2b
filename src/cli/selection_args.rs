//! The arguments that select flags: country codes, `--all`, `--every` and `--limit`.

use clap::{Args, ValueHint};

use super::value_parsers::count;
use crate::country::{self, CountryCode, Pattern};

/// Country codes, named lists of them, and a limit.
#[derive(Debug, Args)]
pub struct SelectionArgs {
    /// Country codes such as BR, in any case; a single letter selects all codes that start with it
    ///
    /// Default: the 20 most populous countries, CN IN US ID BR PK NG BD RU JP MX PH VN ET EG DE IR
    /// TR CD FR. Codes are sorted, and duplicates are removed.
    #[arg(value_name = "CC", value_hint = ValueHint::Other)]
    patterns: Vec<Pattern>,

    /// Select all 194 flags of the remote site
    #[arg(short, long)]
    all: bool,

    /// Select all 676 codes from AA to ZZ, whether or not they have a flag
    #[arg(short, long)]
    every: bool,

    /// Limit the selection to its first N codes
    #[arg(short, long, value_name = "N")]
    #[arg(value_parser = count, allow_negative_numbers = true)]
    limit: Option<usize>,
}

impl SelectionArgs {
    /// The selected codes, sorted and without duplicates.
    pub fn codes(&self) -> Vec<CountryCode> {
        let mut codes: Vec<_> = self.patterns.iter().flat_map(|pattern| pattern.codes()).collect();
        if self.all {
            codes.extend(country::ALL);
        }
        if self.every {
            codes.extend(CountryCode::every());
        }
        if codes.is_empty() {
            codes.extend(country::POP20);
        }
        country::select(codes, self.limit)
    }
}
