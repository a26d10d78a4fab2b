//! Which flags.

use clap::Args;

use crate::country::{self, CountryCode, Pattern};

/// The codes, and lists of them that have a name.
#[derive(Debug, Args)]
pub struct SelectionArgs {
    /// Country codes such as BR, in any case; one letter stands for all codes that begin with it
    ///
    /// Without any: the 20 most populous countries, CN IN US ID BR PK NG BD RU JP MX PH VN ET EG DE IR TR
    /// CD FR. Each code is taken once, and they are sorted.
    #[arg(value_name = "CC")]
    patterns: Vec<Pattern>,

    /// All 194 flags that the site serves
    #[arg(short, long)]
    all: bool,

    /// Every code from AA to ZZ, 676 in all, whether there is a flag or not
    #[arg(short, long)]
    every: bool,

    /// Only the first N of them
    #[arg(short, long, value_name = "N", value_parser = super::value_parsers::at_least_one, allow_negative_numbers = true)]
    limit: Option<usize>,
}

impl SelectionArgs {
    /// The codes, sorted, each once.
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
