//! The draft's vectors, golden vectors, round trips, hostile bytes and the rules of content.

mod attachment;
mod bodies;
mod booking;
mod card;
mod contacts;
mod corpus;
mod golden;
mod round_trip;
mod rules;
mod samples;
mod shop;
mod template;
mod vectors;
