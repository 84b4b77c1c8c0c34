//! Payloads, payments and files from banks, through the crate's public door.

mod bodies;
mod corpus;
mod payment;
mod statements;
mod vectors;
