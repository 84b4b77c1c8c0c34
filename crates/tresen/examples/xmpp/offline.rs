//! Messages for users who are away, from eight who write. A message counts as accepted when a ping that
//! was sent behind it is answered: the server works stanzas of one connection off in their order.

use tokio::task::JoinSet;

use crate::{
    Args, Report, measure, process,
    wire::{Target, Wire, has, user},
};

const WRITERS: usize = 8;
/// Messages before each ping.
const BATCH: usize = 10;

pub(crate) async fn run(args: &Args, target: &Target) -> anyhow::Result<Report> {
    let users = WRITERS + args.users;
    Wire::register(target, users).await?;
    let mut writers = Vec::new();
    for number in 0..WRITERS {
        writers.push(Wire::login(target, number).await?);
    }
    let cpu = process::cpu_seconds(&args.pids)?;
    let mut running = JoinSet::new();
    for (number, wire) in writers.into_iter().enumerate() {
        let readers: Vec<String> = (WRITERS + number..users).step_by(WRITERS).map(user).collect();
        running.spawn_local(write(wire, readers, args.messages));
    }
    let mut accepted = 0;
    while let Some(ended) = running.join_next().await {
        accepted += ended??;
    }
    let cpu = process::cpu_seconds(&args.pids)? - cpu;
    Ok(Report {
        kind: "offline",
        users: args.users,
        server_cpu_seconds: cpu,
        accepted_per_server_cpu_second: Some(measure::ratio(accepted, cpu)),
        ..Report::default()
    })
}

async fn write(mut wire: Wire, readers: Vec<String>, messages: usize) -> anyhow::Result<u64> {
    let text = "x".repeat(400);
    let mut accepted = 0;
    for number in 0..messages {
        for some in readers.chunks(BATCH) {
            for reader in some {
                wire.queue(&format!(
                    "<message to='{reader}@localhost' type='chat' id='{number}'>\
                     <body>{text}</body></message>"
                ));
            }
            wire.queue("<iq type='get' id='p' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>");
            wire.flush().await?;
            while !has(&wire.next().await?, "id='p'") {}
            accepted += u64::try_from(some.len())?;
        }
    }
    Ok(accepted)
}
