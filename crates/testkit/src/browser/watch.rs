//! Collects what pages and their workers report as errors.
//!
//! Every page has a list. The events of its workers, which appear while it runs, go to the same list.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::wire::{CRASHED, Event, Wire};

/// Everything that is known about the pages of one browser.
#[derive(Debug)]
pub(super) struct Watch {
    wire: Wire,
    /// The page's record for each session of a page or worker.
    pages: Mutex<BTreeMap<String, Arc<Record>>>,
}

/// What one page reported.
#[derive(Debug, Default)]
pub(super) struct Record {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    problems: Vec<String>,
    forgiven: Vec<String>,
    workers: Vec<String>,
    network: Option<Value>,
    files: Vec<String>,
}

impl Watch {
    /// Listens to the events of a browser until it ends.
    pub(super) fn start(wire: Wire, mut events: mpsc::UnboundedReceiver<Event>) -> Arc<Self> {
        let watch = Arc::new(Self { wire, pages: Mutex::default() });
        let weak = Arc::downgrade(&watch);
        tokio::spawn(async move {
            while let Some(event) = events.recv().await {
                let Some(watch) = weak.upgrade() else { break };
                watch.receive(&event);
            }
        });
        watch
    }

    /// Starts a list for a page.
    pub(super) fn page(&self, session: &str) -> Arc<Record> {
        let record = Arc::new(Record::default());
        lock(&self.pages).insert(session.to_owned(), Arc::clone(&record));
        record
    }

    fn receive(&self, event: &Event) {
        let params = &event.params;
        let session = event.session.as_deref().or_else(|| params["source"]["context"].as_str());
        let Some(record) = session.and_then(|session| lock(&self.pages).get(session).cloned())
        else {
            return;
        };
        match event.method.as_str() {
            "Target.attachedToTarget" => self.attach(&record, params),
            "Target.detachedFromTarget" => self.detach(&record, params),
            "Page.fileChooserOpened" => {
                let files = lock(&record.state).files.clone();
                let node = &params["backendNodeId"];
                let choose = json!({ "files": files, "backendNodeId": node });
                let session = session.unwrap_or_default();
                self.tell(session, vec![("DOM.setFileInputFiles", choose)]);
            }
            CRASHED => record.add("a process of the page crashed"),
            "Page.javascriptDialogOpening" => {
                let text = params["message"].as_str().unwrap_or_default();
                record.add(&format!("the page asked by a dialog, which stops it: {text}"));
                let accept = ("Page.handleJavaScriptDialog", json!({ "accept": true }));
                self.tell(session.unwrap_or_default(), vec![accept]);
            }
            "Runtime.exceptionThrown" => {
                record.add(&exception_text(&params["exceptionDetails"]));
            }
            "Runtime.consoleAPICalled"
                if matches!(params["type"].as_str(), Some("error" | "assert")) =>
            {
                record.add(&console_text(&params["args"]));
            }
            "Log.entryAdded" if params["entry"]["level"] == "error" => {
                let entry = &params["entry"];
                let url = entry["url"].as_str().unwrap_or_default();
                record.add(&format!("{} {url}", entry["text"].as_str().unwrap_or_default()));
            }
            "log.entryAdded" if params["level"] == "error" => {
                record.add(params["text"].as_str().unwrap_or("an error without text"));
            }
            _ => {}
        }
    }

    /// Watches a worker as its page is watched.
    fn attach(&self, record: &Arc<Record>, params: &Value) {
        let Some(session) = params["sessionId"].as_str().map(str::to_owned) else { return };
        lock(&self.pages).insert(session.clone(), Arc::clone(record));
        let network = {
            let mut state = lock(&record.state);
            state.workers.push(session.clone());
            state.network.clone()
        };
        let mut commands = vec![
            ("Runtime.enable", json!({})),
            ("Log.enable", json!({})),
            ("Network.enable", json!({})),
            ("Target.setAutoAttach", auto_attach()),
        ];
        commands.extend(network.map(|network| ("Network.emulateNetworkConditions", network)));
        commands.push(("Runtime.runIfWaitingForDebugger", json!({})));
        self.tell(&session, commands);
    }

    /// Forgets a worker that has ended.
    fn detach(&self, record: &Record, params: &Value) {
        let Some(session) = params["sessionId"].as_str() else { return };
        lock(&self.pages).remove(session);
        lock(&record.state).workers.retain(|worker| worker != session);
    }

    /// Sends commands one after the other without waiting: a paused worker may answer some of them
    /// only after the last one, which lets it go. Not every kind of worker knows every domain, and
    /// workers come and go, so what they answer doesn't matter.
    fn tell(&self, session: &str, commands: Vec<(&'static str, Value)>) {
        let wire = self.wire.clone();
        let session = session.to_owned();
        tokio::spawn(async move {
            let calls = commands
                .into_iter()
                .map(|(method, params)| wire.call(Some(&session), method, params));
            drop(futures::future::join_all(calls).await);
        });
    }
}

/// The arguments that make the workers of a page known. Workers start paused, so that nothing that
/// they report is missed.
pub(super) fn auto_attach() -> Value {
    json!({ "autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true })
}

impl Record {
    fn add(&self, text: &str) {
        let mut state = lock(&self.state);
        if !state.forgiven.iter().any(|part| text.contains(part)) {
            state.problems.push(text.to_owned());
        }
    }

    /// Everything that was reported and not forgiven.
    pub(super) fn problems(&self) -> Vec<String> {
        lock(&self.state).problems.clone()
    }

    /// From now on, and looking back, reports that contain `part` don't count.
    pub(super) fn forgive(&self, part: &str) {
        let mut state = lock(&self.state);
        state.problems.retain(|text| !text.contains(part));
        state.forgiven.push(part.to_owned());
    }

    /// What is answered when the page asks for files.
    pub(super) fn set_files(&self, files: Vec<String>) {
        lock(&self.state).files = files;
    }

    /// Remembers the state of the network for workers to come and names those that are there.
    pub(super) fn set_network(&self, network: Value) -> Vec<String> {
        let mut state = lock(&self.state);
        state.network = Some(network);
        state.workers.clone()
    }
}

/// The text of an uncaught exception.
pub(super) fn exception_text(details: &Value) -> String {
    let description = details["exception"]["description"].as_str();
    let value = details["exception"]["value"].as_str();
    let text = description.or(value).or_else(|| details["text"].as_str()).unwrap_or("an exception");
    let url = details["url"].as_str().unwrap_or_default();
    format!("{text} {url}").trim().to_owned()
}

fn console_text(arguments: &Value) -> String {
    let arguments = arguments.as_array().map(Vec::as_slice).unwrap_or_default();
    let words = arguments.iter().map(|argument| {
        let text = argument["description"].as_str().or_else(|| argument["value"].as_str());
        text.map_or_else(|| argument["value"].to_string(), str::to_owned)
    });
    words.collect::<Vec<_>>().join(" ")
}

/// A test that panicked elsewhere doesn't make the lists wrong.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
