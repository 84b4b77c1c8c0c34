//! The fields of a profile, shared by the first steps and the shop's page.

use leptos::{prelude::*, task::spawn_local};
use tresen_statement::limits::{
    ABOUT_BYTES_MAX, ADDRESS_BYTES_MAX, BRANCH_BYTES_MAX, EMAIL_BYTES_MAX, WEBSITE_BYTES_MAX,
};
use tresen_types::{limits::DISPLAY_NAME_BYTES_MAX, profile::More};
use tresen_view::{Answer, Command, Failure, FailureKind, HoursView, ProfileDraft};
use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;

use super::desk::{Desk, desk};
use crate::{
    actions::{call, tell_failure},
    components::{
        Field, FieldKind, HoursEditor, Logo, LogoPicker, ShopFront, Sign, SignPicker, Switch,
    },
    i18n::{b, time},
};

/// A profile that is being edited.
#[derive(Clone, Copy)]
pub(super) struct ProfileForm {
    name: RwSignal<String>,
    line: RwSignal<String>,
    about: RwSignal<String>,
    address: RwSignal<String>,
    website: RwSignal<String>,
    email: RwSignal<String>,
    sign_colour: RwSignal<String>,
    logo: RwSignal<Option<Logo>>,
    has_hours: RwSignal<bool>,
    hours: RwSignal<HoursView>,
    /// What was published last.
    base: RwSignal<ProfileDraft>,
    errors: Errors,
    /// Whether it is being published.
    pub is_busy: RwSignal<bool>,
}

#[derive(Clone, Copy)]
struct Errors {
    name: RwSignal<Option<String>>,
    line: RwSignal<Option<String>>,
    about: RwSignal<Option<String>>,
    address: RwSignal<Option<String>>,
    website: RwSignal<Option<String>>,
    email: RwSignal<Option<String>>,
}

impl ProfileForm {
    fn new(draft: ProfileDraft) -> Self {
        let logo = draft.logo_base64.clone().zip(draft.logo_media_type.clone());
        let error = || RwSignal::new(None);
        Self {
            name: RwSignal::new(draft.name.clone()),
            line: RwSignal::new(draft.line.clone()),
            about: RwSignal::new(draft.about.clone()),
            address: RwSignal::new(draft.address.clone()),
            website: RwSignal::new(draft.websites.first().cloned().unwrap_or_default()),
            email: RwSignal::new(draft.more.email.clone()),
            sign_colour: RwSignal::new(draft.sign_colour.clone()),
            logo: RwSignal::new(logo.map(|(base64, media_type)| Logo { base64, media_type })),
            has_hours: RwSignal::new(draft.hours.is_some()),
            hours: RwSignal::new(draft.hours.clone().unwrap_or_else(usual_hours)),
            base: RwSignal::new(draft),
            errors: Errors {
                name: error(),
                line: error(),
                about: error(),
                address: error(),
                website: error(),
                email: error(),
            },
            is_busy: RwSignal::new(false),
        }
    }

    /// The form for the own profile, once it is known. A business that never published gets a form
    /// with its name.
    pub(super) fn open() -> RwSignal<Option<Self>> {
        let desk = desk();
        let form = RwSignal::new(None);
        let owner = Owner::current();
        spawn_local(async move {
            let draft = match call(Command::OwnProfile).await {
                Ok(Answer::Profile(found)) => found.profile,
                Ok(_) => return,
                Err(Failure { kind: FailureKind::NotFound, .. }) => {
                    ProfileDraft { name: desk.shop_name(), ..ProfileDraft::default() }
                }
                Err(failure) => {
                    tell_failure(&failure);
                    return;
                }
            };
            if !form.is_disposed() {
                // The form's signals live as long as the page that asked.
                let made = owner.map_or_else(
                    || Self::new(draft.clone()),
                    |owner| owner.with(|| Self::new(draft.clone())),
                );
                if made.sign_colour.with_untracked(String::is_empty) {
                    made.sign_colour.set("lagoon".to_owned());
                }
                form.try_set(Some(made));
            }
        });
        form
    }

    /// The profile as it would be published; follows the fields.
    pub(super) fn draft(self) -> ProfileDraft {
        let mut websites = self.base.with(|base| base.websites.clone());
        let website = self.website.with(|site| with_scheme(site.trim()));
        if !websites.is_empty() {
            websites.remove(0);
        }
        if !website.is_empty() {
            websites.insert(0, website);
        }
        let logo = self.logo.get();
        ProfileDraft {
            name: trimmed(self.name),
            line: trimmed(self.line),
            about: trimmed(self.about),
            address: trimmed(self.address),
            websites,
            sign_colour: self.sign_colour.get(),
            logo_base64: logo.as_ref().map(|logo| logo.base64.clone()),
            logo_media_type: logo.map(|logo| logo.media_type),
            hours: self.has_hours.get().then(|| self.hours.get()),
            // What programs have set stays.
            more: More { email: trimmed(self.email), ..self.base.with(|base| base.more.clone()) },
        }
    }

    /// Shows the usual hours where none are given.
    pub(super) fn suggest_hours(self) {
        if !self.has_hours.get_untracked() {
            self.has_hours.set(true);
        }
    }

    /// Whether something differs from what is published.
    pub(super) fn is_changed(self) -> bool {
        let draft = self.draft();
        self.base.with(|base| *base != draft)
    }

    /// Says at the fields what can't be published.
    fn check(self) -> bool {
        let draft = untrack(|| self.draft());
        let long =
            |text: &str, max: usize| (text.len() > max).then(|| b().name_too_long.to_owned());
        let missing = draft.name.is_empty().then(|| b().business_name_missing.to_owned());
        self.errors.name.set(missing.or_else(|| long(&draft.name, DISPLAY_NAME_BYTES_MAX)));
        self.errors.line.set(long(&draft.line, BRANCH_BYTES_MAX));
        self.errors.about.set(long(&draft.about, ABOUT_BYTES_MAX));
        self.errors.address.set(long(&draft.address, ADDRESS_BYTES_MAX));
        let website = draft.websites.first().filter(|site| {
            let rest = site.strip_prefix("https://").unwrap_or_default();
            let has_host = rest.contains('.') || rest.starts_with("localhost");
            !has_host || site.contains(char::is_whitespace) || site.len() > WEBSITE_BYTES_MAX
        });
        self.errors.website.set(website.map(|_| b().website_bad.to_owned()));
        let email = &draft.more.email;
        let is_address = email.is_empty() || (email.contains('@') && !email.contains(' '));
        let is_bad = !is_address || email.len() > EMAIL_BYTES_MAX;
        self.errors.email.set(is_bad.then(|| b().email_bad.to_owned()));
        let errors = self.errors;
        let all =
            [errors.name, errors.line, errors.about, errors.address, errors.website, errors.email];
        all.into_iter().all(|error| error.with_untracked(Option::is_none))
    }

    /// Publishes, then calls `after`; with errors at the fields nothing happens.
    pub(super) fn publish(self, desk: Desk, after: impl FnOnce() + 'static) {
        if self.is_busy.get_untracked() {
            return;
        }
        if !self.check() {
            focus_first_error();
            return;
        }
        let draft = untrack(|| self.draft());
        self.is_busy.set(true);
        spawn_local(async move {
            match call(Command::PublishProfile(Box::new(draft.clone()))).await {
                Ok(answer) => {
                    let published = match answer {
                        Answer::Profile(found) => found.profile,
                        _ => draft.clone(),
                    };
                    desk.profile.try_set(Some(published));
                    // What was sent, and not what came back: only that is compared with the fields.
                    self.base.try_set(draft);
                    after();
                }
                Err(failure) => tell_failure(&failure),
            }
            self.is_busy.try_set(false);
        });
    }
}

/// People write addresses without their beginning.
fn with_scheme(site: &str) -> String {
    if site.is_empty() || site.contains("://") {
        return site.to_owned();
    }
    format!("https://{site}")
}

fn trimmed(field: RwSignal<String>) -> String {
    field.with(|text| text.trim().to_owned())
}

/// The first field with an error takes the focus, once the error is on the page.
pub(super) fn focus_first_error() {
    request_animation_frame(|| {
        let field = document().query_selector("[aria-invalid=true], [data-wrong]").ok().flatten();
        if let Some(field) = field.and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
            field.focus().ok();
        }
    });
}

/// Monday to Friday 9 to 18, Saturday 10 to 14.
fn usual_hours() -> HoursView {
    let weekday = vec![(9 * 60, 18 * 60)];
    let saturday = vec![(10 * 60, 14 * 60)];
    HoursView {
        time_zone: time::own_time_zone(),
        weekly: std::array::from_fn(|day| match day {
            0..=4 => weekday.clone(),
            5 => saturday.clone(),
            _ => Vec::new(),
        }),
        exceptions: Vec::new(),
    }
}

/// What a customer sees first, live.
#[component]
pub(super) fn Preview(form: ProfileForm) -> impl IntoView {
    view! { <ShopFront draft=Signal::derive(move || form.draft()) /> }
}

/// Sign and logo.
#[component]
pub(super) fn SignFields(form: ProfileForm) -> impl IntoView {
    let sign = move || {
        let logo = form.logo.with(|logo| logo.as_ref().map(Logo::data_url));
        view! {
            <Sign name=form.name.get() colour=form.sign_colour.get() logo size=72 />
        }
    };
    view! {
        <div class="sign-fields">
            {sign}
            <div class="grow">
                <SignPicker value=form.sign_colour />
                <LogoPicker value=form.logo />
            </div>
        </div>
    }
}

/// Name and line.
#[component]
pub(super) fn NameFields(form: ProfileForm) -> impl IntoView {
    view! {
        <Field
            id="shop-name"
            label=b().business_name
            value=form.name
            error=form.errors.name
            max_length=100
        />
        <Field id="shop-line" label=b().line value=form.line error=form.errors.line max_length=100 />
    }
}

/// Address, website, text.
#[component]
pub(super) fn ContactFields(form: ProfileForm) -> impl IntoView {
    let errors = form.errors;
    view! {
        <Field
            id="shop-address"
            label=b().address
            value=form.address
            error=errors.address
            max_length=200
        />
        <Field
            id="shop-website"
            kind=FieldKind::Url
            label=b().website
            value=form.website
            error=errors.website
            max_length=250
        />
        <Field
            id="shop-email"
            label=b().email
            value=form.email
            error=errors.email
            max_length=120
        />
        <Field
            id="shop-about"
            kind=FieldKind::Lines
            label=b().about
            value=form.about
            error=errors.about
            max_length=1_500
        />
    }
}

/// The hours, or none.
#[component]
pub(super) fn HoursFields(form: ProfileForm) -> impl IntoView {
    view! {
        <Switch
            label=b().hours_shown
            on=form.has_hours
            on_change=move |on| form.has_hours.set(on)
        />
        {move || form.has_hours.get().then(|| view! { <HoursEditor hours=form.hours /> })}
    }
}

#[cfg(test)]
mod tests {
    use super::with_scheme;

    #[test]
    fn addresses_get_their_beginning() {
        assert_eq!(with_scheme("backstube.example"), "https://backstube.example");
        assert_eq!(with_scheme("http://backstube.example"), "http://backstube.example");
        assert_eq!(with_scheme(""), "");
    }
}
