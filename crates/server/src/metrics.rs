//! What the node counts, in the text format of Prometheus. No label holds an id of a person, a
//! device or a conversation.

use std::{
    fmt::Write as _,
    sync::atomic::{AtomicU64, Ordering},
};

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds one.
    pub fn increment(&self) {
        self.add(1);
    }

    /// Adds `count`.
    pub fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    /// The number now.
    #[must_use]
    pub fn value(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

macro_rules! metrics {
    ($($(#[doc = $doc:literal])+ $name:ident),+ $(,)?) => {
        /// The counters of a node.
        #[derive(Debug, Default)]
        pub struct Metrics {
            $($(#[doc = $doc])+ pub $name: Counter,)+
        }

        impl Metrics {
            fn write_counters(&self, text: &mut String) {
                $(write_metric(
                    text,
                    concat!("tresen_", stringify!($name), "_total"),
                    concat!($($doc),+).trim(),
                    "counter",
                    self.$name.value(),
                );)+
            }
        }
    };
}

metrics! {
    /// WebSocket connections that were opened.
    connections_opened,
    /// WebSocket connections that were refused because there were too many.
    connections_refused,
    /// WebSocket connections that were closed because the client took nothing.
    connections_stalled,
    /// Sockets accepted.
    sockets_accepted,
    /// Frames received from clients.
    frames_received,
    /// Frames refused because they were malformed.
    frames_refused,
    /// Requests over the WebSocket.
    requests,
    /// Requests that were answered with an error.
    requests_refused,
    /// Requests that failed because of the server.
    requests_failed,
    /// Messages accepted.
    messages_accepted,
    /// Mailbox entries sent to connected devices.
    entries_delivered,
    /// Pushes that a push service took.
    pushes_sent,
    /// Pushes that no push service took.
    pushes_failed,
    /// Subscriptions that ended: gone at the push service, or leading where they may not.
    pushes_ended,
    /// HTTP requests.
    http_requests,
    /// Bytes of blobs received.
    blob_bytes_received,
    /// Bytes of blobs sent.
    blob_bytes_sent,
    /// Notices received from other nodes.
    bus_notices_received,
    /// Messages on the bus that were no notices of this installation.
    bus_notices_refused,
}

/// What is true at the moment of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gauges {
    /// WebSocket connections.
    pub connections: usize,
    /// Devices that are connected.
    pub devices: usize,
    /// The bus, for a node that has one.
    pub bus: Option<BusGauges>,
}

/// How the bus is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BusGauges {
    /// Whether it is connected.
    pub is_up: bool,
    /// Connections that came up since the start.
    pub connects: u64,
    /// Notices that were lost since the start, because it was away.
    pub lost: u64,
}

impl Metrics {
    /// All numbers as text.
    #[must_use]
    pub fn render(&self, gauges: Gauges) -> String {
        let mut text = String::new();
        self.write_counters(&mut text);
        let Gauges { connections, devices, bus } = gauges;
        let open = "WebSocket connections that are open.";
        write_metric(&mut text, "tresen_connections", open, "gauge", connections);
        let online = "Devices that are connected.";
        write_metric(&mut text, "tresen_devices_connected", online, "gauge", devices);
        if let Some(bus) = bus {
            let up = "Whether the bus is connected.";
            write_metric(&mut text, "tresen_bus_up", up, "gauge", u8::from(bus.is_up));
            let connects = "Connections to the bus that came up.";
            let name = "tresen_bus_connects_total";
            write_metric(&mut text, name, connects, "counter", bus.connects);
            let lost = "Notices that were lost because the bus was away.";
            write_metric(&mut text, "tresen_bus_notices_lost_total", lost, "counter", bus.lost);
        }
        text
    }
}

fn write_metric(
    text: &mut String,
    name: &str,
    help: &str,
    kind: &str,
    value: impl std::fmt::Display,
) {
    writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}")
        .expect("writing into a String never fails");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_what_prometheus_reads() {
        let metrics = Metrics::default();
        metrics.messages_accepted.add(2);
        metrics.messages_accepted.increment();
        let text = metrics.render(Gauges { connections: 5, devices: 4, bus: None });
        assert!(text.contains(
            "# HELP tresen_messages_accepted_total Messages accepted.\n\
             # TYPE tresen_messages_accepted_total counter\n\
             tresen_messages_accepted_total 3\n"
        ));
        assert!(text.ends_with("tresen_devices_connected 4\n"));
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            assert_eq!(line.split(' ').count(), 2, "{line}");
        }
    }
}
