//! Nodes with a database and a bus of their own, that a test can take away.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tresen_server::ServerHandle;
use tresen_testkit::{
    nats::NatsServer,
    postgres::{Postgres, PostgresOptions},
    world::{World, patiently},
};

/// Two nodes, and what they stand on.
pub(crate) struct Town {
    pub(crate) world: World,
    pub(crate) postgres: Postgres,
    pub(crate) nats: NatsServer,
}

impl Town {
    pub(crate) async fn start() -> Self {
        let options = PostgresOptions { fsync: false, ..PostgresOptions::default() };
        let postgres = Postgres::start_with(options).expect("PostgreSQL");
        let nats = NatsServer::start().expect("NATS");
        let database = postgres.fresh_database().expect("a database");
        let world = World::cluster(2, &database, &[nats.url()], |_config| {}).await;
        let town = Self { world, postgres, nats };
        town.until_health(0, "ready\ndatabase: reachable\nbus: connected\n").await;
        town.until_health(1, "ready\ndatabase: reachable\nbus: connected\n").await;
        town
    }

    /// Waits until a node says this of itself.
    pub(crate) async fn until_health(&self, node: usize, expected: &str) {
        let node = self.world.node(node);
        patiently(async {
            while health(node).await != expected {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        })
        .await;
    }
}

/// What a node answers at `/readyz`.
async fn health(node: &ServerHandle) -> String {
    let mut stream = TcpStream::connect(node.local_addr).await.expect("the node listens");
    let request = b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await.expect("the node reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("the node answers");
    answer.split_once("\r\n\r\n").map(|(_head, body)| body.to_owned()).unwrap_or_default()
}
