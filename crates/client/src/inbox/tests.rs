//! A list of conversations is the same in pages, as a whole and by what its rows say.

use futures::executor::block_on;
use tresen_types::{AccountKind, ConversationId};
use tresen_view::{
    Answer, Command, ConversationPage, ConversationRow, EverydayCommand, InboxFilter, InboxQuery,
    TeamCommand,
};

use crate::{
    account::NewAccount,
    client::Client,
    config::{ClientConfig, StoreLocation},
    store::{ConversationRecord, ConversationState},
};

const CONVERSATIONS: u32 = 2_000;
/// No divisor of any list's length, so that the last page is a short one.
const PAGE: u32 = 37;
const FILTERS: [InboxFilter; 6] = [
    InboxFilter::Queue,
    InboxFilter::Mine,
    InboxFilter::All,
    InboxFilter::Closed,
    InboxFilter::Unassigned,
    InboxFilter::Snoozed,
];

/// A device with a full account and no connection.
fn open(kind: AccountKind, conversations: u32) -> Client {
    let config = ClientConfig::new("http://127.0.0.1:9", StoreLocation::Memory);
    let client = block_on(Client::open(config)).unwrap();
    let new = NewAccount::make(kind, "Anna", "Korn", "en", client.inner().now()).unwrap();
    client.inner().store.write(|tx| new.store(tx)).unwrap();
    client.inner().reload_own().unwrap();
    client.fill_with_sample(0..conversations, 2).unwrap();
    client
}

/// Runs a test where tasks can be started.
fn on_one_thread(test: impl FnOnce()) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, async { test() });
}

fn call(client: &Client, command: Command) -> Answer {
    block_on(client.call(command)).unwrap()
}

fn page(client: &Client, query: InboxQuery) -> ConversationPage {
    match call(client, Command::ConversationPage(query)) {
        Answer::ConversationPage(page) => page,
        other => panic!("no page: {other:?}"),
    }
}

fn whole(client: &Client, filter: InboxFilter) -> Vec<ConversationRow> {
    match call(client, Command::Conversations { filter }) {
        Answer::Conversations(rows) => rows,
        other => panic!("no conversations: {other:?}"),
    }
}

/// All pages, one behind the other.
fn paged(client: &Client, filter: InboxFilter, label: &str) -> Vec<ConversationRow> {
    let mut rows = Vec::new();
    loop {
        let from = u32::try_from(rows.len()).unwrap();
        let query = InboxQuery { filter, label: label.to_owned(), from, limit: PAGE };
        let mut page = page(client, query);
        assert!(page.rows.len() == 37 || !page.has_more);
        rows.append(&mut page.rows);
        if !page.has_more {
            return rows;
        }
    }
}

/// Whether a row belongs to a part of the list, by what it shows.
fn belongs(row: &ConversationRow, filter: InboxFilter) -> bool {
    let rests = row.marks.snoozed_until.is_some();
    let is_nobodys = row.assignee.is_none();
    match filter {
        InboxFilter::Closed => row.is_closed,
        _ if row.is_closed => false,
        InboxFilter::Queue => row.waiting_since.is_some() && is_nobodys && !rests,
        InboxFilter::Mine => row.assignee.as_ref().is_some_and(|agent| agent.is_this) && !rests,
        InboxFilter::All => true,
        InboxFilter::Unassigned => is_nobodys,
        InboxFilter::Snoozed => rests,
    }
}

fn ids(rows: &[ConversationRow]) -> Vec<ConversationId> {
    rows.iter().map(|row| row.conversation).collect()
}

#[test]
fn pages_join_up_and_hold_what_their_filter_says() {
    on_one_thread(|| {
        let client = open(AccountKind::Business, CONVERSATIONS);
        let mut all = whole(&client, InboxFilter::All);
        all.append(&mut whole(&client, InboxFilter::Closed));
        // The sample's conversations are numbered by age.
        let number = |row: &ConversationRow| -> u32 {
            row.name.split(' ').next_back().unwrap().parse().unwrap()
        };
        all.sort_by_key(number);
        assert_eq!(all.len(), 2_000);
        for (filter, label) in FILTERS.into_iter().flat_map(|it| [(it, ""), (it, "regular")]) {
            let has_label = |row: &ConversationRow| {
                label.is_empty() || row.marks.labels.iter().any(|known| known.label == label)
            };
            let mut expected: Vec<_> =
                all.iter().filter(|row| belongs(row, filter) && has_label(row)).cloned().collect();
            assert!(!expected.is_empty() && expected.len() < all.len(), "{filter:?} {label}");
            if filter == InboxFilter::Queue {
                expected.sort_by_key(|row| row.waiting_since);
            }
            assert!(paged(&client, filter, label) == expected, "{filter:?} {label}");
        }
        assert!(paged(&client, InboxFilter::All, "never made").is_empty());
    });
}

#[test]
fn counts_agree_with_the_rows_and_a_page_has_a_limit() {
    on_one_thread(|| {
        let client = open(AccountKind::Business, 800);
        let first = page(&client, InboxQuery::default());
        assert_eq!((first.rows.len(), first.has_more), (200, true));
        let many = page(&client, InboxQuery { limit: 10_000, ..InboxQuery::default() });
        assert!(many == first);
        let all = whole(&client, InboxFilter::All);
        let waiting = all.iter().filter(|row| belongs(row, InboxFilter::Queue)).count();
        assert_eq!(usize::try_from(first.counts.waiting).unwrap(), waiting);
        let unread: u32 = all.iter().map(|row| row.unread).sum();
        assert!(unread > 0);
        assert_eq!(first.counts.unread, unread);
        // The same whatever is asked for, and less when something was seen.
        let closed =
            page(&client, InboxQuery { filter: InboxFilter::Closed, ..InboxQuery::default() });
        assert_eq!(closed.counts, first.counts);
        let seen = all.iter().find(|row| row.unread > 0).unwrap();
        let read = Command::MarkRead { conversation: seen.conversation, through: i64::MAX - 1 };
        call(&client, read);
        let counts = page(&client, InboxQuery::default()).counts;
        assert_eq!(counts.unread, unread - seen.unread);
    });
}

#[test]
fn a_change_moves_a_conversation_to_the_front_and_between_the_parts() {
    on_one_thread(|| {
        let client = open(AccountKind::Business, 300);
        let before = ids(&paged(&client, InboxFilter::All, ""));
        let moved = before[250];
        // The sample has left its conversations: nobody is on the other side.
        let store = &client.inner().store;
        let open = |it: &mut ConversationRecord| it.state = ConversationState::Open;
        store.write(|tx| tx.change_conversation(moved, open)).unwrap();
        let text = "Ready at nine".to_owned();
        call(&client, Command::SendText { conversation: moved, text, reply_to: None });
        let after = ids(&paged(&client, InboxFilter::All, ""));
        assert_eq!(after[0], moved);
        let others: Vec<_> = before.into_iter().filter(|id| *id != moved).collect();
        assert_eq!(after[1..], others);

        let front =
            |filter| page(&client, InboxQuery { filter, limit: 1, ..InboxQuery::default() });
        let closed = Command::SetClosed { conversation: moved, is_closed: true };
        call(&client, closed);
        assert_eq!(front(InboxFilter::Closed).rows[0].conversation, moved);
        assert_ne!(front(InboxFilter::All).rows[0].conversation, moved);

        let waiting = front(InboxFilter::Queue);
        let (conversation, count) = (waiting.rows[0].conversation, waiting.counts.waiting);
        let until = Some(client.inner().now().plus_millis(60_000));
        call(&client, Command::Team(Box::new(TeamCommand::Snooze { conversation, until })));
        assert_eq!(front(InboxFilter::Queue).counts.waiting, count - 1);
        assert_ne!(front(InboxFilter::Queue).rows[0].conversation, conversation);
        assert!(ids(&paged(&client, InboxFilter::Snoozed, "")).contains(&conversation));
    });
}

#[test]
fn what_a_customer_has_put_away_comes_last() {
    on_one_thread(|| {
        let client = open(AccountKind::Person, 90);
        let all = paged(&client, InboxFilter::All, "");
        let (first, others) = all.split_first().unwrap();
        let (conversation, is_archived) = (first.conversation, true);
        call(
            &client,
            Command::Everyday(EverydayCommand::SetArchived { conversation, is_archived }),
        );
        let after = ids(&paged(&client, InboxFilter::All, ""));
        assert_eq!(after[..others.len()], ids(others));
        assert_eq!(after.last(), Some(&conversation));
        assert_eq!(page(&client, InboxQuery::default()).counts.waiting, 0);
    });
}

#[test]
fn a_name_finds_its_conversations_in_any_letters() {
    on_one_thread(|| {
        let client = open(AccountKind::Business, 400);
        let found = |name: &str, limit| match call(
            &client,
            Command::FindConversations { name: name.to_owned(), limit },
        ) {
            Answer::Conversations(rows) => rows,
            other => panic!("no conversations: {other:?}"),
        };
        let adas = found("aDA", 12);
        assert_eq!(adas.len(), 12);
        assert_eq!(adas[0].name, "Ada 0");
        assert!(adas.is_sorted_by_key(|row| std::cmp::Reverse(row.at)));
        assert_eq!(ids(&found("ada 392", 12)).len(), 1);
        assert!(found("zoe", 12).is_empty());
        assert_eq!(found("", 500).len(), 200);
    });
}
