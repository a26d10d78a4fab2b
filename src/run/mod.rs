//! One download run: a [`Plan`] is carried out and becomes a [`Summary`].

mod order;
mod plan;

pub use order::Order;
pub use plan::{Plan, Summary};
