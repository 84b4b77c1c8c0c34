//! The command line.

mod billing;
mod operator;

use std::path::PathBuf;

pub(crate) use billing::{
    AccountCommand, MoneyArgs, PlanArgs, PlanCommand, RateCardCommand, UsageArgs,
};
use clap::{Args, Parser, Subcommand, ValueEnum};
pub(crate) use operator::{DomainCommand, ObjectionOutcome, ReportCommand, ReportVerdict};
use tresen_server::cluster::nats::NatsAddress;
use tresen_types::{AccountId, Category, ConversationId, MessageId};

/// Tresen: an end-to-end-encrypted business messenger.
#[derive(Debug, Parser)]
#[command(name = "tresen", version)]
pub(crate) struct Arguments {
    /// Logs more.
    #[arg(long, global = true)]
    pub(crate) verbose: bool,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Runs a node until it is asked to end.
    Serve(ServeArgs),
    /// What an operator does.
    Admin {
        /// Which.
        #[command(subcommand)]
        command: AdminCommand,
    },
    /// Moves conversations and mailboxes between a data folder and PostgreSQL.
    Migrate(MigrateArgs),
    /// Serves a town of four businesses and their customers.
    Demo(DemoArgs),
    /// A business's own device that speaks the WhatsApp Cloud API.
    Gateway {
        /// What it does.
        #[command(subcommand)]
        command: GatewayCommand,
    },
    /// The whole platform in one process, for developers of programs that speak the WhatsApp Cloud
    /// API; prints what they need on its first line.
    Sandbox(SandboxArgs),
    /// The SDK on the command line; without a command, calls come in on standard input.
    Chat(ChatArgs),
    /// Verifies a consent file, and prints who allowed what to whom.
    VerifyConsent(VerifyConsentArgs),
    /// Makes a table for a mail program of an address book (vCard or CSV) and the shop's link.
    Invite(InviteArgs),
    /// Measures a server on the real protocol.
    Bench(BenchArgs),
    /// Compares what clients sent, were told was accepted, and received.
    Check {
        /// Which.
        #[command(subcommand)]
        command: CheckCommand,
    },
}

/// How a sandbox is started.
#[derive(Args, Debug)]
pub(crate) struct SandboxArgs {
    /// Where the API listens.
    #[arg(long, default_value = "127.0.0.1:8490")]
    pub(crate) listen: std::net::SocketAddr,
    /// Where control calls come in; without it, on a free port beside.
    #[arg(long)]
    pub(crate) control: Option<std::net::SocketAddr>,
    /// The certificate chain (PEM) for TLS; with `--tls-key`.
    #[arg(long, requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// The certificate's key (PEM).
    #[arg(long, requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
    /// How programs reach the API, if not at the address where it listens.
    #[arg(long)]
    pub(crate) public_url: Option<String>,
    /// The names of the customers, with commas.
    #[arg(long, value_delimiter = ',')]
    pub(crate) customers: Vec<String>,
}

/// How a node is started.
#[derive(Args, Debug, Default)]
pub(crate) struct ServeArgs {
    /// The configuration, TOML; `TRESEN_` variables come on top.
    #[arg(long)]
    pub(crate) config: Option<PathBuf>,
    /// Where to listen; overrides the configuration.
    #[arg(long)]
    pub(crate) listen: Option<std::net::SocketAddr>,
    /// Where everything is stored; overrides the configuration.
    #[arg(long)]
    pub(crate) data: Option<PathBuf>,
    /// The database that all nodes share, `postgres://…`; overrides the configuration.
    #[arg(long)]
    pub(crate) database: Option<String>,
    /// The bus's servers, `nats://HOST:PORT` or `tls://HOST:PORT`, with commas; overrides the
    /// configuration.
    #[arg(long, value_delimiter = ',', value_parser = nats_address)]
    pub(crate) bus: Vec<NatsAddress>,
    /// Where the bytes of blobs are: `s3://BUCKET` or a directory; overrides the configuration.
    #[arg(long)]
    pub(crate) blobs: Option<String>,
    /// The secrets that all nodes share; overrides the configuration.
    #[arg(long)]
    pub(crate) server_key: Option<PathBuf>,
}

fn nats_address(text: &str) -> Result<NatsAddress, &'static str> {
    NatsAddress::try_from(text.to_owned())
}

/// From where to where.
#[derive(Args, Debug)]
pub(crate) struct MigrateArgs {
    /// The server's data folder, or `postgres://…`; it isn't changed.
    #[arg(long)]
    pub(crate) from: String,
    /// An empty data folder, or `postgres://…` of an empty database; or the target of a run that was
    /// interrupted, which then goes on.
    #[arg(long)]
    pub(crate) to: String,
    /// Where the blobs of `--from` are: a folder, or `s3://…` [default: in the data folder].
    #[arg(long, value_name = "PLACE")]
    pub(crate) from_blobs: Option<String>,
    /// Where the blobs go: a folder, or `s3://…` [default: in the data folder].
    #[arg(long, value_name = "PLACE")]
    pub(crate) to_blobs: Option<String>,
    /// The file with the keys for S3.
    #[arg(long, value_name = "FILE")]
    pub(crate) blob_credentials: Option<PathBuf>,
}

/// What an operator does.
#[derive(Debug, Subcommand)]
pub(crate) enum AdminCommand {
    /// Makes the file with the secrets that all nodes of an installation share.
    ServerKey {
        /// Where; there must be no such file yet.
        file: PathBuf,
    },
    /// Prints one-time claim links, one for each new business; they count for 24 hours.
    Claim(ClaimArgs),
    /// Shows and decides about the templates of businesses.
    Template {
        /// What to do.
        #[command(subcommand)]
        command: TemplateCommand,
    },
    /// Adds and shows the prices of messages.
    RateCard {
        /// What to do.
        #[command(subcommand)]
        command: RateCardCommand,
    },
    /// Sets and shows how a business pays.
    Plan {
        /// What to do.
        #[command(subcommand)]
        command: PlanCommand,
    },
    /// Books payments and limits of businesses.
    Account {
        /// What to do.
        #[command(subcommand)]
        command: AccountCommand,
    },
    /// Prints what was delivered and what it cost.
    Usage(UsageArgs),
    /// Shows and decides about what customers report.
    Report {
        /// What to do.
        #[command(subcommand)]
        command: ReportCommand,
    },
    /// Shows and checks the domains that businesses claim.
    Domain {
        /// What to do.
        #[command(subcommand)]
        command: DomainCommand,
    },
}

/// A category of messages.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum TemplateCategory {
    /// Answers to what the customer asks.
    Service,
    /// About an order or appointment.
    Utility,
    /// Offers and news.
    Marketing,
    /// One-time codes.
    Authentication,
}

/// What an operator does with templates.
#[derive(Debug, Subcommand)]
pub(crate) enum TemplateCommand {
    /// Prints the templates of a business, one JSON object a line, with what a lint says.
    List(TemplateArgs),
    /// Lets a template be sent.
    Approve {
        /// Which.
        #[command(flatten)]
        template: OneTemplateArgs,
        /// For how many days.
        #[arg(long, default_value_t = 90)]
        days: u16,
    },
    /// Refuses a template.
    Reject {
        /// Which.
        #[command(flatten)]
        template: OneTemplateArgs,
        /// Why.
        #[arg(long)]
        reason: TemplateReason,
    },
    /// Stops a template for now.
    Pause {
        /// Which.
        #[command(flatten)]
        template: OneTemplateArgs,
        /// Why.
        #[arg(long)]
        reason: TemplateReason,
    },
}

/// Whose templates.
#[derive(Args, Debug)]
pub(crate) struct TemplateArgs {
    /// The server's configuration and data.
    #[command(flatten)]
    pub(crate) server: ServeArgs,
    /// The business.
    pub(crate) account: AccountId,
}

/// Which template.
#[derive(Args, Debug)]
pub(crate) struct OneTemplateArgs {
    /// Whose.
    #[command(flatten)]
    pub(crate) of: TemplateArgs,
    /// Its hash, as the list prints it.
    pub(crate) hash: String,
}

/// Why a template isn't approved.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum TemplateReason {
    /// It insults, threatens or deceives.
    AbusiveContent,
    /// Its form is wrong.
    InvalidFormat,
    /// It is advertising in another category's clothes.
    Promotional,
    /// Its words don't fit what it claims to be for.
    ContentMismatch,
    /// It belongs into another category.
    IncorrectCategory,
    /// It tries to cheat.
    Scam,
}

/// How many claim links.
#[derive(Args, Debug)]
pub(crate) struct ClaimArgs {
    /// The server's configuration and data.
    #[command(flatten)]
    pub(crate) server: ServeArgs,
    /// How many.
    #[arg(long, default_value_t = 1)]
    pub(crate) count: usize,
}

/// Which consent.
#[derive(Args, Debug)]
pub(crate) struct VerifyConsentArgs {
    /// The file.
    pub(crate) file: PathBuf,
}

/// Whom to invite, and where to.
#[derive(Args, Debug)]
pub(crate) struct InviteArgs {
    /// The address book.
    pub(crate) file: PathBuf,
    /// The shop's link, as the page "Codes" shows it.
    #[arg(long)]
    pub(crate) link: String,
    /// The table that is written, CSV.
    #[arg(long)]
    pub(crate) out: PathBuf,
}

/// Where the town is.
#[derive(Args, Debug)]
pub(crate) struct DemoArgs {
    /// The server's configuration, TOML; `TRESEN_` variables come on top.
    #[arg(long)]
    pub(crate) config: Option<PathBuf>,
    /// Where to listen; overrides the configuration.
    #[arg(long)]
    pub(crate) listen: Option<std::net::SocketAddr>,
    /// The folder of the server and of everybody's devices; a town that is there is opened again.
    #[arg(long)]
    pub(crate) data: PathBuf,
}

/// One device on the command line.
#[derive(Args, Debug)]
pub(crate) struct ChatArgs {
    /// The server, like `https://chat.example`.
    #[arg(long)]
    pub(crate) server: String,
    /// The folder with this device's account; made when it isn't there.
    #[arg(long)]
    pub(crate) store: PathBuf,
    /// The only root certificate to trust (PEM), instead of the web's authorities.
    #[arg(long)]
    pub(crate) root_certificate: Option<PathBuf>,
    /// How long to wait for the server or for the other side, in seconds.
    #[arg(long, default_value_t = 30)]
    pub(crate) patience: u64,
    /// What to do; without it, calls come in on standard input, one JSON object a line.
    #[command(subcommand)]
    pub(crate) command: Option<ChatCommand>,
}

/// What one device does.
#[derive(Debug, Subcommand)]
pub(crate) enum ChatCommand {
    /// Prints the account on this device.
    Account,
    /// Says yes to what an entry link asks, and opens the conversation.
    Open(OpenArgs),
    /// Makes a business's account by its one-time claim link.
    Claim(ClaimBusinessArgs),
    /// Makes an entry link of the own business and prints it.
    EntryLink {
        /// Private name of the link.
        #[arg(long, default_value = "")]
        label: String,
    },
    /// Prints the conversations.
    Conversations,
    /// Sends a text or a file.
    Send(SendArgs),
    /// Prints what wasn't read yet, one event a line, and marks it as read.
    Receive(ReceiveArgs),
    /// Fetches, decrypts and writes an attachment.
    Save {
        /// The message that has it.
        message: MessageId,
        /// Where to write it.
        path: PathBuf,
    },
}

/// What the customer says yes to.
#[derive(Args, Debug)]
pub(crate) struct OpenArgs {
    /// The entry link, with its fragment.
    pub(crate) url: String,
    /// The customer's name; travels only inside the encryption.
    #[arg(long)]
    pub(crate) name: String,
    /// What the business may send: service, utility, marketing, authentication.
    #[arg(long, value_delimiter = ',', value_parser = category, default_value = "service")]
    pub(crate) allow: Vec<Category>,
    /// The wording that is agreed to, word for word.
    #[arg(long, default_value = "Messages of this business, as far as I have allowed them.")]
    pub(crate) wording: String,
    /// Language of the wording, BCP 47.
    #[arg(long, default_value = "en")]
    pub(crate) language: String,
}

/// Whose business it is.
#[derive(Args, Debug)]
pub(crate) struct ClaimBusinessArgs {
    /// The claim link, with its fragment.
    pub(crate) url: String,
    /// The owner's first name, as colleagues and customers see it.
    #[arg(long)]
    pub(crate) agent_name: String,
    /// The business's name.
    #[arg(long)]
    pub(crate) business_name: String,
    /// The business's language, BCP 47.
    #[arg(long, default_value = "en")]
    pub(crate) language: String,
}

/// What is sent.
#[derive(Args, Debug)]
pub(crate) struct SendArgs {
    /// The conversation; may be left out when there is only one.
    #[arg(long)]
    pub(crate) conversation: Option<ConversationId>,
    /// A file to send; the text becomes its caption.
    #[arg(long)]
    pub(crate) file: Option<PathBuf>,
    /// The file's media type.
    #[arg(long, default_value = "application/octet-stream")]
    pub(crate) media_type: String,
    /// Until when to wait.
    #[arg(long, value_enum, default_value_t = Until::Sent)]
    pub(crate) until: Until,
    /// The text.
    #[arg(required_unless_present = "file")]
    pub(crate) text: Option<String>,
}

/// How far a message is to come before the command ends.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Until {
    /// On this device's disk.
    Queued,
    /// On the server's disk.
    Sent,
    /// On a device of the other side.
    Delivered,
    /// Seen by the other side.
    Read,
}

/// What is received.
#[derive(Args, Debug)]
pub(crate) struct ReceiveArgs {
    /// Only this conversation.
    #[arg(long)]
    pub(crate) conversation: Option<ConversationId>,
    /// Waits for this many messages.
    #[arg(long)]
    pub(crate) count: Option<u32>,
    /// Goes on until it is interrupted.
    #[arg(long, conflicts_with = "count")]
    pub(crate) follow: bool,
}

fn category(text: &str) -> Result<Category, String> {
    serde_json::from_value(serde_json::Value::from(text))
        .map_err(|_unknown| "service, utility, marketing or authentication".to_owned())
}

/// What is measured.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum BenchKind {
    /// One-to-one, both online.
    Messages,
    /// Memory of idle connections, and logins.
    Idle,
    /// Recipients that are away, and their return.
    Offline,
    /// One sender, many devices.
    Fanout,
    /// Photos of 200 KB, uploaded and fetched again.
    Photos,
    /// Messages of a template that a program sends through a gateway, with their webhooks.
    Gateway,
}

/// How it is measured.
#[derive(Args, Debug)]
pub(crate) struct BenchArgs {
    /// What is measured.
    pub(crate) kind: BenchKind,
    /// How long, in seconds.
    #[arg(long, default_value_t = 5)]
    pub(crate) seconds: u64,
    /// Pairs of customer and business.
    #[arg(long, default_value_t = 50)]
    pub(crate) pairs: usize,
    /// Messages that one client keeps outstanding.
    #[arg(long, default_value_t = 4)]
    pub(crate) window: usize,
    /// Idle connections.
    #[arg(long, default_value_t = 2_000)]
    pub(crate) connections: usize,
    /// Whether who receives messages says so: one encrypted receipt for all that came together.
    #[arg(long)]
    pub(crate) receipts: bool,
}

/// What is checked.
#[derive(Debug, Subcommand)]
pub(crate) enum CheckCommand {
    /// Kills the server at random moments under load.
    Kill(CheckKillArgs),
    /// Kills a gateway at random moments while a program sends and customers write.
    Gateway(CheckGatewayArgs),
    /// Loads servers that somebody else runs, and kills, and tells how long clients waited.
    Load(CheckLoadArgs),
    /// Kills the server and the sending device while a broadcast goes out, and counts what came and what it cost.
    Broadcast(CheckBroadcastArgs),
}

/// How a broadcast is checked.
#[derive(Args, Debug)]
pub(crate) struct CheckBroadcastArgs {
    /// Who allows it.
    #[arg(long, default_value_t = 1_000)]
    pub(crate) customers: usize,
    /// Kills, of the server and of the sending device in turn.
    #[arg(long, default_value_t = 20)]
    pub(crate) kills: u32,
    /// Customers that are connected while it goes out; the others come later.
    #[arg(long, default_value_t = 500)]
    pub(crate) connected: usize,
    /// No faster than so many a minute.
    #[arg(long)]
    pub(crate) per_minute: Option<u32>,
}

/// How a gateway is checked.
#[derive(Args, Debug)]
pub(crate) struct CheckGatewayArgs {
    /// Kills.
    #[arg(long, default_value_t = 20)]
    pub(crate) rounds: u32,
    /// Customers.
    #[arg(long, default_value_t = 8)]
    pub(crate) customers: usize,
    /// Programs that send at the same time.
    #[arg(long, default_value_t = 4)]
    pub(crate) programs: usize,
}

/// What is loaded.
#[derive(Args, Debug)]
pub(crate) struct CheckLoadArgs {
    /// Where the servers are, or what stands before them: `http://ADDRESS:PORT`.
    #[arg(long)]
    pub(crate) server: String,
    /// A file with what `tresen admin claim --count PAIRS` printed: a pair of customer and business for
    /// each line.
    #[arg(long)]
    pub(crate) claims: PathBuf,
    /// How long to send.
    #[arg(long, default_value_t = 60)]
    pub(crate) seconds: u64,
}

/// How it is checked.
#[derive(Args, Debug)]
pub(crate) struct CheckKillArgs {
    /// Kills.
    #[arg(long, default_value_t = 20)]
    pub(crate) rounds: u32,
    /// Pairs of customer and business.
    #[arg(long, default_value_t = 50)]
    pub(crate) pairs: usize,
    /// Switches the server to answer before it writes: the check must then fail.
    #[arg(long)]
    pub(crate) acknowledge_before_write: bool,
    /// A library to preload that notes what is synced: every kill then loses the rest, as a loss of
    /// power does.
    #[arg(long)]
    pub(crate) lossy_disk: Option<PathBuf>,
    /// The file whose syncs are faulty: by default the one that holds what was accepted last.
    #[arg(long, requires = "lossy_disk", default_value = "young.log")]
    pub(crate) faulty_file: String,
    /// Lets its syncs succeed and keep nothing: the check must then fail.
    #[arg(long, requires = "lossy_disk")]
    pub(crate) ignore_sync: bool,
    /// Lets every so manieth of its syncs fail.
    #[arg(long, requires = "lossy_disk")]
    pub(crate) fail_sync_every: Option<u32>,
}

/// What the gateway's commands work on.
#[derive(Args, Debug)]
pub(crate) struct GatewayFolder {
    /// The folder with the gateway's account and store.
    #[arg(long)]
    pub(crate) folder: PathBuf,
}

/// What a business's gateway does.
#[derive(Debug, Subcommand)]
pub(crate) enum GatewayCommand {
    /// Joins a business as one more device, and prints what programs need.
    Link(GatewayLinkArgs),
    /// Serves the API until it is asked to end.
    Serve(GatewayServeArgs),
    /// Makes, shows and revokes tokens.
    Token {
        /// Which.
        #[command(subcommand)]
        command: GatewayTokenCommand,
    },
    /// Sets where webhooks go; the receiver must answer the challenge.
    Webhook(GatewayWebhookArgs),
    /// Sets up a provider that collects payments on pages of its own.
    Provider {
        /// What happens.
        #[command(subcommand)]
        command: GatewayProviderCommand,
    },
}

/// What is done with payment providers.
#[derive(Debug, Subcommand)]
pub(crate) enum GatewayProviderCommand {
    /// Keeps a provider's secrets; counts from the gateway's next start on.
    Set {
        /// Where it is kept.
        #[command(flatten)]
        folder: GatewayFolder,
        /// Which.
        provider: GatewayProvider,
        /// A file with the secret key; for Razorpay `id:secret`.
        #[arg(long)]
        secret_file: PathBuf,
        /// A file with the secret that webhooks are signed with.
        #[arg(long)]
        webhook_secret_file: PathBuf,
        /// Where the provider's API is, when it isn't the provider's own address.
        #[arg(long)]
        api: Option<String>,
    },
    /// Forgets a provider's secrets.
    Remove {
        /// Where it is kept.
        #[command(flatten)]
        folder: GatewayFolder,
        /// Which.
        provider: GatewayProvider,
    },
}

/// A provider that collects payments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GatewayProvider {
    /// Stripe, by Checkout Sessions.
    Stripe,
    /// Razorpay, by payment links.
    Razorpay,
}

/// Which business.
#[derive(Args, Debug)]
pub(crate) struct GatewayLinkArgs {
    /// Where it is kept.
    #[command(flatten)]
    pub(crate) folder: GatewayFolder,
    /// The server, like `https://chat.example`.
    #[arg(long)]
    pub(crate) server: String,
    /// The only root certificate to trust (PEM), instead of the web's authorities.
    #[arg(long)]
    pub(crate) root_certificate: Option<PathBuf>,
    /// The invitation that an owner has made, with its fragment.
    pub(crate) invitation: String,
}

/// How the gateway is served.
#[derive(Args, Debug)]
pub(crate) struct GatewayServeArgs {
    /// Where it is kept.
    #[command(flatten)]
    pub(crate) folder: GatewayFolder,
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8480")]
    pub(crate) listen: std::net::SocketAddr,
    /// The certificate chain (PEM) for TLS; with `--tls-key`.
    #[arg(long, requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// The certificate's key (PEM).
    #[arg(long, requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
    /// How programs reach the gateway, when that isn't where it listens.
    #[arg(long)]
    pub(crate) public_url: Option<String>,
    /// The only root certificate to trust (PEM), instead of the web's authorities.
    #[arg(long)]
    pub(crate) root_certificate: Option<PathBuf>,
    /// Lets links of files, and receivers that are set over the API, be on private addresses.
    #[arg(long)]
    pub(crate) private_addresses: bool,
    /// What becomes of sends while the server can't be reached.
    #[arg(long, value_enum, default_value_t = GatewayWhenAway::Queue)]
    pub(crate) when_away: GatewayWhenAway,
    /// Messages that may be sent a second.
    #[arg(long, default_value_t = tresen_gateway::limits::MESSAGES_PER_SECOND)]
    pub(crate) messages_per_second: u32,
    /// Messages that one customer may get at once; then one in six seconds.
    #[arg(long, default_value_t = tresen_gateway::limits::PAIR_BURST)]
    pub(crate) pair_burst: u32,
}

/// What becomes of sends while the server can't be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GatewayWhenAway {
    /// They are kept, and go when it is back.
    Queue,
    /// They are refused at once with 131016.
    Refuse,
}

/// What is done with tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum GatewayTokenCommand {
    /// Makes a token and prints it, once.
    Add {
        /// Where it is kept.
        #[command(flatten)]
        folder: GatewayFolder,
        /// What it may do: messaging, management.
        #[arg(long, value_delimiter = ',', default_value = "messaging,management")]
        scope: Vec<GatewayScope>,
        /// What it is for.
        name: String,
    },
    /// Prints the tokens, one JSON object a line, without the tokens themselves.
    List(GatewayFolder),
    /// Revokes a token.
    Revoke {
        /// Where it is kept.
        #[command(flatten)]
        folder: GatewayFolder,
        /// Its number, as the list prints it.
        id: i64,
    },
}

/// What the bearer of a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GatewayScope {
    /// Messages and media.
    Messaging,
    /// Everything else.
    Management,
}

/// Where webhooks go.
#[derive(Args, Debug)]
pub(crate) struct GatewayWebhookArgs {
    /// Where it is kept.
    #[command(flatten)]
    pub(crate) folder: GatewayFolder,
    /// The token that the receiver knows.
    #[arg(long)]
    pub(crate) verify_token: String,
    /// The fields that are wanted; without it, messages and echoes.
    #[arg(long, value_delimiter = ',')]
    pub(crate) fields: Vec<String>,
    /// A root certificate (PEM) that the receiver's may have, beside the web's.
    #[arg(long)]
    pub(crate) root_certificate: Option<PathBuf>,
    /// The receiver, http or https; plain http on private addresses alone.
    pub(crate) url: String,
}
