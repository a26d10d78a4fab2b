//! The two kinds of connections that a request can use.

/// The connections that a request may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Connections {
    /// Connections of the pool, which are kept after a response and, over HTTP/2, shared.
    Pooled,
    /// A new connection, which is closed after the response.
    Fresh,
}
