//! The two kinds of connections that a request can use.

/// The connections that a request may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Connections {
    /// Those of the pool, which are kept after an answer and, over HTTP/2, shared.
    Pooled,
    /// A new one, which is closed after the answer.
    Fresh,
}
