//! One file for each command.

pub mod up;
pub mod load;
pub mod strength;
pub mod situation;
pub mod report;
pub mod watch;
pub mod keys;
mod missions;
mod moments;
