// Finds things the way a person names them, and waits for them. Each call brings this whole script
// along, so that nothing stays in the page, save the watch over a press until it is asked.
//
// A locator is a CSS selector or one of
//   text=WORDS     the smallest visible element that holds these words
//   button=NAME    a button, link, tab, option or menu item of that name
//   field=NAME     an input of that name
// Names and words match when they contain the locator's text, ignoring case and line breaks.
async (op, a) => {
  const PRESSABLE =
    "button, a[href], summary, [role=button], [role=link], [role=tab], [role=option], [role=switch]," +
    " [role=menuitem], [role=radio], [role=checkbox], input[type=submit], input[type=checkbox]," +
    " input[type=radio], label";
  const FIELDS = "input, textarea, select, [contenteditable=true], [role=textbox], [role=combobox]";
  const flat = (text) => (text ?? "").replace(/\s+/g, " ").trim().toLowerCase();
  const visible = (el) => {
    if (!el.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true })) return false;
    const box = el.getBoundingClientRect();
    return box.width > 0 && box.height > 0;
  };
  const named = (el) => {
    const ids = el.getAttribute("aria-labelledby");
    if (ids) return ids.split(/\s+/).map((id) => document.getElementById(id)?.textContent).join(" ");
    const label = el.getAttribute("aria-label");
    if (label) return label;
    const labels = [...(el.labels ?? [])].map((one) => one.textContent).join(" ");
    return labels || el.innerText || el.value || el.placeholder || el.title || "";
  };
  const byName = (selector, name) => {
    const all = [...document.querySelectorAll(selector)].filter(visible);
    const wanted = flat(name);
    return (
      all.find((el) => flat(named(el)) === wanted) ??
      all.find((el) => flat(named(el)).includes(wanted)) ??
      all.find((el) => flat(el.placeholder).includes(wanted) && wanted)
    );
  };
  const byText = (words) => {
    const wanted = flat(words);
    let found = null;
    let level = document.body ? [document.body] : [];
    while (level.length) {
      const el = level.shift();
      if (!flat(el.textContent).includes(wanted)) continue;
      if (visible(el) && flat(el.innerText).includes(wanted)) found = el;
      level = [...el.children, ...level];
    }
    return found;
  };
  const find = (locator) => {
    const [, kind, name] = /^(text|button|field)=([^]*)$/.exec(locator) ?? [];
    if (kind === "text") return byText(name);
    if (kind === "button") return byName(PRESSABLE, name);
    if (kind === "field") return byName(FIELDS, name);
    return [...document.querySelectorAll(locator)].find(visible);
  };
  // Resolves with the first value that `check` returns, or with nothing when the time is over.
  const until = (check) =>
    new Promise((resolve, reject) => {
      const watch = new MutationObserver(step);
      const clock = setInterval(step, 50);
      const end = setTimeout(() => finish(null), a.ms);
      function finish(value) {
        watch.disconnect();
        clearInterval(clock);
        clearTimeout(end);
        resolve(value);
      }
      function step() {
        try {
          const value = check();
          if (value) finish(value);
        } catch (error) {
          finish(null);
          reject(error);
        }
      }
      const everything = { subtree: true, childList: true, attributes: true, characterData: true };
      watch.observe(document, everything);
      step();
    });
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const inside = (x, y) => x >= 0 && y >= 0 && x < innerWidth && y < innerHeight;
  const belongs = (el, hit) => hit && (el.contains(hit) || hit.contains(el) || el.control === hit);
  // What lies around it is hit in its place when it is cut off there, by a row that scrolls, say.
  const isWhole = (el, hit) => belongs(el, hit) && (el.contains(hit) || !!hit.closest("label"));
  // Between finding the place and pressing it, a page may move. A press that lands on something else
  // is kept from it, as a person would have kept from it; `missed` tells of it and ends the watch.
  const PRESS = Symbol.for("tresen.press");
  const watchPress = (el) => {
    const kinds = ["pointerdown", "touchstart", "mousedown", "pointerup", "touchend", "mouseup", "click"];
    const press = { missed: false, begun: false };
    const listen = (event) => {
      if (!press.begun) press.missed = !belongs(find(a.locator) ?? el, event.target);
      press.begun = true;
      if (!press.missed) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    const options = { capture: true, passive: false };
    for (const kind of kinds) addEventListener(kind, listen, options);
    press.end = () => {
      for (const kind of kinds) removeEventListener(kind, listen, options);
    };
    window[PRESS]?.end();
    window[PRESS] = press;
  };
  // Scrolls there, and waits until the scroll is over: a finger that touches what still moves, by a snap,
  // say, stops it and presses nothing. Nothing tells that there was nothing to scroll.
  const bring = (el) =>
    new Promise((resolve) => {
      const clock = setTimeout(finish, 300);
      function finish() {
        clearTimeout(clock);
        removeEventListener("scrollend", finish, true);
        resolve();
      }
      addEventListener("scrollend", finish, true);
      el.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    });
  // Where to press the element, once it stands still and nothing covers it.
  const point = async () => {
    const end = performance.now() + a.ms;
    let last = "";
    let isBrought = false;
    while (performance.now() < end) {
      const el = await until(() => find(a.locator));
      if (!el) return null;
      if (el.disabled || el.getAttribute("aria-disabled") === "true") {
        await frame();
        continue;
      }
      const before = el.getBoundingClientRect();
      if (!inside(before.x + before.width / 2, before.y + before.height / 2)) {
        await bring(el);
      }
      await frame();
      await frame();
      const box = el.getBoundingClientRect();
      const place = `${box.x} ${box.y} ${box.width} ${box.height}`;
      const x = box.x + box.width / 2;
      const y = box.y + box.height / 2;
      const hit = document.elementFromPoint(x, y);
      if (place === last && (isWhole(el, hit) || (isBrought && belongs(el, hit)))) {
        watchPress(el);
        return { x, y };
      }
      // What lies over it, a bar at the edge, say, may end before the middle.
      if (place === last) {
        await bring(el);
        isBrought = true;
      }
      last = place;
    }
    return null;
  };
  const describe = (el) => {
    if (!el || el === document.body) return "";
    return `${el.getAttribute("role") ?? el.localName} ${named(el).replace(/\s+/g, " ").trim()}`.trim();
  };
  switch (op) {
    case "loaded":
      return !!(await until(() => document.readyState === "complete" && document.body));
    case "there":
      return !!(await until(() => find(a.locator)));
    case "when":
      return (await until(() => find(a.locator))) ? performance.now() : null;
    case "gone":
      return !!(await until(() => !find(a.locator)));
    case "is":
      return !!(await until(a.check));
    case "point":
      return await point();
    case "missed": {
      const press = window[PRESS];
      press?.end();
      delete window[PRESS];
      return !!press?.missed;
    }
    case "focus": {
      const el = await until(() => find(a.locator));
      el?.focus();
      return !!el;
    }
    case "text": {
      const el = await until(() => find(a.locator));
      return el ? { text: el.value ?? el.innerText } : null;
    }
    case "count":
      return [...document.querySelectorAll(a.locator)].filter(visible).length;
    case "focused":
      return describe(document.activeElement);
    case "state":
      return `${location.href}\n${document.title}\n${document.body?.innerText ?? ""}`;
    case "axe": {
      const found = await axe.run(document, { resultTypes: ["violations"] });
      return found.violations.map((one) => ({
        rule: one.id,
        help: one.help,
        elements: one.nodes.map((node) => node.html),
      }));
    }
  }
}
