//! The gateway: a real server, real customers, and programs that speak the Cloud API over HTTP.

mod access;
mod account;
mod badly;
mod cards;
mod conformance;
mod desk;
mod events;
mod headers;
mod management;
mod media;
mod messages;
mod receiver;
mod reference;
mod shop;
mod templates;
mod webhooks;
