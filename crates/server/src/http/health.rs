//! Whether the node is there, and whether it takes requests.

use std::time::Duration;

use http::StatusCode;
use tresen_store::StoreError;
use tresen_types::DeviceId;

use super::{
    Context,
    answer::{self, Answer},
};
use crate::app::App;

/// The process runs.
pub(super) fn alive() -> Answer {
    answer::text(StatusCode::OK, "ok\n")
}

/// The node takes requests: not while it stops, nor while its database is away. Without the bus it
/// works on, only slower between nodes; the answer says so.
pub(super) async fn ready(context: &Context) -> Answer {
    if context.stop.is_cancelled() {
        return answer::text(StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    let app = &context.app;
    if app.cluster().is_none() {
        return answer::text(StatusCode::OK, "ready\n");
    }
    let is_reachable =
        matches!(tokio::time::timeout(DATABASE_PATIENCE, reach(app)).await, Ok(Ok(())));
    let mut text =
        if is_reachable { "ready\ndatabase: reachable\n" } else { "database: away\n" }.to_owned();
    if let Some(bus) = app.bus_gauges() {
        text.push_str(if bus.is_up { "bus: connected\n" } else { "bus: away\n" });
    }
    let status = if is_reachable { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    answer::text(status, text)
}

/// How long the database may take to answer.
const DATABASE_PATIENCE: Duration = Duration::from_secs(1);

/// Asks both stores for something small.
async fn reach(app: &App) -> Result<(), StoreError> {
    app.control.ping().await?;
    app.delivery.stats(DeviceId::new([0; 8])).await.map(|_nothing| ())
}
