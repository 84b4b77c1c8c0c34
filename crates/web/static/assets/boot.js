// Starts the module whose pages stand behind this address.
//
// What is behind an entry link is asked for while the module is on its way. The worker sets out as soon
// as the module has arrived, so that it doesn't take the line from it.
const modules = {
  shell: ["{{shell/shell.js}}", "{{shell/shell_bg.wasm}}"],
  desk: ["{{desk/desk.js}}", "{{desk/desk_bg.wasm}}"],
};
const [, place, entry] = location.pathname.split("/");
const [script, wasm] = modules[["business", "claim", "link"].includes(place) ? "desk" : "shell"];

const compiled = WebAssembly.compileStreaming(fetch(wasm));
if (place === "e") {
  window.entry = fetch(`/v1/entry/${entry}`);
  // Whoever takes it sees whether it failed.
  window.entry.catch(() => {});
}
const { default: init } = await import(script);
const module_or_path = await compiled;
window.worker = new Worker(document.documentElement.dataset.worker, { type: "module" });
await init({ module_or_path });
