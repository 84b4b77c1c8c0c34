//! The people of the town: every step looks whether it was done, and does it if not.

use std::{path::Path, rc::Rc, time::Duration};

use bytes::Bytes;
use futures::future::try_join_all;
use tresen_client::{Client, FileBytes, Trust};
use tresen_server::{ServerHandle, admin};
use tresen_types::{AccountId, Categories, Category, ConversationId, EntryId};
use tresen_view::{
    AccountView, Answer, AttachmentKind, Command, EntryLinkView, Event, Failure, FailureKind,
    HoursView, MessageBody, MessageState, MessageView, OutgoingFile, ProfileDraft,
};

use super::town::{BUSINESSES, Business, CAKE, Customer, Line, Side};
use crate::device::{Device, failure, unexpected, within};

/// How long a step may take: a town is made on busy machines too.
const PATIENCE: Duration = Duration::from_secs(120);

/// Everybody, on line.
pub(super) struct Town {
    /// The businesses with their owners.
    pub(super) shops: Vec<Shop>,
    customers: Vec<Client>,
}

impl Town {
    /// Closes everybody's device.
    pub(super) async fn close(self) {
        for shop in self.shops {
            shop.owner.close().await;
        }
        for customer in self.customers {
            customer.close().await;
        }
    }
}

/// A business that stands.
pub(super) struct Shop {
    /// What it is.
    pub(super) business: &'static Business,
    /// Its owner's device.
    pub(super) owner: Client,
    /// Its entry link.
    pub(super) entry_url: String,
    /// A fresh invitation to its inbox.
    pub(super) invitation: Option<String>,
}

/// Makes what isn't there yet, and opens everybody's device.
pub(super) async fn settle(server: &ServerHandle, devices: &Path) -> Result<Town, Failure> {
    let made = BUSINESSES.iter().map(|business| within(PATIENCE, shop(server, devices, business)));
    let mut town = Town { shops: Vec::new(), customers: Vec::new() };
    for (shop, customers) in try_join_all(made).await? {
        town.shops.push(shop);
        town.customers.extend(customers);
    }
    Ok(town)
}

async fn shop(
    server: &ServerHandle,
    devices: &Path,
    business: &'static Business,
) -> Result<(Shop, Vec<Client>), Failure> {
    let folder = devices.join(business.folder);
    let mut owner = Device::open(&server.origin, &folder.join("owner"), Trust::Web).await?;
    if account(&owner).await?.is_none() {
        claim(server, &owner, business).await?;
    }
    let Answer::Profile(profile) = owner.call(Command::OwnProfile).await? else {
        return Err(unexpected());
    };
    if profile.profile.hours.is_none() {
        publish_profile(&owner, business).await?;
    }
    owner.until_live().await?;
    let entry = entry_link(&owner, business).await?;
    let mut customers = Vec::new();
    for customer in business.customers {
        let home = folder.join(customer.folder);
        let mut device = Device::open(&server.origin, &home, Trust::Web).await?;
        talk(&mut owner, &mut device, &entry, customer).await?;
        customers.push(device.client);
    }
    let invitation = match super::invite(&owner.client, business.colleague).await {
        Ok(url) => Some(url),
        Err(failure) => {
            tracing::warn!(kind = ?failure.kind, "{} can't invite a colleague", business.name);
            None
        }
    };
    Ok((Shop { business, owner: owner.client, entry_url: entry.url, invitation }, customers))
}

async fn account(device: &Device) -> Result<Option<AccountView>, Failure> {
    match device.call(Command::Account).await? {
        Answer::Account(account) => Ok(account),
        _ => Err(unexpected()),
    }
}

async fn claim(server: &ServerHandle, owner: &Device, business: &Business) -> Result<(), Failure> {
    let link = admin::create_claim_link(server.app())
        .await
        .map_err(|error| Failure { kind: FailureKind::Internal, detail: error.to_string() })?;
    let token = link.split_once('#').map(|(_, token)| token.to_owned());
    owner
        .call(Command::ClaimBusiness {
            token: token.unwrap_or_default(),
            agent_name: business.owner.to_owned(),
            business_name: business.name.to_owned(),
            language: business.language.to_owned(),
        })
        .await
        .map(drop)
}

async fn publish_profile(owner: &Device, business: &Business) -> Result<(), Failure> {
    let profile = ProfileDraft {
        name: business.name.to_owned(),
        line: business.line.to_owned(),
        about: business.about.to_owned(),
        address: business.address.to_owned(),
        websites: vec![business.website.to_owned()],
        sign_colour: business.sign_colour.to_owned(),
        logo_base64: None,
        logo_media_type: None,
        hours: Some(HoursView {
            time_zone: business.time_zone.to_owned(),
            weekly: business.hours.map(<[(u16, u16)]>::to_vec),
            exceptions: Vec::new(),
        }),
        more: tresen_types::profile::More::default(),
    };
    owner.call(Command::PublishProfile(Box::new(profile))).await.map(drop)
}

/// The link on the poster.
async fn entry_link(owner: &Device, business: &Business) -> Result<EntryLinkView, Failure> {
    let Answer::EntryLinks(links) = owner.call(Command::EntryLinks).await? else {
        return Err(unexpected());
    };
    if let Some(link) = links.into_iter().rfind(|link| !link.is_revoked) {
        return Ok(link);
    }
    let create = Command::CreateEntryLink {
        label: business.entry_label.to_owned(),
        prefilled: business.entry_prefilled.to_owned(),
        uses_max: None,
        days: None,
    };
    match owner.call(create).await? {
        Answer::EntryLink(link) => Ok(link),
        _ => Err(unexpected()),
    }
}

/// A customer says yes, and both sides say their lines.
async fn talk(
    owner: &mut Device,
    customer: &mut Device,
    entry: &EntryLinkView,
    who: &Customer,
) -> Result<(), Failure> {
    let conversation = open(customer, entry.entry, &entry.url, who).await?;
    let me = account(customer).await?.ok_or_else(unexpected)?;
    customer.until_live().await?;
    let theirs = until(owner, async |owner| conversation_with(owner, me.account).await).await?;
    for (number, line) in who.lines.iter().enumerate() {
        let (speaker, listener, spoken_in, heard_in) = match line.by {
            Side::Customer => (&mut *customer, &mut *owner, conversation, theirs),
            Side::Business => (&mut *owner, &mut *customer, theirs, conversation),
        };
        say(speaker, spoken_in, line, who.lines).await?;
        let heard = until(listener, async |device| find(device, heard_in, line).await).await?;
        let is_last = number + 1 == who.lines.len();
        // Who has the last word waits for an answer, when it is a customer.
        if !is_last || line.by == Side::Business {
            let through = heard.position;
            listener.call(Command::MarkRead { conversation: heard_in, through }).await?;
        }
        if let Some(emoji) = line.reaction
            && heard.reactions.is_empty()
        {
            let emoji = Some(emoji.to_owned());
            listener.call(Command::React { message: heard.message, emoji }).await?;
        }
    }
    Ok(())
}

async fn open(
    customer: &Device,
    entry: EntryId,
    url: &str,
    who: &Customer,
) -> Result<ConversationId, Failure> {
    let mut categories: Categories = [Category::Service, Category::Utility].into_iter().collect();
    if who.takes_offers {
        categories = categories.with(Category::Marketing);
    }
    let command = Command::OpenConversation {
        entry,
        fingerprint: url.split_once('#').map(|(_, key)| key.to_owned()).unwrap_or_default(),
        display_name: who.name.to_owned(),
        categories,
        wording: who.wording.to_owned(),
        language: who.language.to_owned(),
    };
    match customer.call(command).await? {
        Answer::Conversation(conversation) => Ok(conversation),
        _ => Err(unexpected()),
    }
}

/// Says a line that wasn't said yet, and waits until the server has it.
async fn say(
    speaker: &mut Device,
    conversation: ConversationId,
    line: &Line,
    lines: &[Line],
) -> Result<(), Failure> {
    if find(speaker, conversation, line).await?.is_none() {
        let reply_to = match line.replies_to.and_then(|number| lines.get(number)) {
            Some(quoted) => find(speaker, conversation, quoted).await?.map(|quoted| quoted.message),
            None => None,
        };
        let text = line.text.to_owned();
        let command = if line.has_photo {
            let file = Box::new(photo(speaker, text));
            Command::SendFile { conversation, file, reply_to }
        } else {
            Command::SendText { conversation, text, reply_to }
        };
        speaker.call(command).await?;
    }
    until(speaker, async |device| {
        let said = find(device, conversation, line).await?;
        match said.as_ref().and_then(|said| said.state) {
            Some(MessageState::Failed) => {
                Err(failure(FailureKind::Invalid, "the server refused a line"))
            }
            state => Ok((state >= Some(MessageState::Sent)).then_some(())),
        }
    })
    .await
}

fn photo(speaker: &Device, caption: String) -> OutgoingFile {
    let file = speaker.client.offer_file(Rc::new(FileBytes(Bytes::from_static(CAKE.bytes))));
    OutgoingFile {
        file,
        kind: AttachmentKind::Photo,
        name: CAKE.name.to_owned(),
        media_type: CAKE.media_type.to_owned(),
        size_bytes: CAKE.bytes.len() as u64,
        dimensions: Some(CAKE.dimensions),
        thumbhash: None,
        voice: None,
        caption,
    }
}

/// The message of a line, on one of its sides.
async fn find(
    device: &Device,
    conversation: ConversationId,
    line: &Line,
) -> Result<Option<MessageView>, Failure> {
    let messages = device.messages(conversation, 0).await?;
    Ok(messages.into_iter().find(|message| match &message.body {
        MessageBody::Text { text } => text == line.text,
        MessageBody::Attachment(attachment) => attachment.caption == line.text,
        _ => false,
    }))
}

async fn conversation_with(
    device: &Device,
    account: AccountId,
) -> Result<Option<ConversationId>, Failure> {
    let rows = device.conversations().await?;
    Ok(rows.into_iter().find(|row| row.counterpart == account).map(|row| row.conversation))
}

/// Looks again after each event until there is something.
async fn until<T>(
    device: &mut Device,
    look: impl AsyncFn(&Device) -> Result<Option<T>, Failure>,
) -> Result<T, Failure> {
    loop {
        if let Some(found) = look(device).await? {
            return Ok(found);
        }
        while !matches!(
            device.next_event().await?,
            Event::Message { .. } | Event::MessageGone { .. } | Event::ConversationsChanged
        ) {}
    }
}
