//! The client of NATS against real servers.

use std::sync::Arc;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tresen_server::cluster::nats::{Nats, NatsAddress, NatsListener, NatsOptions};
use tresen_testkit::{
    nats::{NatsServer, NatsServerOptions},
    world::{patiently, run},
};

#[derive(Debug, PartialEq, Eq)]
enum Heard {
    Connected,
    Message(String, Vec<u8>),
}

struct Ear {
    heard: UnboundedSender<Heard>,
    subject: &'static str,
}

impl NatsListener for Ear {
    fn connected(&self, nats: &Nats) {
        nats.subscribe(self.subject);
        drop(self.heard.send(Heard::Connected));
    }

    fn message(&self, subject: &[u8], payload: &[u8]) {
        let subject = String::from_utf8_lossy(subject).into_owned();
        drop(self.heard.send(Heard::Message(subject, payload.to_vec())));
    }
}

struct Client {
    nats: Nats,
    heard: UnboundedReceiver<Heard>,
    running: tokio::task::JoinHandle<()>,
}

impl Drop for Client {
    fn drop(&mut self) {
        self.running.abort();
    }
}

impl Client {
    fn start(servers: &[&NatsServer], credentials: Option<&str>, subject: &'static str) -> Self {
        let servers =
            servers.iter().map(|it| NatsAddress::try_from(it.url()).expect("an address")).collect();
        let credentials = credentials.map(|it| it.to_owned().into());
        let options = NatsOptions { servers, credentials, tls: None };
        let (sender, heard) = unbounded_channel();
        let nats = Nats::new();
        let ear = Arc::new(Ear { heard: sender, subject });
        let running = tokio::spawn(nats.clone().run(options, ear));
        Self { nats, heard, running }
    }

    async fn next(&mut self) -> Heard {
        patiently(self.heard.recv()).await.expect("the client runs")
    }

    /// Publishes until the other side hears it: a subscription takes a moment to be known.
    async fn speak(&self, subject: &str, payload: &[u8], to: &mut Self) {
        let mut tries = tokio::time::interval(std::time::Duration::from_millis(50));
        let expected = Heard::Message(subject.to_owned(), payload.to_vec());
        let speaking = async {
            loop {
                tokio::select! {
                    heard = to.heard.recv() => {
                        if heard.as_ref() == Some(&expected) {
                            return;
                        }
                    }
                    _ = tries.tick() => self.nats.publish(subject, payload),
                }
            }
        };
        patiently(speaking).await;
    }
}

#[test]
fn what_one_publishes_who_has_subscribed_hears() {
    run(async {
        let server = NatsServer::start().unwrap();
        let mut anna = Client::start(&[&server], None, "test.anna");
        let mut ben = Client::start(&[&server], None, "test.ben");
        assert_eq!(anna.next().await, Heard::Connected);
        assert_eq!(ben.next().await, Heard::Connected);
        anna.speak("test.ben", b"\0\r\nPUB x", &mut ben).await;
        ben.speak("test.anna", b"", &mut anna).await;
        // What one publishes isn't for itself.
        ben.nats.publish("test.ben", b"own");
        ben.nats.unsubscribe("test.ben");
        // What it says after that shows that the server has done what it said before.
        ben.speak("test.anna", b"gone", &mut anna).await;
        anna.nats.publish("test.ben", b"late");
        anna.speak("test.anna.none", b"", &mut Client::start(&[&server], None, "test.anna.none"))
            .await;
        while let Ok(heard) = ben.heard.try_recv() {
            assert!(matches!(heard, Heard::Message(_, payload) if payload == b"\0\r\nPUB x"));
        }
    });
}

#[test]
fn a_killed_server_is_left_for_another_one() {
    run(async {
        let mut servers = NatsServer::start_cluster(3).unwrap();
        let all: Vec<&NatsServer> = servers.iter().collect();
        let mut anna = Client::start(&all, None, "test.anna");
        let mut ben = Client::start(&all, None, "test.ben");
        assert_eq!(anna.next().await, Heard::Connected);
        assert_eq!(ben.next().await, Heard::Connected);
        for server in &mut servers {
            server.kill().unwrap();
            anna.speak("test.ben", b"still there", &mut ben).await;
            ben.speak("test.anna", b"so am I", &mut anna).await;
            server.restart().unwrap();
        }
    });
}

#[test]
fn a_server_that_says_nothing_is_left_too() {
    run(async {
        let server = NatsServer::start().unwrap();
        let mut anna = Client::start(&[&server], None, "test.anna");
        assert_eq!(anna.next().await, Heard::Connected);
        server.pause().unwrap();
        patiently(async {
            while anna.nats.is_up() {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        })
        .await;
        let lost = anna.nats.lost();
        anna.nats.publish("test.nobody", b"");
        assert_eq!(anna.nats.lost(), lost + 1);
        server.resume().unwrap();
        assert_eq!(anna.next().await, Heard::Connected);
    });
}

#[test]
fn who_has_no_credentials_stays_outside() {
    run(async {
        let credentials = Some(("tresen".to_owned(), "se:cret".to_owned()));
        let server = NatsServer::start_with(NatsServerOptions { credentials }).unwrap();
        let stranger = Client::start(&[&server], Some("tresen:wrong"), "test.stranger");
        let nobody = Client::start(&[&server], None, "test.nobody");
        let mut anna = Client::start(&[&server], Some("tresen:se:cret"), "test.anna");
        assert_eq!(anna.next().await, Heard::Connected);
        assert!(!stranger.nats.is_up() && stranger.nats.connects() == 0);
        assert!(!nobody.nats.is_up() && nobody.nats.connects() == 0);
    });
}
