//! The program of operators and partners. Integration tests use its Postgres and its loader.

pub mod cli;
mod access;
mod commands;
pub mod scenario;
pub mod client;
pub mod refusal;
mod settings;
pub mod keys;
pub mod roles;
pub mod places;
pub mod postgres;
mod progress;
mod terminal;
mod markdown;
mod words;
mod json;
