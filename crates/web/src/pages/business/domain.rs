//! The shop's domain: what to publish, whether it was found, and why not.

use leptos::{prelude::*, task::spawn_local};
use tresen_view::{
    Answer, Command, DomainClaimView, DomainClaimed, DomainWay, Failure, FailureKind,
};

use crate::{
    actions::{call, tell_failure},
    components::{Button, ButtonKind, Field, FieldKind, Glyph, Icon, Segment},
    i18n::{b, fill, time},
};

/// What is typed and what is known.
#[derive(Clone, Copy)]
struct Form {
    domain: RwSignal<String>,
    way: RwSignal<DomainWay>,
    error: RwSignal<Option<String>>,
    known: RwSignal<Option<DomainClaimView>>,
    is_busy: RwSignal<bool>,
}

impl Form {
    fn take(self, view: DomainClaimView) {
        if let Some(claim) = &view.claim {
            self.domain.try_set(claim.domain.clone());
            self.way.try_set(claim.method);
        }
        self.known.try_set(Some(view));
    }

    fn ask(self, command: Command) {
        if self.is_busy.get_untracked() {
            return;
        }
        self.is_busy.set(true);
        self.error.set(None);
        spawn_local(async move {
            match call(command).await {
                Ok(Answer::Domain(view)) => self.take(*view),
                Ok(_) => {}
                Err(Failure { kind: FailureKind::Invalid, detail }) => {
                    let is_taken = detail.contains("Conflict");
                    let words = if is_taken { b().domain_taken } else { b().domain_bad };
                    self.error.try_set(Some(words.to_owned()));
                }
                Err(failure) => tell_failure(&failure),
            }
            self.is_busy.try_set(false);
        });
    }
}

/// The card on the shop's page.
#[component]
pub(super) fn DomainCard() -> impl IntoView {
    let form = Form {
        domain: RwSignal::new(String::new()),
        way: RwSignal::new(DomainWay::Dns),
        error: RwSignal::new(None),
        known: RwSignal::new(None),
        is_busy: RwSignal::new(false),
    };
    spawn_local(async move {
        // Without a connection the card is empty; what is typed is checked later.
        if let Ok(Answer::Domain(view)) = call(Command::Domain).await {
            form.take(*view);
        }
    });
    let ways = vec![
        (DomainWay::Dns, b().domain_way_dns.to_owned()),
        (DomainWay::WellKnown, b().domain_way_file.to_owned()),
    ];
    let check = move || {
        let domain = form.domain.get_untracked();
        form.ask(Command::ClaimDomain { domain, method: form.way.get_untracked() });
    };
    view! {
        <section class="card pad stack" id="domain">
            <h2>{b().domain}</h2>
            <p class="hint">{b().domain_intro}</p>
            <Field
                id="shop-domain"
                kind=FieldKind::Url
                label=b().domain_field
                value=form.domain
                error=form.error
                max_length=253
            />
            <div class="field">
                <span class="legend">{b().domain_way}</span>
                <Segment
                    name="domain-way"
                    label=b().domain_way
                    choices=ways
                    value=form.way
                    on_change=move |way| form.way.set(way)
                />
            </div>
            {move || form.known.get().map(|known| instructions(form, known))}
            <div class="row wrap">
                <Button
                    kind=ButtonKind::Primary
                    label=b().domain_check
                    busy=form.is_busy
                    on_press=check
                />
                {move || {
                    let has_claim =
                        form.known.with(|known| known.as_ref().is_some_and(|it| it.claim.is_some()));
                    has_claim
                        .then(|| {
                            view! {
                                <Button
                                    label=b().domain_withdraw
                                    on_press=move || form.ask(Command::WithdrawDomain)
                                />
                            }
                        })
                }}
            </div>
        </section>
    }
}

/// What to publish for what is typed, and what was found of what is claimed.
fn instructions(form: Form, known: DomainClaimView) -> AnyView {
    let place = move || {
        let typed = form.domain.with(|typed| host(typed));
        match form.way.get() {
            _ if typed.is_empty() => String::new(),
            DomainWay::Dns => tresen_statement::dns_name(&typed),
            DomainWay::WellKnown => format!("https://{typed}{}", tresen_statement::WELL_KNOWN_PATH),
        }
    };
    let words = move || match form.way.get() {
        DomainWay::Dns => b().domain_put_dns,
        DomainWay::WellKnown => b().domain_put_file,
    };
    view! {
        <p class="hint">{words}</p>
        <pre class="code" dir="ltr">
            {place}
            "\n"
            {known.text}
        </pre>
        {known.claim.map(|claim| state(&claim))}
    }
    .into_any()
}

fn state(claim: &DomainClaimed) -> AnyView {
    let b = b();
    let trouble = match claim.trouble.as_str() {
        "" => None,
        "not_found" => Some(b.domain_not_found),
        "other_text" => Some(b.domain_other_text),
        "private_address" => Some(b.domain_private),
        "redirect" => Some(b.domain_redirect),
        "certificate" => Some(b.domain_certificate),
        "taken" => Some(b.domain_taken),
        _unreachable => Some(b.domain_unreachable),
    };
    let found = claim.mark.as_ref().map(|mark| {
        let since = time::date(mark.since);
        let words = fill(b.domain_found, &[("domain", &mark.domain), ("since", &since)]);
        view! {
            <p class="why checked" role="status">
                <Icon glyph=Glyph::BadgeCheck />
                <span>{words}</span>
            </p>
        }
    });
    let trouble = trouble.map(|words| {
        view! {
            <p class="note row" role="status" data-trouble=claim.trouble.clone()>
                <Icon glyph=Glyph::Info small=true />
                <span class="grow">{words}</span>
            </p>
        }
    });
    view! {
        {found}
        {trouble}
    }
    .into_any()
}

/// The host of what is typed.
fn host(typed: &str) -> String {
    let typed = typed.trim().to_lowercase();
    let rest = typed.split_once("://").map_or(typed.as_str(), |(_, rest)| rest);
    rest.split(['/', '?', '#', ':']).next().unwrap_or_default().to_owned()
}
