//! What a shop says with a decision about an order: until when, or why not.

use leptos::prelude::*;
use tresen_types::MessageId;
use tresen_view::{OrderStateView, OrderStepView};

use crate::{
    components::{Button, ButtonKind, ButtonSize, Field, FieldKind, Sheet},
    i18n::b,
    router,
};

/// In how many minutes an order can be promised with one press.
const MINUTES: [u32; 5] = [10, 20, 30, 45, 60];

/// A decision that is being made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// The shop takes it.
    Accept,
    /// It doesn't.
    Decline,
    /// It took it, and can't go on.
    Cancel,
}

impl Decision {
    /// The decision that a step needs words for.
    pub(super) const fn of(step: &OrderStepView) -> Option<Self> {
        match step {
            OrderStepView::Accept { .. } => Some(Self::Accept),
            OrderStepView::Decline { .. } => Some(Self::Decline),
            _ => None,
        }
    }

    /// Whether an order in this state can be cancelled.
    pub(super) const fn can_cancel(state: OrderStateView) -> bool {
        matches!(state, OrderStateView::Accepted | OrderStateView::Ready)
    }
}

/// The sheet; open as long as it is on the page.
#[component]
pub(super) fn DecisionSheet(
    order: MessageId,
    decision: Decision,
    on_step: Callback<(MessageId, OrderStepView)>,
    on_close: impl Fn() + 'static,
) -> impl IntoView {
    let say = move |step: OrderStepView| {
        on_step.run((order, step));
        router::back();
    };
    let (title, content) = match decision {
        Decision::Accept => (b().order_when, times(say).into_any()),
        Decision::Decline => (
            b().order_decline_it,
            reasons(move |reason| say(OrderStepView::Decline { reason }), b().order_decline_it)
                .into_any(),
        ),
        Decision::Cancel => (
            b().order_cancel_it,
            reasons(move |reason| say(OrderStepView::Cancel { reason }), b().order_cancel_it)
                .into_any(),
        ),
    };
    view! {
        <Sheet title on_close>
            {content}
        </Sheet>
    }
}

fn times(say: impl Fn(OrderStepView) + Copy + Send + Sync + 'static) -> impl IntoView {
    let choices = MINUTES.into_iter().map(|minutes| {
        let label = b().order_minutes.of(u64::from(minutes));
        let press = move || say(OrderStepView::Accept { minutes: Some(minutes) });
        view! { <Button label on_press=press /> }
    });
    view! {
        <div class="row wrap">{choices.collect_view()}</div>
        <div class="acts">
            <Button
                kind=ButtonKind::Primary
                label=b().order_no_time.to_owned()
                on_press=move || say(OrderStepView::Accept { minutes: None })
            />
        </div>
    }
}

fn reasons(
    say: impl Fn(String) + Copy + Send + Sync + 'static,
    yes: &'static str,
) -> impl IntoView {
    let reason = RwSignal::new(String::new());
    let common = [b().order_sold_out, b().order_closed, b().order_too_far].map(|words| {
        view! {
            <Button
                size=ButtonSize::Small
                label=words.to_owned()
                on_press=move || reason.set(words.to_owned())
            />
        }
    });
    view! {
        <div class="row wrap">{common.into_iter().collect_view()}</div>
        <Field
            id="order-reason"
            label=b().order_reason.to_owned()
            value=reason
            kind=FieldKind::Lines
            hint=b().order_reason_hint.to_owned()
        />
        <div class="acts">
            <Button
                kind=ButtonKind::DangerFill
                label=yes.to_owned()
                on_press=move || say(reason.get_untracked().trim().to_owned())
            />
        </div>
    }
}
