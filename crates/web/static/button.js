// The chat button of a shop's own web site: one line in a page, no third party, nothing stored and
// nothing fetched. It is a link to the shop's code, so it works with a keyboard, a screen reader and
// a middle click as links do.
//
//   <script src="https://chat.example/button.js" defer
//           data-link="https://chat.example/e/…#…" data-label="Chat with us"></script>
(() => {
  "use strict";
  const script = document.currentScript;
  if (!script) return;
  const { link, label = "Chat", side = "end" } = script.dataset;
  let url;
  try {
    url = new URL(link ?? "");
  } catch {
    return;
  }
  // The button leads to the server that it came from, and nowhere else.
  if (url.origin !== new URL(script.src).origin || !url.pathname.startsWith("/e/")) return;
  const show = () => {
    // A landmark of its own, outside of the page's main part.
    const host = document.createElement("aside");
    host.setAttribute("aria-label", label);
    const root = host.attachShadow({ mode: "open" });
    // Not a style element, which a strict page would refuse.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`
      a { position: fixed; inset-block-end: 1rem; inset-inline-${side === "start" ? "start" : "end"}: 1rem;
          z-index: 2147483000; display: inline-flex; align-items: center; min-height: 48px;
          padding: 0 20px; border-radius: 24px; font: 600 16px/1.2 system-ui, sans-serif;
          color: #fff; background: #7a2350; text-decoration: none;
          box-shadow: 0 4px 14px rgb(0 0 0 / .25) }
      a:hover { background: #611a3f }
      a:focus-visible { outline: 3px solid #fff; box-shadow: 0 0 0 6px #7a2350 }
      @media print { a { display: none } }
      @media (forced-colors: active) { a { border: 2px solid LinkText } }`);
    root.adoptedStyleSheets = [sheet];
    const anchor = document.createElement("a");
    anchor.href = url.href;
    anchor.target = "_blank";
    anchor.rel = "noopener noreferrer";
    anchor.textContent = label;
    root.append(anchor);
    document.body.append(host);
  };
  if (document.body) show();
  else document.addEventListener("DOMContentLoaded", show, { once: true });
})();
