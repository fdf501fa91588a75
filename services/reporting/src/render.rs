//! Published reports as documents. Every text comes from records, so every text is escaped.

mod wording;
mod markdown;
mod html;

#[cfg(test)]
mod tests;

pub use self::{html::html, markdown::markdown};
