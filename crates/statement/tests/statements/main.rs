//! Golden vectors, round trips, hostile bytes and the rules of every kind of statement.

mod bodies;
mod corpus;
mod golden;
mod round_trip;
mod rules;
mod samples;
mod templates;
