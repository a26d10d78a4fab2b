//! Reads the body of a response, which must be a whole GIF.

use reqwest::Response;
use reqwest::header::TRANSFER_ENCODING;

use super::FetchError;
use crate::gif::{self, Defect, MAX_BYTES};

/// Reads the body of `response` and returns it. The size is checked while it streams, so that a
/// server cannot fill the memory.
///
/// # Errors
/// The body is larger than [`MAX_BYTES`], ends early, or is not a whole GIF.
pub(super) async fn read(mut response: Response) -> Result<Vec<u8>, FetchError> {
    let promised = response.content_length();
    // The last chunk marks the end of the body (RFC 9112 §7.1).
    let chunked = response.headers().contains_key(TRANSFER_ENCODING);
    let capacity = match usize::try_from(promised.unwrap_or(0)) {
        Ok(length) if length <= MAX_BYTES => length,
        _ => return Err(FetchError::TooLarge),
    };
    let mut image = Vec::with_capacity(capacity);
    while let Some(chunk) =
        response.chunk().await.map_err(|error| FetchError::in_body(&error, image.len()))?
    {
        if image.len() + chunk.len() > MAX_BYTES {
            return Err(FetchError::TooLarge);
        }
        image.extend_from_slice(&chunk);
    }
    // An HTTP/2 stream may end early without an error.
    if promised.is_some_and(|promised| (image.len() as u64) < promised) {
        let reason = "the response is shorter than its Content-Length".into();
        return Err(FetchError::Truncated { received: image.len(), reason });
    }
    // Without a length or a last chunk, the end of a body and a lost connection look the same.
    let complete = chunked || promised == Some(image.len() as u64);
    match gif::check(&image) {
        Ok(()) => Ok(image),
        Err(defect @ Defect::CutShort) if !complete => {
            Err(FetchError::Truncated { received: image.len(), reason: defect.to_string() })
        }
        Err(defect) => Err(FetchError::NotAGif(defect)),
    }
}
