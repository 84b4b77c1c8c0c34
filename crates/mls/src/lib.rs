//! The end-to-end engine: conversation groups on OpenMLS behind a small API.
