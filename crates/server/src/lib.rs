//! Everything a Tresen node does.
