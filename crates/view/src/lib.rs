//! Commands, events and view models between the SDK and a user interface.
