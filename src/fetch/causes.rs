//! The chain of causes of an error, and texts of others within a message.

use std::error::Error;
use std::io;

/// The maximum length of a server's text within a message, in characters.
const MAX_EXCERPT: usize = 200;

/// The first error of type `E` in the chain of causes of `error`.
///
/// The `source` of an `io::Error` skips the error that it wraps, so `get_ref` is tried first.
pub(super) fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    if let Some(found) = error.downcast_ref::<E>() {
        return Some(found);
    }
    let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    wrapped
        .and_then(|inner| find::<E>(inner))
        .or_else(|| error.source().and_then(|source| find::<E>(source)))
}

/// The message of the last error in the chain of causes, without a link to a library's
/// documentation.
pub(super) fn root_cause(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    let message = cause.to_string();
    excerpt(message.split(": https://").next().unwrap_or(&message))
}

/// The first [`MAX_EXCERPT`] characters of `text`, for a message.
pub(super) fn excerpt(text: &str) -> String {
    match text.char_indices().nth(MAX_EXCERPT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_after_200_characters() {
        assert_eq!(excerpt(&"é".repeat(200)), "é".repeat(200));
        assert_eq!(excerpt(&"é".repeat(201)), "é".repeat(200) + "…");
    }

    #[test]
    fn a_message_has_no_link_to_documentation() {
        let error = io::Error::other("peer closed connection: https://docs.rs/rustls/manual");
        assert_eq!(root_cause(&error), "peer closed connection");
    }
}
