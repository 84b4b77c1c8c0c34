//! The menus of a chat and of a message.

use leptos::{prelude::*, task::spawn_local};
use tresen_types::MessageId;
use tresen_view::{Command, MessageBody, MessageState};

use super::{
    DeskActs, Face, everyday,
    list::reply_to,
    talk::{Over, Talk},
};
use crate::{
    components::{Glyph, MenuItem, MessageMenu},
    i18n::{fill, t},
    state::app,
};

/// The chat's own menu.
pub(super) fn chat_menu(talk: Talk, at: (i32, i32)) -> AnyView {
    let close = move || {
        talk.over.try_set(None);
    };
    let name = untrack(move || talk.name());
    view! { <MessageMenu at items=chat_items(talk, &name) on_close=close /> }.into_any()
}

/// What can be done with a message.
pub(super) fn message_menu(talk: Talk, message: MessageId, at: (i32, i32)) -> AnyView {
    let Some(view) = talk.message(message) else { return ().into_any() };
    let can_write =
        talk.header.with_untracked(|header| header.as_ref().is_some_and(|header| header.can_write));
    let mut items = Vec::new();
    let is_content = matches!(
        view.body,
        MessageBody::Text { .. }
            | MessageBody::Attachment(_)
            | MessageBody::Template(_)
            | MessageBody::Card(_)
            | MessageBody::Choice(_)
            | MessageBody::Unsupported { .. }
    );
    if can_write && is_content {
        items.push(item(Glyph::Reply, t().reply, move || reply_to(talk, message)));
    }
    let text = match &view.body {
        MessageBody::Text { text } => Some(text.clone()),
        MessageBody::Template(template) => Some(template.text()),
        MessageBody::Attachment(attachment) if !attachment.caption.is_empty() => {
            Some(attachment.caption.clone())
        }
        _ => None,
    };
    if let Some(text) = text {
        items.push(item(Glyph::Copy, t().copy, move || copy(&text)));
    }
    if let MessageBody::Attachment(_) = view.body {
        let open = item(Glyph::Download, t().download, move || talk.open_attachment(message));
        items.push(open);
    }
    if view.state == Some(MessageState::Failed) {
        let retry = move || talk.act(Command::Retry { message });
        items.push(item(Glyph::RotateCcw, t().try_again, retry));
    }
    if is_content || matches!(view.body, MessageBody::Deleted) {
        items.extend(everyday::items(talk, &view, can_write));
    }
    if talk.face == Face::Customer && !view.is_own && is_content {
        if let MessageBody::Template(_) = view.body {
            let why = move || talk.over.set(Some(Over::Why(message)));
            items.push(item(Glyph::Info, t().why_this, why));
        }
        let report = move || talk.over.set(Some(Over::Report(message)));
        items.push(danger(item(Glyph::Hand, t().report, report)));
    }
    let own = view.reactions.iter().find(|reaction| reaction.is_own);
    let own = own.map(|reaction| reaction.emoji.clone());
    let set = Callback::new(move |emoji| talk.act(Command::React { message, emoji }));
    let close = move || {
        talk.over.try_set(None);
    };
    if can_write && is_content {
        view! { <MessageMenu at react=(own, set) items on_close=close /> }.into_any()
    } else if items.is_empty() {
        ().into_any()
    } else {
        view! { <MessageMenu at items on_close=close /> }.into_any()
    }
}

fn chat_items(talk: Talk, name: &str) -> Vec<MenuItem> {
    let over = |over: Over| move || talk.over.set(Some(over.clone()));
    let named = |text: &str| fill(text, &[("name", name), ("shop", name)]);
    let is_blocked = talk
        .header
        .with_untracked(|header| header.as_ref().is_some_and(|header| header.row.is_blocked));
    let mut items = match use_context::<DeskActs>() {
        Some(DeskActs(acts)) => acts.run(()),
        None => Vec::new(),
    };
    items.push(item(Glyph::Search, t().search_in_chat, over(Over::Search)));
    items.extend(everyday::chat_items(talk));
    items.push(item(Glyph::Eye, t().who_can_read, over(Over::Readers)));
    if talk.face == Face::Customer {
        items.push(item(Glyph::ShoppingBasket, t().catalogue, over(Over::Catalogue)));
        items.push(item(Glyph::Store, &named(t().about_shop), over(Over::Profile)));
        items.push(item(Glyph::SlidersHorizontal, t().limits, over(Over::Limits)));
    }
    let conversation = talk.conversation;
    if is_blocked {
        items.push(item(Glyph::Undo2, t().unblock, move || {
            talk.act(Command::SetBlocked { conversation, is_blocked: false });
        }));
    } else {
        items.push(danger(item(Glyph::Ban, &named(t().block), over(Over::Block))));
    }
    if talk.face == Face::Customer {
        items.push(danger(item(Glyph::LogOut, t().leave_chat, over(Over::Leave))));
    }
    items
}

fn item(glyph: Glyph, label: &str, act: impl Fn() + Send + Sync + 'static) -> MenuItem {
    MenuItem::new(glyph, label, act)
}

fn danger(mut item: MenuItem) -> MenuItem {
    item.is_danger = true;
    item
}

fn copy(text: &str) {
    let promise = window().navigator().clipboard().write_text(text);
    spawn_local(async move {
        if wasm_bindgen_futures::JsFuture::from(promise).await.is_ok() {
            app().tell(t().copied);
        }
    });
}
