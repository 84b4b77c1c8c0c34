// Starts the module whose pages stand behind this address.
const isBehind = /^\/(business|claim|link)(\/|$)/.test(location.pathname);

async function start() {
  if (isBehind) {
    await import(document.documentElement.dataset.desk);
    return;
  }
  const module_or_path = fetch(new URL("shell_bg.wasm", import.meta.url));
  const { default: init } = await import("./shell.js");
  await init({ module_or_path });
}

await start();
