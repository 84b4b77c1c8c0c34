//! Follows the public state of MLS groups for the delivery service.
