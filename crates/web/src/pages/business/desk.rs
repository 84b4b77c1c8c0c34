//! The frame of all pages behind the counter: rail or tabs, and what the pages share.

use std::time::Duration;

use leptos::{prelude::*, task::spawn_local};
use tresen_types::{ConversationId, EntryId, Timestamp};
use tresen_view::{
    Answer, Command, ConversationRow, DeviceView, Event, InboxFilter, InboxQuery, LinkStep,
    ProfileDraft, Role, TeamCommand, TeamView, TemplateDraft,
};

use super::{
    bookings, broadcasts, card_team, codes, first_steps, inbox,
    incoming::Incoming,
    invite::{InviteSheet, InviteStep},
    orders, poster, settings, shop, shortcuts, statistics, switcher, team, teamwork, templates,
    usage,
};
use crate::{
    actions::call,
    components::{Avatar, Badge, BadgeKind, Glyph, Icon, Mark, MessageMenu, ShortcutsSheet},
    i18n::{b, t, time},
    router::{self, BusinessRoute, Route},
    state::{WorkerState, app, on_event},
};

/// What the pages share.
#[derive(Clone, Copy)]
pub(super) struct Desk {
    /// The own business's devices.
    pub devices: RwSignal<Option<Vec<DeviceView>>>,
    /// The published profile; `None` while it isn't known.
    pub profile: RwSignal<Option<ProfileDraft>>,
    /// The open chat.
    pub open: Memo<Option<ConversationId>>,
    /// The open chat's row, as its header has it; of the chat before for a moment.
    pub row: RwSignal<Option<ConversationRow>>,
    /// What the team has in common.
    pub team: RwSignal<TeamView>,
    /// Whether the composer writes a note.
    pub is_note: RwSignal<bool>,
    /// Where the menu stands that lets the open chat rest.
    pub snooze_at: RwSignal<Option<(i32, i32)>>,
    /// Whether one goes to a chat by its name.
    pub is_switching: RwSignal<bool>,
    /// How many wait.
    pub waiting: Memo<u32>,
    /// Decisions of the operator that this device hasn't shown; owners only.
    pub new_decisions: RwSignal<u32>,
    /// The orders.
    pub incoming: Incoming,
    /// This device's clock, every half minute.
    pub now: RwSignal<Timestamp>,
    /// Whether the inbox's search is open.
    pub is_searching: RwSignal<bool>,
    /// Whether the list of shortcuts is open.
    pub is_help_open: RwSignal<bool>,
    /// Whether the window is a hand's: one pane, tabs at the bottom.
    pub is_hand: RwSignal<bool>,
    /// What the editor of templates begins with.
    pub template_draft: RwSignal<Option<TemplateDraft>>,
    /// What an entry link is printed on.
    pub poster_format: RwSignal<poster::Format>,
    /// An invitation that is under way.
    pub invite: RwSignal<Option<InviteStep>>,
}

const TICK: Duration = Duration::from_secs(30);

impl Desk {
    fn open() -> Self {
        let open = Memo::new(|_| match router::route() {
            Route::Business(BusinessRoute::Chat(conversation)) | Route::Chat(conversation) => {
                Some(conversation)
            }
            _ => None,
        });
        let desk = Self {
            devices: RwSignal::new(None),
            profile: RwSignal::new(None),
            open,
            row: RwSignal::new(None),
            team: RwSignal::new(TeamView::default()),
            is_note: RwSignal::new(false),
            snooze_at: RwSignal::new(None),
            is_switching: RwSignal::new(false),
            waiting: Memo::new(|_| app().rows.counts().waiting),
            new_decisions: RwSignal::new(0),
            incoming: Incoming::open(),
            now: RwSignal::new(time::now()),
            is_searching: RwSignal::new(false),
            is_help_open: RwSignal::new(false),
            is_hand: RwSignal::new(is_hand()),
            template_draft: RwSignal::new(None),
            poster_format: RwSignal::new(poster::Format::default()),
            invite: RwSignal::new(None),
        };
        desk.follow();
        desk
    }

    fn follow(self) {
        on_event(move |event| match event {
            Event::DevicesChanged => self.fetch_devices(),
            Event::TeamChanged => self.fetch_team(),
            Event::Link(step) => self.link_step(step),
            _ => {}
        });
        Effect::new(move |_| {
            if app().worker.get() == WorkerState::Ready {
                self.fetch_devices();
                self.fetch_profile();
                self.fetch_team();
            }
        });
        let resized = window_event_listener_untyped("resize", move |_event| {
            if self.is_hand.get_untracked() != is_hand() {
                self.is_hand.set(is_hand());
            }
        });
        on_cleanup(move || resized.remove());
        let tick = set_interval_with_handle(move || self.now.set(time::now()), TICK);
        on_cleanup(move || {
            if let Ok(tick) = tick {
                tick.clear();
            }
            // The customer's list knows all chats only.
            app().asked.set(InboxQuery::default());
        });
    }

    /// The owner's half of linking can go on wherever the owner is.
    fn link_step(self, step: &LinkStep) {
        match step {
            LinkStep::EnterCode { name } => {
                self.invite.set(Some(InviteStep::Code { name: name.clone() }));
            }
            LinkStep::Failed if self.invite.with_untracked(Option::is_some) => {
                self.invite.set(Some(InviteStep::Failed));
            }
            _ => {}
        }
    }

    /// Asks for the devices again.
    pub(super) fn fetch_devices(self) {
        spawn_local(async move {
            // What is known stays when it fails; the connection's own bar says what is wrong.
            if let Ok(Answer::Devices(found)) = call(Command::Devices).await {
                self.devices.try_set(Some(found));
                if untrack(|| self.is_owner()) {
                    self.fetch_decisions();
                }
            }
        });
    }

    fn fetch_decisions(self) {
        spawn_local(async move {
            if let Ok(Answer::Decisions(all)) = call(Command::Decisions).await {
                let count = all.iter().filter(|one| one.is_new).count();
                self.new_decisions.try_set(u32::try_from(count).unwrap_or(u32::MAX));
            }
        });
    }

    fn fetch_team(self) {
        spawn_local(async move {
            let view = Command::Team(Box::new(TeamCommand::View));
            if let Ok(Answer::Team(found)) = call(view).await {
                self.team.try_set(*found);
            }
        });
    }

    fn fetch_profile(self) {
        spawn_local(async move {
            if let Ok(Answer::Profile(found)) = call(Command::OwnProfile).await {
                self.profile.try_set(Some(found.profile));
            }
        });
    }

    /// Shows a part of the inbox, of any label when it is empty.
    pub(super) fn show(self, filter: InboxFilter, label: String) {
        let query = InboxQuery { filter, label, ..InboxQuery::default() };
        if app().asked.with_untracked(|asked| *asked != query) {
            app().asked.set(query);
        }
    }

    /// The row of the open chat, as it is known at the moment.
    pub(super) fn row_now(self, conversation: ConversationId) -> Option<ConversationRow> {
        self.row.get_untracked().filter(|row| row.conversation == conversation)
    }

    /// Whether this device may change the shop, codes and team.
    pub(super) fn is_owner(self) -> bool {
        app().account_view().is_some_and(|account| account.role == Some(Role::Owner))
    }

    /// The business's name.
    pub(super) fn shop_name(self) -> String {
        let published = self.profile.with(|profile| {
            profile.as_ref().map(|profile| profile.name.clone()).filter(|name| !name.is_empty())
        });
        published.unwrap_or_else(|| {
            app().account_view().map(|account| account.business_name).unwrap_or_default()
        })
    }
}

/// Whether the style sheet shows one pane at a time; the same condition stands there.
fn is_hand() -> bool {
    let query = "(max-width: 599.98px), (max-width: 899.98px) and (orientation: portrait)";
    window().match_media(query).ok().flatten().is_some_and(|media| media.matches())
}

/// The page's desk.
pub(super) fn desk() -> Desk {
    expect_context::<Desk>()
}

/// A page inside or without the frame.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Inbox,
    Codes,
    Shop,
    Team,
    Settings,
    Orders,
    Bookings,
    Statistics,
    Broadcasts,
    Usage,
    Templates,
    NewTemplate,
    FirstSteps,
    Teamwork,
    Poster(EntryId),
}

impl Section {
    fn here() -> Self {
        match router::route() {
            Route::Business(page) => match page {
                BusinessRoute::Inbox | BusinessRoute::Chat(_) => Self::Inbox,
                BusinessRoute::FirstRun => Self::FirstSteps,
                BusinessRoute::Links => Self::Codes,
                BusinessRoute::Poster(entry) => Self::Poster(entry),
                BusinessRoute::Devices => Self::Team,
                BusinessRoute::Profile => Self::Shop,
                BusinessRoute::Settings => Self::Settings,
                BusinessRoute::Orders => Self::Orders,
                BusinessRoute::Bookings => Self::Bookings,
                BusinessRoute::Statistics => Self::Statistics,
                BusinessRoute::Broadcasts => Self::Broadcasts,
                BusinessRoute::Usage => Self::Usage,
                BusinessRoute::Templates => Self::Templates,
                BusinessRoute::NewTemplate => Self::NewTemplate,
                BusinessRoute::Teamwork => Self::Teamwork,
            },
            _ => Self::Inbox,
        }
    }
}

/// All pages of a business's device.
#[component]
pub(super) fn DeskPages() -> impl IntoView {
    let desk = Desk::open();
    provide_context(desk);
    shortcuts::listen(desk);
    let section = Memo::new(|_| Section::here());
    let is_framed =
        Memo::new(move |_| !matches!(section.get(), Section::FirstSteps | Section::Poster(_)));
    view! {
        <div class="desk" class:bare=move || !is_framed.get()>
            {move || is_framed.get().then(|| view! { <Rail section /> })}
            {move || match section.get() {
                Section::Inbox => view! { <inbox::InboxPage /> }.into_any(),
                Section::Codes => view! { <codes::CodesPage /> }.into_any(),
                Section::Shop => view! { <shop::ShopPage /> }.into_any(),
                Section::Team => view! { <team::TeamPage /> }.into_any(),
                Section::Settings => view! { <settings::BusinessSettings /> }.into_any(),
                Section::Orders => view! { <orders::OrdersPage /> }.into_any(),
                Section::Bookings => view! { <bookings::BookingsPage /> }.into_any(),
                Section::Statistics => view! { <statistics::StatisticsPage /> }.into_any(),
                Section::Broadcasts => view! { <broadcasts::BroadcastsPage /> }.into_any(),
                Section::Usage => view! { <usage::UsagePage /> }.into_any(),
                Section::Templates => view! { <templates::TemplatesPage /> }.into_any(),
                Section::NewTemplate => view! { <templates::TemplateEditor /> }.into_any(),
                Section::Teamwork => view! { <teamwork::TeamworkPage /> }.into_any(),
                Section::FirstSteps => view! { <first_steps::FirstSteps /> }.into_any(),
                Section::Poster(entry) => view! { <poster::PosterPage entry /> }.into_any(),
            }}
            {move || {
                let has_tabs = is_framed.get() && desk.open.with(Option::is_none);
                has_tabs.then(|| view! { <Tabs section /> })
            }}
        </div>
        {move || desk.invite.get().map(|step| view! { <InviteSheet desk step /> })}
        {move || desk.is_help_open.get().then(|| view! { <Help desk /> })}
        {move || desk.is_switching.get().then(|| view! { <switcher::Switcher desk /> })}
        {move || desk.snooze_at.get().map(|at| view! { <Snooze desk at /> })}
    }
}

/// Until when the open chat rests.
#[component]
fn Snooze(desk: Desk, at: (i32, i32)) -> impl IntoView {
    let close = move || {
        desk.snooze_at.try_set(None);
    };
    desk.open.get_untracked().map(|conversation| {
        let is_asleep =
            desk.row_now(conversation).is_some_and(|row| row.marks.snoozed_until.is_some());
        let items = card_team::snooze_items(conversation, is_asleep);
        view! { <MessageMenu at items on_close=close /> }
    })
}

#[component]
fn Help(desk: Desk) -> impl IntoView {
    let preferences = app().preferences;
    view! {
        <ShortcutsSheet
            is_on=Signal::derive(move || preferences.get().shortcuts)
            on_change=settings::switch_shortcuts
            on_close=move || {
                desk.is_help_open.try_set(false);
            }
        />
    }
}

/// An entry of the navigation.
struct Place {
    section: Section,
    href: &'static str,
    glyph: Glyph,
    label: &'static str,
}

/// The places that exist for this device, settings last.
fn places(desk: Desk) -> Vec<Place> {
    let place = |section, href, glyph, label| Place { section, href, glyph, label };
    let mut places = vec![
        place(Section::Inbox, "/business", Glyph::Inbox, b().inbox),
        place(Section::Orders, "/business/orders", Glyph::ShoppingBasket, b().orders),
        place(Section::Bookings, "/business/bookings", Glyph::CalendarDays, b().bookings),
        place(Section::Codes, "/business/links", Glyph::QrCode, b().codes),
    ];
    if desk.is_owner() {
        places.push(place(Section::Shop, "/business/profile", Glyph::Store, b().shop));
    }
    places.push(place(Section::Templates, "/business/templates", Glyph::FileText, b().templates));
    places.push(place(Section::Statistics, "/business/statistics", Glyph::ChartColumn, b().stats));
    places.push(place(
        Section::Broadcasts,
        "/business/broadcasts",
        Glyph::Megaphone,
        b().broadcasts,
    ));
    places.push(place(Section::Team, "/business/devices", Glyph::Users, b().team));
    places.push(place(Section::Settings, "/business/settings", Glyph::Settings, t().settings));
    places
}

fn link(place: &Place, section: Memo<Section>, desk: Desk) -> AnyView {
    let here = place.section;
    let is_on = Memo::new(move |_| {
        let section = section.get();
        section == here
            || (section, here) == (Section::NewTemplate, Section::Templates)
            || (section, here) == (Section::Usage, Section::Broadcasts)
            || (section, here) == (Section::Teamwork, Section::Team)
    });
    let decisions = (here == Section::Broadcasts).then_some(move || {
        let count = desk.new_decisions.get();
        (count > 0).then(|| {
            let words = b().decisions_new.of(u64::from(count));
            view! { <Badge count words /> }
        })
    });
    let badge = (here == Section::Inbox).then_some(move || {
        let count = desk.waiting.get();
        (count > 0).then(|| {
            let words = b().waiting_count.of(u64::from(count));
            view! { <Badge count words kind=BadgeKind::Waiting /> }
        })
    });
    let orders = (here == Section::Orders).then_some(move || {
        let count = desk.incoming.unanswered.get();
        (count > 0).then(|| {
            let words = b().orders_unanswered.of(u64::from(count));
            view! { <Badge count words kind=BadgeKind::Waiting /> }
        })
    });
    view! {
        <a
            href=place.href
            class:on=is_on
            aria-current=move || is_on.get().then_some("page")
        >
            <Icon glyph=place.glyph />
            <span>{place.label}</span>
            {badge}
            {orders}
            {decisions}
        </a>
    }
    .into_any()
}

/// At the side of wide windows.
#[component]
fn Rail(section: Memo<Section>) -> impl IntoView {
    let desk = desk();
    let places = move || {
        let mut places = places(desk);
        let last = places.pop();
        let others = places.iter().map(|place| link(place, section, desk)).collect_view();
        let last = last.map(|place| link(&place, section, desk));
        let name = app().account_view().map(|account| account.name).unwrap_or_default();
        view! {
            {others}
            <span class="grow"></span>
            {last}
            <span class="rail-me" title=name.clone()>
                <Avatar name=name.clone() size=36 />
            </span>
        }
    };
    view! {
        <nav class="rail only-desk" aria-label=b().nav>
            <Mark size=36 />
            {places}
        </nav>
    }
}

/// At the bottom of narrow ones.
#[component]
fn Tabs(section: Memo<Section>) -> impl IntoView {
    let desk = desk();
    view! {
        <nav class="tabs only-hand" aria-label=b().nav>
            {move || {
                // Six fit; the settings lead to the templates, the orders to the bookings.
                let mut places = places(desk);
                places.retain(|place| {
                    !matches!(
                        place.section,
                        Section::Templates
                            | Section::Bookings
                            | Section::Statistics
                            | Section::Broadcasts
                    )
                });
                places.iter().map(|place| link(place, section, desk)).collect_view()
            }}
        </nav>
    }
}
