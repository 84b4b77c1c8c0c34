//! The shell module: the user interface. It starts the worker and paints what the worker reports.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

fn main() {
    console_error_panic_hook::set_once();
    let report = RwSignal::new(String::new());
    if let Err(error) = start_worker(report) {
        report.set(format!("{error:?}"));
    }
    mount_to_body(move || view! { <Hello report /> });
}

#[component]
fn Hello(report: RwSignal<String>) -> impl IntoView {
    let count = RwSignal::new(0_u32);
    view! {
        <main>
            <h1>"Tresen"</h1>
            <button on:click=move |_| count.update(|n| *n += 1)>"Count"</button>
            <p id="count">{count}</p>
            <p id="report">{report}</p>
        </main>
    }
}

/// Starts the worker whose address `index.html` names, and shows what it posts.
fn start_worker(report: RwSignal<String>) -> Result<(), JsValue> {
    let address = document().document_element().and_then(|root| root.get_attribute("data-worker"));
    let Some(address) = address else { return Err(JsValue::from_str("no worker address")) };
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let worker = Worker::new_with_options(&address, &options)?;
    let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        report.set(event.data().as_string().unwrap_or_default());
    });
    worker.set_onmessage(Some(listener.as_ref().unchecked_ref()));
    listener.into_js_value();
    Ok(())
}
