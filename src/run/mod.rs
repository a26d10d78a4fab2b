//! One download run: a [`Plan`] is carried out and becomes a [`Summary`].

mod order;
mod plan;
mod summary;

pub use order::Order;
pub use plan::Plan;
pub use summary::{Counts, Summary};
