// Starts the worker. Its module comes while its script does; it runs once the page listens, which says
// so with its first message.
const listens = new Promise((resolve) => addEventListener("message", resolve, { once: true }));
const compiled = WebAssembly.compileStreaming(fetch(new URL("./worker_bg.wasm", import.meta.url)));
const { default: init } = await import("./worker.js");
const module_or_path = await compiled;
await listens;
await init({ module_or_path });
