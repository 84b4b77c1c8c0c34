//! The business: `tresen chat` in a process of its own, asked line by line.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command as Process, Stdio},
    time::Duration,
};

use anyhow::{Context as _, bail};
use tokio::{sync::mpsc, time::Instant};
use tresen_types::{AccountId, Category, EntryId};
use tresen_view::{
    Answer, BroadcastDraft, BroadcastView, Call, Command, Failure, Output, TemplateDraft,
};

/// An answer about every recipient takes its time.
const ANSWER_PATIENCE: Duration = Duration::from_secs(300);
/// Without one more known customer for so long, nobody comes any more.
const KNOWN_PATIENCE: Duration = Duration::from_secs(120);
/// Answers that wait to be read; one call is asked at a time.
const ANSWERS_MAX: usize = 16;

/// The process.
pub(super) struct DeviceProcess {
    origin: String,
    folder: PathBuf,
    child: Child,
    input: ChildStdin,
    answers: mpsc::Receiver<(u64, Result<Answer, Failure>)>,
    next: u64,
}

impl DeviceProcess {
    /// Starts it in a new folder.
    pub(super) fn start(origin: &str, folder: &Path) -> anyhow::Result<Self> {
        let (child, input, answers) = spawn(origin, folder)?;
        Ok(Self {
            origin: origin.to_owned(),
            folder: folder.to_owned(),
            child,
            input,
            answers,
            next: 1,
        })
    }

    /// SIGKILL.
    pub(super) fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Starts it again on its store.
    pub(super) fn restart(&mut self) -> anyhow::Result<()> {
        (self.child, self.input, self.answers) = spawn(&self.origin, &self.folder)?;
        Ok(())
    }

    async fn call(&mut self, command: Command) -> anyhow::Result<Answer> {
        let id = self.next;
        self.next += 1;
        let line = serde_json::to_string(&Call { id, command })?;
        writeln!(self.input, "{line}")?;
        self.input.flush()?;
        let answered = async {
            loop {
                let (of, result) = self.answers.recv().await.context("the device has ended")?;
                if of == id {
                    return result.map_err(|failure| anyhow::anyhow!("refused: {failure:?}"));
                }
            }
        };
        tokio::time::timeout(ANSWER_PATIENCE, answered).await.context("no answer")?
    }

    /// Makes the business and an entry link.
    pub(super) async fn found(&mut self, token: String) -> anyhow::Result<(AccountId, EntryId)> {
        let claim = Command::ClaimBusiness {
            token,
            agent_name: "Owner".to_owned(),
            business_name: "Korn".to_owned(),
            language: "en".to_owned(),
        };
        self.call(claim).await?;
        let Answer::Account(Some(account)) = self.call(Command::Account).await? else {
            bail!("no account")
        };
        let create = Command::CreateEntryLink {
            label: "check".to_owned(),
            prefilled: String::new(),
            uses_max: None,
            days: None,
        };
        let Answer::EntryLink(link) = self.call(create).await? else { bail!("no entry link") };
        Ok((account.account, link.entry))
    }

    /// Makes a template and approves it; answers its hash.
    pub(super) async fn make_template(&mut self) -> anyhow::Result<String> {
        let draft = TemplateDraft {
            name: "closed_on_monday".to_owned(),
            language: "en".to_owned(),
            category: Category::Utility,
            header: String::new(),
            header_file: None,
            body: "We are closed on Monday.".to_owned(),
            footer: String::new(),
            buttons: Vec::new(),
            cards: Vec::new(),
            offer: None,
            parameters: Vec::new(),
            link_domains: Vec::new(),
            time_to_live_s: 0,
        };
        let Answer::Template(made) = self.call(Command::CreateTemplate(Box::new(draft))).await?
        else {
            bail!("no template")
        };
        let template = made.template.clone();
        self.call(Command::ApproveTemplate { template }).await?;
        Ok(made.template)
    }

    /// Waits until so many customers are in its store with their consents.
    pub(super) async fn until_known(
        &mut self,
        template: &str,
        customers: usize,
    ) -> anyhow::Result<()> {
        let (mut known, mut deadline) = (0, Instant::now() + KNOWN_PATIENCE);
        loop {
            let asked_at = Instant::now();
            let preview = Command::PreviewBroadcast(Box::new(draft(template, None)));
            let Answer::BroadcastPreview(preview) = self.call(preview).await? else {
                bail!("no preview")
            };
            if preview.recipients >= customers as u64 {
                return Ok(());
            }
            tracing::info!(known = preview.recipients, "the device takes the customers in");
            if preview.recipients > known {
                (known, deadline) = (preview.recipients, Instant::now() + KNOWN_PATIENCE);
            }
            anyhow::ensure!(Instant::now() < deadline, "{known} customers are known");
            // What counts them all shouldn't be most of what the device does.
            tokio::time::sleep(asked_at.elapsed() * 10 + Duration::from_millis(200)).await;
        }
    }

    /// Begins the broadcast.
    pub(super) async fn start_broadcast(
        &mut self,
        template: &str,
        per_minute: Option<u32>,
    ) -> anyhow::Result<()> {
        let start = Command::StartBroadcast(Box::new(draft(template, per_minute)));
        self.call(start).await?;
        Ok(())
    }

    /// How far it is.
    pub(super) async fn broadcast(&mut self) -> anyhow::Result<BroadcastView> {
        let Answer::Broadcasts(all) = self.call(Command::Broadcasts).await? else {
            bail!("no broadcasts")
        };
        all.into_iter().next().context("the broadcast")
    }
}

impl Drop for DeviceProcess {
    fn drop(&mut self) {
        // Whoever dropped it already has its own error to report.
        if let Err(error) = self.child.kill() {
            tracing::debug!(%error, "the device had ended");
        }
    }
}

fn draft(template: &str, per_minute: Option<u32>) -> BroadcastDraft {
    BroadcastDraft {
        name: "Monday".to_owned(),
        template: template.to_owned(),
        values: Vec::new(),
        labels: Vec::new(),
        team_labels: Vec::new(),
        conversations: Vec::new(),
        starts_at: None,
        per_minute,
        messages_max: None,
    }
}

type Running = (Child, ChildStdin, mpsc::Receiver<(u64, Result<Answer, Failure>)>);

fn spawn(origin: &str, folder: &Path) -> anyhow::Result<Running> {
    let log = fs::OpenOptions::new().create(true).append(true).open(folder.join("device.log"))?;
    let mut child = Process::new(std::env::current_exe()?)
        .args(["chat", "--server", origin, "--store"])
        .arg(folder.join("store"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .context("start the device")?;
    let input = child.stdin.take().context("the device's input")?;
    let output = child.stdout.take().context("the device's output")?;
    let (sender, answers) = mpsc::channel(ANSWERS_MAX);
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines() {
            let Ok(line) = line else { return };
            // Events are many, and nobody asked for them.
            if !line.starts_with("{\"answer\"") {
                continue;
            }
            let Ok(Output::Answer { id, result }) = serde_json::from_str(&line) else { return };
            if sender.blocking_send((id, result)).is_err() {
                return;
            }
        }
    });
    Ok((child, input, answers))
}
