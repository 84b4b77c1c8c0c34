//! Server storage: traits, conformance suite and back ends.
