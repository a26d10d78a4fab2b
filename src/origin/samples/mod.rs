//! The built-in sample images: a flag for each of the 194 codes that is recognisably nobody's, in files like the real ones.

mod cloth;
mod designs;
mod letters;
mod painting;

use std::fmt;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use super::served_flag::Flag;
use crate::country::{ALL, CountryCode};

/// When the sample images say they were last modified: 2022-04-01, the month of *Fluent Python*'s second edition.
const MODIFIED: Duration = Duration::from_secs(1_648_771_200);

/// The sizes of the real flags in bytes, smallest to largest, each a tenth of them after the one before.
const SIZES: [usize; 11] =
    [1193, 3891, 4802, 6066, 8039, 9893, 11_612, 14_794, 19_962, 24_327, 34_500];

/// A sample image for each of the [194 codes](ALL), drawn when it is first asked for, and kept.
pub(super) struct Samples(Box<[OnceLock<Flag>]>);

impl Default for Samples {
    fn default() -> Self {
        Samples((0..CountryCode::COUNT).map(|_| OnceLock::new()).collect())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes() -> Vec<Vec<u8>> {
        let samples = Samples::default();
        ALL.map(|code| samples.get(code).unwrap().bytes.to_vec()).to_vec()
    }

    #[test]
    fn each_is_a_gif_with_one_picture() {
        for (code, bytes) in ALL.iter().zip(bytes()) {
            assert!(bytes.starts_with(b"GIF89a") && bytes.ends_with(b";"), "{code}");
            let mut decoder = gif::DecodeOptions::new().read_info(&bytes[..]).unwrap();
            let frame = decoder.read_next_frame().unwrap().unwrap();
            let (width, height, pixels) = (frame.width, frame.height, frame.buffer.len());
            assert_eq!((width, height), (decoder.width(), decoder.height()), "{code}");
            assert_eq!(pixels, usize::from(width) * usize::from(height), "{code}");
            assert!((150..=300).contains(&width) && height * 3 == width * 2, "{code}");
            assert!(decoder.read_next_frame().unwrap().is_none(), "{code}");
        }
    }

    #[test]
    fn no_two_are_alike() {
        let mut all = bytes();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), ALL.len());
    }

    #[test]
    fn their_sizes_are_spread_as_the_real_ones_are() {
        let mut sizes: Vec<_> = bytes().iter().map(Vec::len).collect();
        sizes.sort();
        assert!((1000..1400).contains(&sizes[0]), "{}", sizes[0]);
        assert!((34_000..36_400).contains(&sizes[193]), "{}", sizes[193]);
        for tenth in 1..10 {
            let (size, real) = (sizes[tenth * 193 / 10] as f64, SIZES[tenth] as f64);
            assert!((0.9..1.1).contains(&(size / real)), "{size} for {real}");
        }
    }

    #[test]
    fn they_are_the_same_each_time_and_everywhere() {
        let all = bytes();
        assert_eq!(all, bytes());
        let (first, last) = (checksum(&all[0]), checksum(&all[193]));
        assert_eq!(
            (first, last, checksum(&all.concat())),
            (396_017_322, 1_363_072_361, 1_840_778_248)
        );
    }

    #[test]
    fn only_the_194_have_one() {
        let samples = Samples::default();
        for code in CountryCode::every() {
            assert_eq!(samples.get(code).is_some(), ALL.contains(&code), "{code}");
        }
    }

    #[test]
    fn letters_can_be_told_apart() {
        let shapes: std::collections::HashSet<Vec<_>> =
            ('A'..='Z').map(|letter| letters::dots(letter).collect()).collect();
        assert_eq!(shapes.len(), 26);
        assert!(shapes.iter().all(|dots| dots.len() >= 10));
        assert_eq!(letters::dots('é').count() + letters::dots('!').count(), 0);
    }

    /// Adler-32 (RFC 1950 §8.2).
    fn checksum(bytes: &[u8]) -> u32 {
        let (a, b) = bytes.iter().fold((1, 0), |(a, b), byte| {
            let a = (a + u32::from(*byte)) % 65_521;
            (a, (b + a) % 65_521)
        });
        b << 16 | a
    }
}
