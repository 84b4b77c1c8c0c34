//! The gateway: a real server, real customers, and programs that speak the Cloud API over HTTP.

mod about;
mod access;
mod account;
mod badly;
mod cards;
mod conformance;
mod desk;
mod events;
mod goods;
mod headers;
mod management;
mod media;
mod messages;
mod past;
mod provider;
mod receiver;
mod reference;
mod shelf;
mod shop;
mod templates;
mod webhooks;
