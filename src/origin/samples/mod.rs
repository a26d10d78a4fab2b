//! The built-in sample images: a flag for each of the 194 codes that is recognisably nobody's, in files like the real ones.

mod cloth;
mod designs;
mod letters;
mod painting;

use std::fmt;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use super::gallery::Flag;
use crate::country::{ALL, CountryCode};

/// When the sample images say they were last modified: 2022-04-01, the month of *Fluent Python*'s second edition.
const MODIFIED: Duration = Duration::from_secs(1_648_771_200);

/// The sizes of the real flags in bytes, smallest to largest, each a tenth of them after the one before.
const SIZES: [usize; 11] =
    [1193, 3891, 4802, 6066, 8039, 9893, 11_612, 14_794, 19_962, 24_327, 34_500];

/// A sample image for each of the [194 codes](ALL), drawn when it is first asked for, and kept.
pub(super) struct Samples([OnceLock<Flag>; CountryCode::COUNT]);

impl Default for Samples {
    fn default() -> Self {
        Samples([const { OnceLock::new() }; CountryCode::COUNT])
    }
}

impl fmt::Debug for Samples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Samples")
    }
}

impl Samples {
    /// The image, if it has been drawn already.
    pub(super) fn drawn(&self, code: CountryCode) -> Option<Flag> {
        self.0[code.index()].get().cloned()
    }

    /// The image, where `code` is one of the 194. To draw one takes up to a millisecond or two.
    pub(super) fn get(&self, code: CountryCode) -> Option<Flag> {
        let place = ALL.binary_search(&code).ok()?;
        let draw = || {
            let bytes = painting::paint(code, size(place)).expect(
                "a Vec takes what is written to it, and the picture is within GIF's bounds",
            );
            Flag::new(bytes.into(), SystemTime::UNIX_EPOCH + MODIFIED)
        };
        Some(self.0[code.index()].get_or_init(draw).clone())
    }
}

/// About how many bytes the image of the code in that place among the 194 has: neighbours differ, and all together are
/// spread as the real ones are.
fn size(place: usize) -> usize {
    const LAST: usize = ALL.len() - 1;

    // 83 and 194 have no common divisor, so that each rank falls to one code.
    let rank = (place * 83 + 41) % ALL.len();
    let (tenth, rest) = (rank * 10 / LAST, rank * 10 % LAST);
    let from = SIZES[tenth];
    let to = SIZES.get(tenth + 1).unwrap_or(&from);
    from + (to - from) * rest / LAST
}
