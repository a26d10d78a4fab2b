//! The GIF check never panics. It rejects a whole GIF without its trailer or with another one.
#![no_main]

use flags::gif::{Defect, check};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    match check(bytes) {
        Ok(()) => {
            assert_eq!(check(&bytes[..0]), Err(Defect::Signature));
            let trailer = bytes.iter().rposition(|byte| *byte == b';').expect("there is a trailer");
            for end in 1..=trailer {
                assert_eq!(check(&bytes[..end]), Err(Defect::CutShort));
            }
            assert_eq!(check(&[bytes, b";"].concat()), Err(Defect::Excess(bytes.len() - trailer)));
        }
        Err(Defect::Excess(excess)) => {
            let trailer_last = check(&bytes[..bytes.len() - excess]);
            assert!(matches!(trailer_last, Ok(()) | Err(Defect::NoImage)));
        }
        Err(Defect::UnknownBlock { byte, offset }) => assert_eq!(bytes[offset], byte),
        Err(Defect::Signature | Defect::CutShort | Defect::NoImage) => {}
    }
});
