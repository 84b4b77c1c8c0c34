// Starts the module whose pages stand behind this address.
const modules = {
  front: ["{{front/front.js}}", "{{front/front_bg.wasm}}"],
  shell: ["{{shell/shell.js}}", "{{shell/shell_bg.wasm}}"],
  desk: ["{{desk/desk.js}}", "{{desk/desk_bg.wasm}}"],
};
const place = location.pathname.split("/")[1];
const places = { e: "front", business: "desk", claim: "desk", link: "desk" };
const [script, wasm] = modules[Object.hasOwn(places, place) ? places[place] : "shell"];

const module_or_path = fetch(wasm);
const { default: init } = await import(script);
await init({ module_or_path });
