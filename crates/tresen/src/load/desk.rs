//! A business with a gateway in a process of its own, customers with the real SDK, a program that sends
//! over HTTP and a receiver of webhooks.
//!
//! ```text
//! program ──HTTP──▶ tresen gateway serve ══▶ tresen serve ══▶ customers
//! receiver ◀─webhooks──┘
//! ```

pub(crate) mod program;
pub(crate) mod receiver;

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    process::{Child, Command as Process, Stdio},
    time::Duration,
};

use anyhow::{Context as _, bail, ensure};
use receiver::Receiver;
use tempfile::TempDir;
use tresen_client::Trust;
use tresen_gateway::{
    BusinessIds,
    link::{self, Credentials, Folder},
    system_clock,
};
use tresen_types::{AccountId, Categories, Category, ConversationId};
use tresen_view::{Answer, Command, EntryLinkView, Event, LinkStep, Role};

use crate::{
    bench::{ServerOptions, ServerProcess},
    device::Device,
};

/// The line that `tresen gateway serve` prints when it is ready.
const READY: &str = "tresen ready ";
/// How long a step of the preparation may take.
const PATIENCE: Duration = Duration::from_secs(60);
const VERIFY_TOKEN: &str = "verify";

/// A customer.
pub(crate) struct Customer {
    pub(crate) device: Device,
    pub(crate) conversation: ConversationId,
    pub(crate) wa_id: String,
}

/// All of it.
pub(crate) struct Desk {
    pub(crate) server: ServerProcess,
    pub(crate) owner: Device,
    pub(crate) gateway: GatewayProcess,
    pub(crate) customers: Vec<Customer>,
    pub(crate) receiver: Receiver,
    pub(crate) token: String,
    pub(crate) ids: BusinessIds,
    _folder: TempDir,
}

impl Desk {
    /// Starts everything; every customer has said a word.
    pub(crate) async fn open(count: usize, is_pinned: bool) -> anyhow::Result<Self> {
        let options = ServerOptions {
            claims: 1,
            is_pinned,
            tls: false,
            has_self_approval: true,
            ..ServerOptions::default()
        };
        let mut server = ServerProcess::start(&options)?;
        let token = server.take_claims().pop().context("a claim link")?;
        let origin = server.target().origin;
        let folder = tempfile::tempdir()?;
        let mut owner = open_device(&origin, &folder.path().join("owner")).await?;
        let link = claim(&mut owner, token).await?;
        let gateway_folder = folder.path().join("gateway");
        let credentials = invite(&origin, &mut owner, &gateway_folder).await?;
        let ids = BusinessIds::of(account(&owner).await?);
        let receiver = Receiver::start().await?;
        let commands = Folder::open(&gateway_folder, system_clock())?;
        commands.set_receiver(&receiver.url(), VERIFY_TOKEN, &[], &Trust::Web).await?;
        drop(commands);
        let gateway = GatewayProcess::start(&gateway_folder, is_pinned)?;
        let mut customers = Vec::with_capacity(count);
        for number in 0..count {
            let folder = folder.path().join(format!("customer-{number}"));
            customers.push(customer(&origin, &folder, &link, &ids).await?);
        }
        let token = credentials.token.context("a token")?;
        let desk =
            Self { server, owner, gateway, customers, receiver, token, ids, _folder: folder };
        desk.until_all_are_known().await?;
        Ok(desk)
    }

    /// Every customer says a word, and its webhook has come.
    async fn until_all_are_known(&self) -> anyhow::Result<()> {
        for customer in &self.customers {
            let text = format!("hello {}", customer.wa_id);
            customer.say(text).await?;
        }
        let all = async {
            while self.receiver.said().len() < self.customers.len() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, all).await.context("not every customer was heard")
    }
}

impl Customer {
    /// Says something.
    pub(crate) async fn say(&self, text: String) -> anyhow::Result<()> {
        let conversation = self.conversation;
        let command = Command::SendText { conversation, text, reply_to: None };
        self.device.call(command).await.map_err(said)?;
        Ok(())
    }
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` gives it")]
fn said(failure: tresen_view::Failure) -> anyhow::Error {
    anyhow::anyhow!("{:?}: {}", failure.kind, failure.detail)
}

async fn open_device(origin: &str, folder: &Path) -> anyhow::Result<Device> {
    fs::create_dir_all(folder)?;
    Device::open(origin, folder, Trust::Web).await.map_err(said)
}

async fn account(device: &Device) -> anyhow::Result<AccountId> {
    match device.call(Command::Account).await.map_err(said)? {
        Answer::Account(Some(account)) => Ok(account.account),
        other => bail!("no account: {other:?}"),
    }
}

async fn claim(owner: &mut Device, token: String) -> anyhow::Result<EntryLinkView> {
    let claim = Command::ClaimBusiness {
        token,
        agent_name: "Owner".to_owned(),
        business_name: "Korn".to_owned(),
        language: "en".to_owned(),
    };
    owner.call(claim).await.map_err(said)?;
    owner.until_live().await.map_err(said)?;
    let create = Command::CreateEntryLink {
        label: "load".to_owned(),
        prefilled: String::new(),
        uses_max: None,
        days: None,
    };
    match owner.call(create).await.map_err(said)? {
        Answer::EntryLink(link) => Ok(link),
        other => bail!("no entry link: {other:?}"),
    }
}

async fn invite(origin: &str, owner: &mut Device, folder: &Path) -> anyhow::Result<Credentials> {
    let invite = Command::Invite { role: Role::Owner, name: "Gateway".to_owned() };
    let Answer::Link(LinkStep::Invitation { url, .. }) = owner.call(invite).await.map_err(said)?
    else {
        bail!("no invitation")
    };
    let linking = link::begin(folder, origin, Trust::Web, system_clock(), &url).await?;
    let asked = async {
        loop {
            let event = owner.next_event().await.map_err(said)?;
            if matches!(event, Event::Link(LinkStep::EnterCode { .. })) {
                return anyhow::Ok(());
            }
        }
    };
    tokio::time::timeout(PATIENCE, asked).await??;
    let code = linking.code.clone();
    let approve = owner.call(Command::ApproveLink { code });
    let (approved, linked) = tokio::join!(approve, linking.finish());
    approved.map_err(said)?;
    Ok(linked?)
}

async fn customer(
    origin: &str,
    folder: &Path,
    link: &EntryLinkView,
    ids: &BusinessIds,
) -> anyhow::Result<Customer> {
    let mut device = open_device(origin, folder).await?;
    let fingerprint = link.url.split_once('#').map(|(_, key)| key.to_owned());
    let all = [Category::Service, Category::Utility, Category::Marketing, Category::Authentication];
    let open = Command::OpenConversation {
        entry: link.entry,
        fingerprint: fingerprint.unwrap_or_default(),
        display_name: "Priya".to_owned(),
        categories: all.into_iter().collect::<Categories>(),
        wording: "Yes".to_owned(),
        language: "en".to_owned(),
    };
    let Answer::Conversation(conversation) = device.call(open).await.map_err(said)? else {
        bail!("no conversation")
    };
    device.until_live().await.map_err(said)?;
    let wa_id = ids.wa_id(account(&device).await?, 0);
    Ok(Customer { device, conversation, wa_id })
}

/// The gateway's process.
pub(crate) struct GatewayProcess {
    child: Child,
    folder: std::path::PathBuf,
    is_pinned: bool,
    pub(crate) address: SocketAddr,
}

impl GatewayProcess {
    fn start(folder: &Path, is_pinned: bool) -> anyhow::Result<Self> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        drop(listener);
        let child = spawn(folder, address, is_pinned)?;
        let mut gateway = Self { child, folder: folder.to_owned(), is_pinned, address };
        gateway.wait_ready()?;
        Ok(gateway)
    }

    fn wait_ready(&mut self) -> anyhow::Result<()> {
        let output = self.child.stdout.take().context("the gateway's output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        ensure!(line.starts_with(READY), "the gateway said {line:?} instead of being ready");
        Ok(())
    }

    /// The process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Starts it again from its folder, at the same address.
    pub(crate) fn restart(&mut self) -> anyhow::Result<()> {
        self.child = spawn(&self.folder, self.address, self.is_pinned)?;
        self.wait_ready()
    }
}

impl Drop for GatewayProcess {
    fn drop(&mut self) {
        // Whoever dropped it already has its own error to report.
        if let Err(error) = self.child.kill() {
            tracing::debug!(%error, "the gateway had ended");
        }
    }
}

fn spawn(folder: &Path, address: SocketAddr, is_pinned: bool) -> anyhow::Result<Child> {
    let program = std::env::current_exe()?;
    let mut command = if is_pinned {
        let mut command = Process::new("taskset");
        command.args(["-c", "1"]).arg(program);
        command
    } else {
        Process::new(program)
    };
    command.args(["gateway", "serve", "--folder"]).arg(folder);
    command.args(["--listen", &address.to_string()]);
    command.args(["--messages-per-second", "100000", "--pair-burst", "1000000"]);
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let log = fs::OpenOptions::new().create(true).append(true).open(folder.join("log"))?;
    command.stderr(log).spawn().context("start the gateway")
}
