//! Country codes, the named lists of them, and the patterns that select them.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// A two-letter code in the format of ISO 3166-1 alpha-2, upper case.
///
/// The code need not be assigned to a country: `ZZ` is valid too.
///
/// ```
/// use flags::CountryCode;
///
/// let brazil: CountryCode = "br".parse()?;
/// assert_eq!(brazil.to_string(), "BR");
/// assert_eq!(brazil.lower(), "br");
/// assert_eq!(brazil.name(), Some("Brazil"));
/// assert!("b1".parse::<CountryCode>().is_err());
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CountryCode([u8; 2]);

/// The error for a text that is neither a country code nor a single letter.
const INVALID: &str =
    "a country code is two letters from A to Z, or one letter for all that begin with it";

impl CountryCode {
    /// The number of codes from AA to ZZ.
    pub const COUNT: usize = 26 * 26;

    /// All 676 codes, AA to ZZ, in order.
    pub fn every() -> impl Iterator<Item = CountryCode> {
        (b'A'..=b'Z').flat_map(Self::starting_with)
    }

    /// The code in lower case, as in the URL of a flag.
    pub fn lower(self) -> String {
        self.to_string().to_ascii_lowercase()
    }

    /// The country's name in English, such as `Côte d’Ivoire`; `None` for an unassigned code.
    ///
    /// It is the label of the flag emoji in the Unicode CLDR.
    pub fn name(self) -> Option<&'static str> {
        NAMES[self.index()]
    }

    /// The position of the code in AA to ZZ, from 0 to 675.
    pub fn index(self) -> usize {
        usize::from(self.0[0] - b'A') * 26 + usize::from(self.0[1] - b'A')
    }

    fn starting_with(first: u8) -> impl Iterator<Item = CountryCode> {
        (b'A'..=b'Z').map(move |second| CountryCode([first, second]))
    }
}

impl FromStr for CountryCode {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        match text.as_bytes() {
            [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
                Ok(CountryCode([a.to_ascii_uppercase(), b.to_ascii_uppercase()]))
            }
            _ => Err(INVALID),
        }
    }
}

impl fmt::Display for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(std::str::from_utf8(&self.0).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Serialize for CountryCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What one argument selects, in order: a single code, or the 26 codes that start with a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(pub Vec<CountryCode>);

impl FromStr for Pattern {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        match text.as_bytes() {
            [letter] if letter.is_ascii_alphabetic() => {
                Ok(Pattern(CountryCode::starting_with(letter.to_ascii_uppercase()).collect()))
            }
            _ => Ok(Pattern(vec![text.parse()?])),
        }
    }
}

/// Sorts `codes`, removes duplicates, and returns the first `limit`, or all if there is no limit.
///
/// ```
/// use flags::country::{self, Pattern};
///
/// let words = ["us", "BR", "br"].map(|word| word.parse::<Pattern>().unwrap());
/// let codes = country::select(words.into_iter().flat_map(|pattern| pattern.0), None);
/// assert_eq!(format!("{codes:?}"), "[BR, US]");
/// ```
pub fn select(
    codes: impl IntoIterator<Item = CountryCode>,
    limit: Option<usize>,
) -> Vec<CountryCode> {
    let sorted: BTreeSet<_> = codes.into_iter().collect();
    sorted.into_iter().take(limit.unwrap_or(usize::MAX)).collect()
}

/// The 20 most populous countries in descending order of population (*Fluent Python*, 2nd edition,
/// example 20-2).
pub const POP20: [CountryCode; 20] = codes(
    b"CN IN US ID BR PK NG BD RU JP \
      MX PH VN ET EG DE IR TR CD FR ",
);

/// The 194 codes for which the remote site has a flag, sorted.
pub const ALL: [CountryCode; 194] = codes(include_bytes!("country/codes.txt"));

/// The name of each code from AA to ZZ, written by the build script.
static NAMES: [Option<&str>; CountryCode::COUNT] = include!(concat!(env!("OUT_DIR"), "/names.rs"));

/// Parses a list of codes at compile time. Compilation fails if it does not have `N` of them.
const fn codes<const N: usize>(list: &[u8]) -> [CountryCode; N] {
    let mut codes = [CountryCode([b'A'; 2]); N];
    let (mut count, mut at) = (0, 0);
    while at < list.len() {
        // Blanks and line breaks of any kind separate the codes.
        if list[at].is_ascii_whitespace() {
            at += 1;
        } else {
            codes[count] = CountryCode([list[at], list[at + 1]]);
            (count, at) = (count + 1, at + 2);
        }
    }
    assert!(count == N, "there are fewer codes than the array holds");
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_194_codes_are_sorted_and_include_the_20() {
        assert!(ALL.is_sorted());
        assert!(POP20.iter().all(|code| ALL.contains(code)));
        assert_eq!(select(POP20, None).len(), 20);
    }

    #[test]
    fn the_index_of_a_code_is_its_position() {
        assert!(CountryCode::every().map(CountryCode::index).eq(0..CountryCode::COUNT));
    }

    #[test]
    fn every_country_of_the_194_has_a_name_and_an_unassigned_code_has_none() {
        for code in ALL {
            assert!(code.name().is_some_and(|name| !name.is_empty()), "{code}");
        }
        for (code, name) in [("CI", Some("Côte d’Ivoire")), ("AA", None), ("ZZ", None)] {
            assert_eq!(code.parse::<CountryCode>().unwrap().name(), name, "{code}");
        }
    }

    #[test]
    fn a_single_letter_selects_26_codes() {
        let Pattern(codes) = "b".parse().unwrap();
        assert_eq!(codes.len(), 26);
        assert_eq!(codes[0].to_string(), "BA");
        assert_eq!(codes[25].to_string(), "BZ");
    }

    #[test]
    fn anything_but_one_or_two_latin_letters_is_invalid() {
        for word in ["", "B1", "BRA", "é", "ÉÉ", "B ", " BR", "🇧🇷", "--"] {
            assert_eq!(word.parse::<Pattern>(), Err(INVALID), "{word:?}");
        }
    }
}
