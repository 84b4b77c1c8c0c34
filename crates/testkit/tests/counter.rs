//! The counter from both sides: real Chromium, the built web app, a real server in this process.
//!
//! The web app must have been built before: `cargo xtask web`.

mod counter {
    mod stage;

    mod address_book;
    mod agent;
    mod button;
    mod cards;
    mod customer_and_owner;
    mod every_page;
    mod goods;
    mod keyboard;
    mod kills;
    mod leaving;
    mod long_chat;
    mod nails;
    mod offline;
    mod orders;
    mod own_devices;
    mod passkey;
    mod pc_support;
    mod permission;
    mod pizza;
    mod posters;
    mod scanned;
    mod steady;
    mod stopwatch;
    mod templates;
    mod windows;
}
