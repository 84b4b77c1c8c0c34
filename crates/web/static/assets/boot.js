// Starts the module whose pages stand behind this address.
//
// What is behind an entry link is asked for while the module is on its way. The worker sets out as soon
// as the module has arrived, so that it doesn't take the line from it.
const modules = {
  shell: ["{{shell/shell.js}}", "{{shell/shell_bg.wasm}}"],
  desk: ["{{desk/desk.js}}", "{{desk/desk_bg.wasm}}"],
};
// A part of the shell's own, by the language that it will choose.
const texts = {
  en: "{{shell/split_english.wasm}}",
  de: "{{shell/split_german.wasm}}",
  hi: "{{shell/split_hindi.wasm}}",
};

function language() {
  const tags = [...navigator.languages];
  try {
    tags.unshift(localStorage.getItem("tresen.language") ?? "");
  } catch {
    // A browser that forbids it.
  }
  return tags.map((tag) => tag.split("-")[0].toLowerCase()).find((tag) => tag in texts) ?? "en";
}

const [, place, entry] = location.pathname.split("/");
const name = ["business", "claim", "link"].includes(place) ? "desk" : "shell";
const [script, wasm] = modules[name];

const compiled = WebAssembly.compileStreaming(fetch(wasm));
// The module asks for them again, and then they are there.
if (name === "shell") fetch(texts[language()]).catch(() => {});
if (place === "e") {
  window.entry = fetch(`/v1/entry/${entry}`);
  // Whoever takes it sees whether it failed.
  window.entry.catch(() => {});
}
const { default: init } = await import(script);
const module_or_path = await compiled;
window.worker = new Worker(document.documentElement.dataset.worker, { type: "module" });
await init({ module_or_path });
