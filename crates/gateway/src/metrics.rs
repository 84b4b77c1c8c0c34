//! Counters, in the text form of Prometheus.

use std::cell::Cell;

use crate::{error::Result, gateway::Gateway};

/// A number that grows.
#[derive(Debug, Default)]
pub(crate) struct Counter(Cell<u64>);

impl Counter {
    pub(crate) fn increment(&self) {
        self.0.set(self.0.get().saturating_add(1));
    }
}

/// What is counted.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    pub(crate) calls: Counter,
    pub(crate) refused: Counter,
    pub(crate) sent: Counter,
    pub(crate) received: Counter,
    pub(crate) webhooks_delivered: Counter,
    pub(crate) webhooks_failed: Counter,
    pub(crate) webhooks_given_up: Counter,
}

impl Metrics {
    /// All of them.
    pub(crate) fn text(&self, gateway: &Gateway) -> Result<String> {
        let mut text = String::new();
        for (name, what, counter) in [
            ("calls_total", "Calls of the API", &self.calls),
            ("calls_refused_total", "Calls that were refused", &self.refused),
            ("messages_sent_total", "Messages that programs sent", &self.sent),
            ("messages_received_total", "Messages of customers", &self.received),
            ("webhooks_delivered_total", "Webhooks that were taken", &self.webhooks_delivered),
            ("webhooks_failed_total", "Deliveries that failed", &self.webhooks_failed),
            ("webhooks_given_up_total", "Webhooks that were given up", &self.webhooks_given_up),
        ] {
            let value = counter.0.get();
            write_one(&mut text, name, what, "counter", value);
        }
        let waiting = gateway.store.read(|tx| tx.waiting_count())?;
        write_one(&mut text, "webhooks_waiting", "Webhooks that wait", "gauge", waiting);
        let is_live = u64::from(gateway.is_live());
        write_one(&mut text, "connected", "Whether the server is reached", "gauge", is_live);
        Ok(text)
    }
}

fn write_one(text: &mut String, name: &str, what: &str, kind: &str, value: u64) {
    text.push_str(&format!(
        "# HELP tresen_gateway_{name} {what}.\n# TYPE tresen_gateway_{name} {kind}\n\
         tresen_gateway_{name} {value}\n"
    ));
}
