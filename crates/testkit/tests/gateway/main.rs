//! The gateway: a real server, real customers, and programs that speak the Cloud API over HTTP.

mod access;
mod cards;
mod conformance;
mod desk;
mod events;
mod management;
mod media;
mod messages;
mod receiver;
mod templates;
mod webhooks;
