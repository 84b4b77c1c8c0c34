//! Several nodes: what one tells another, what happens when nobody tells, and what is away.

mod bus;
mod nodes;
mod outage;
mod support;
