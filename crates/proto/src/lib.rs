//! The protocol between client and server: frames, requests, replies, events; sans-I/O.
