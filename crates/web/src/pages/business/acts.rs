//! What an agent does with a chat: take it, give it away, finish it.

use leptos::{prelude::*, task::spawn_local};
use tresen_types::{ConversationId, DeviceId};
use tresen_view::{Command, ConversationRow};

use crate::{
    actions::{call, tell_failure},
    i18n::{b, fill, t},
    state::{Toast, app},
};

/// This device, if the account is known.
pub(super) fn own_device() -> Option<DeviceId> {
    app().account.with_untracked(|account| Some(account.as_ref()?.as_ref()?.device))
}

/// Gives a chat to a device; `None` puts it back. `told` is said when it is done.
pub(super) fn assign(conversation: ConversationId, to: Option<DeviceId>, told: String) {
    spawn_local(async move {
        match call(Command::Assign { conversation, to }).await {
            Ok(_) => app().tell(told),
            Err(failure) => tell_failure(&failure),
        }
    });
}

/// Takes a chat for this device.
pub(super) fn take(conversation: ConversationId) {
    if let Some(device) = own_device() {
        assign(conversation, Some(device), b().taken.to_owned());
    }
}

/// Takes a chat, or puts it back when this device has it.
pub(super) fn take_or_put_back(row: &ConversationRow) {
    if row.assignee.as_ref().is_some_and(|assignee| assignee.is_this) {
        assign(row.conversation, None, b().was_put_back.to_owned());
    } else {
        take(row.conversation);
    }
}

/// Does something whose outcome the page hears of by itself; says why when it can't be done.
pub(super) fn act(command: Command) {
    spawn_local(async move {
        if let Err(failure) = call(command).await {
            tell_failure(&failure);
        }
    });
}

/// Finishes a chat or opens it again, with a way back.
pub(super) fn set_closed(conversation: ConversationId, name: String, is_closed: bool) {
    spawn_local(async move {
        match call(Command::SetClosed { conversation, is_closed }).await {
            Ok(_) => {
                let shown = if name.is_empty() { t().unknown_name } else { &name };
                let text = if is_closed { b().was_done } else { b().was_reopened };
                app().toast.set(Some(Toast {
                    text: fill(text, &[("name", shown)]),
                    action: is_closed.then(|| {
                        let undo = Callback::new(move |()| {
                            set_closed(conversation, name.clone(), false);
                        });
                        (b().undo.to_owned(), undo)
                    }),
                }));
            }
            Err(failure) => tell_failure(&failure),
        }
    });
}
