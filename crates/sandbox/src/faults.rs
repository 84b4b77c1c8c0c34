//! Faults on demand: what goes wrong with the next calls and webhooks.

use std::{cell::RefCell, collections::VecDeque, time::Duration};

use serde_json::{Value, json};
use tresen_gateway::{CallFault, Faults, WebhookFault};

use crate::error::{Error, Result};

/// Faults that wait.
const FAULTS_MAX: usize = 1_000;
/// How often one fault may come.
const TIMES_MAX: u64 = 1_000_000;
/// How long a slow one takes if nothing is said, and at most, in milliseconds.
const DELAY_MS: u64 = 3_000;
const DELAY_MS_MAX: u64 = 120_000;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Status(u16),
    Slow,
    Drop,
    Double,
}

/// A fault that waits.
#[derive(Clone, Debug)]
struct Fault {
    kind: Kind,
    is_webhook: bool,
    times: u64,
    delay_ms: u64,
    /// A part of the path of the calls that are meant; empty for all.
    path: String,
}

/// The faults that wait, first come first served.
#[derive(Debug, Default)]
pub(crate) struct FaultList(RefCell<VecDeque<Fault>>);

impl FaultList {
    /// Replaces all faults by these.
    pub(crate) fn set(&self, wish: &Value) -> Result<()> {
        let Some(Value::Array(listed)) = wish.get("faults") else {
            return Err(Error::Invalid("'faults' must be an array".to_owned()));
        };
        if listed.len() > FAULTS_MAX {
            return Err(Error::Invalid("too many faults".to_owned()));
        }
        *self.0.borrow_mut() = listed.iter().map(read).collect::<Result<_>>()?;
        Ok(())
    }

    /// Those that haven't come yet.
    pub(crate) fn waiting(&self) -> Value {
        let all = self.0.borrow();
        let of = |fault: &Fault| {
            json!({
                "kind": match fault.kind {
                    Kind::Status(status) => status.to_string(),
                    Kind::Slow => "slow".to_owned(),
                    Kind::Drop => "drop".to_owned(),
                    Kind::Double => "double".to_owned(),
                },
                "on": if fault.is_webhook { "webhook" } else { "api" },
                "times": fault.times,
                "delay_ms": fault.delay_ms,
                "path": fault.path,
            })
        };
        json!({ "faults": all.iter().map(of).collect::<Vec<_>>() })
    }

    fn take(&self, is_webhook: bool, path: &str) -> Option<Fault> {
        let mut all = self.0.borrow_mut();
        let is_meant = |fault: &Fault| fault.is_webhook == is_webhook && path.contains(&fault.path);
        let place = all.iter().position(is_meant)?;
        let fault = all.get_mut(place)?;
        let taken = fault.clone();
        fault.times = fault.times.saturating_sub(1);
        if fault.times == 0 {
            all.remove(place);
        }
        Some(taken)
    }
}

impl Faults for FaultList {
    fn of_webhook(&self) -> Option<WebhookFault> {
        let fault = self.take(true, "")?;
        Some(match fault.kind {
            Kind::Slow => WebhookFault::Slow(Duration::from_millis(fault.delay_ms)),
            Kind::Double => WebhookFault::Double,
            Kind::Drop | Kind::Status(_) => WebhookFault::Drop,
        })
    }

    fn of_call(&self, path: &str) -> Option<CallFault> {
        let fault = self.take(false, path)?;
        Some(match fault.kind {
            Kind::Status(status) => CallFault::Status(status),
            Kind::Slow => CallFault::Slow(Duration::from_millis(fault.delay_ms)),
            Kind::Drop => CallFault::Drop,
            Kind::Double => CallFault::Double,
        })
    }
}

/// `"429"`, or an object with `kind` and, if wanted, `on`, `times`, `delay_ms`, `path`.
fn read(fault: &Value) -> Result<Fault> {
    let of = |names: &[&str]| names.iter().find_map(|name| fault.get(name));
    let named =
        if fault.is_object() { of(&["kind", "type", "fault", "status"]) } else { Some(fault) };
    let word = match named {
        Some(Value::String(word)) => word.to_ascii_lowercase(),
        Some(Value::Number(number)) => number.to_string(),
        _ => return Err(Error::Invalid("a fault needs a 'kind'".to_owned())),
    };
    let kind = match word.as_str() {
        "slow" => Kind::Slow,
        "drop" => Kind::Drop,
        "double" => Kind::Double,
        "5xx" => Kind::Status(500),
        number => match number.parse() {
            Ok(status @ (429 | 500..=599)) => Kind::Status(status),
            _ => {
                let words = "a fault is one of 429, 500 to 599, 5xx, slow, drop, double";
                return Err(Error::Invalid(words.to_owned()));
            }
        },
    };
    let is_webhook = match of(&["on", "target", "where"]).and_then(Value::as_str) {
        Some("webhook" | "webhooks") => true,
        Some("api" | "calls") => false,
        Some(_) => return Err(Error::Invalid("'on' is 'api' or 'webhook'".to_owned())),
        None => matches!(kind, Kind::Drop | Kind::Double),
    };
    let number = |names: &[&str], usual: u64, most: u64| match of(names) {
        None => Ok(usual),
        Some(value) => value.as_u64().filter(|number| *number <= most).ok_or_else(|| {
            Error::Invalid(format!("'{}' must be a small number", names.join("' or '")))
        }),
    };
    Ok(Fault {
        kind,
        is_webhook,
        times: number(&["times", "count"], 1, TIMES_MAX)?.max(1),
        delay_ms: number(&["delay_ms"], DELAY_MS, DELAY_MS_MAX)?,
        path: of(&["path"]).and_then(Value::as_str).unwrap_or_default().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_come_as_often_as_asked_and_only_where_they_are_meant() {
        let list = FaultList::default();
        let wish =
            json!({ "faults": ["429", { "kind": "5xx", "times": 2, "path": "/media" }, "double"] });
        list.set(&wish).unwrap();
        assert_eq!(list.of_call("/1/messages"), Some(CallFault::Status(429)));
        assert_eq!(list.of_call("/1/messages"), None);
        assert_eq!(list.of_call("/1/media"), Some(CallFault::Status(500)));
        assert_eq!(list.of_call("/1/media"), Some(CallFault::Status(500)));
        assert_eq!(list.of_webhook(), Some(WebhookFault::Double));
        assert_eq!(list.of_webhook(), None);
        for wrong in [json!({}), json!({ "faults": [{}] }), json!({ "faults": ["200"] })] {
            assert!(list.set(&wrong).is_err(), "{wrong}");
        }
    }
}
