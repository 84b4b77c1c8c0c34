//! Reports of customers: taken in only when each message in it is proven to have been sent
//! (PROTOCOL 4.1).

mod publish;

pub(crate) use publish::publish;
