// The service worker: the app opens without a network. Version {{version}}.
//
// Files under /assets/ carry their hash in their name and are kept as they are. A new version waits
// until the page asks for it, so that nothing changes under somebody's hands.
"use strict";

const VERSION = "{{version}}";
const CACHE = `tresen-${VERSION}`;
const LIST = "/assets.json";
// Its existence says that somebody works behind the counter in this browser.
const DESK = "desk";
// The parts of modules that hold what is seldom used, and the texts of each language.
const LATER = /\/split_(seldom|english|german|hindi)\.wasm$/;
const TEXTS = { en: "english", de: "german", hi: "hindi" };

addEventListener("install", (event) => {
  event.waitUntil(install());
});

// A first visit has enough to load: what is seldom used follows on the next one, other languages too.
async function install() {
  await keepAll(await usesDesk());
}

// Large icons are for the system that installs the app, which asks for them itself; the button is for
// other web sites.
async function keepAll(withLater) {
  const withDesk = await usesDesk();
  const cache = await caches.open(CACHE);
  const { version, files } = await (await fetch(LIST, { cache: "no-store" })).json();
  if (version !== VERSION) {
    throw new Error(`the server has version ${version}`);
  }
  const urls = files
    .filter((file) => withDesk || !file.name.startsWith("desk/"))
    .filter((file) => withLater || !LATER.test(file.name) || file.name.endsWith(ownTexts()))
    .map((file) => file.url)
    .filter((url) => !["/sw.js", LIST, "/button.js"].includes(url) && !url.startsWith("/icon-"));
  await Promise.all(urls.map((url) => keep(cache, url)));
}

// The texts that a first visit has chosen; one that is chosen by hand is kept when it is asked for.
function ownTexts() {
  const tags = navigator.languages.map((tag) => tag.split("-")[0].toLowerCase());
  return `/split_${TEXTS[tags.find((tag) => tag in TEXTS) ?? "en"]}.wasm`;
}

// Customers never load what is behind the counter.
async function usesDesk() {
  const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const isDesk = (page) => /^\/(business|claim|link)(\/|$)/.test(new URL(page.url).pathname);
  return pages.some(isDesk) || (await caches.keys()).some((name) => name === DESK);
}

// What an older version has under the same hashed name is taken over, not fetched again.
async function keep(cache, url) {
  if (await cache.match(url)) {
    return;
  }
  const known = url.startsWith("/assets/") && (await caches.match(url));
  if (known) {
    await cache.put(url, known);
    return;
  }
  const response = await fetch(url, { cache: url.startsWith("/assets/") ? "default" : "no-store" });
  if (!response.ok) {
    throw new Error(`${url}: ${response.status}`);
  }
  await cache.put(url, response);
}

addEventListener("activate", (event) => {
  event.waitUntil(activate());
});

async function activate() {
  for (const name of await caches.keys()) {
    if (name.startsWith("tresen-") && name !== CACHE) {
      await caches.delete(name);
    }
  }
  await clients.claim();
}

addEventListener("message", (event) => {
  if (event.data === "use") {
    skipWaiting();
  }
  if (event.data === "keep") {
    event.waitUntil(keepAll(true));
  }
  if (event.data === "seen") {
    event.waitUntil(closeNotices());
  }
  if (event.data === "forget") {
    event.waitUntil(Promise.all([closeNotices(), caches.delete(WORDS)]));
  }
  if (event.data?.notice) {
    event.waitUntil(keepWords(event.data.notice));
  }
});

// What a notice says. The page hands over the words of its language; they hold no message and no name.
const WORDS = "notice";
const WORDS_URL = "/notice-words";
const TAG = "news";

async function keepWords(words) {
  const cache = await caches.open(WORDS);
  await cache.put(WORDS_URL, new Response(JSON.stringify(words)));
}

async function words() {
  const kept = await caches.match(WORDS_URL);
  return kept ? kept.json() : { title: "New message", body: "", lang: "en", url: "/" };
}

// A push says nothing but that something came. Whoever has a page before their eyes sees it there.
addEventListener("push", (event) => {
  event.waitUntil(tell());
});

async function tell() {
  if ((await pages()).some((page) => page.visibilityState === "visible") && !(await mustTell())) {
    return;
  }
  const { title, body, lang } = await words();
  await registration.showNotification(title, { body, lang, tag: TAG, renotify: true, icon: "/icon-192.png" });
}

// The app's windows; what the server shows under /v1/ shows no messages.
async function pages() {
  const all = await clients.matchAll({ type: "window", includeUncontrolled: true });
  return all.filter((page) => !new URL(page.url).pathname.startsWith("/v1/"));
}

// Safari ends the subscription of who gets a push and shows nothing.
async function mustTell() {
  const subscription = await registration.pushManager.getSubscription();
  return subscription?.endpoint.startsWith("https://web.push.apple.com/") ?? false;
}

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show());
});

// The page that was looked at last comes to the front; without one, the chats are opened.
async function show() {
  const [page] = await pages();
  await (page ? page.focus() : clients.openWindow((await words()).url));
}

async function closeNotices() {
  for (const notice of await registration.getNotifications()) {
    notice.close();
  }
}

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin || url.pathname.startsWith("/v1/")) {
    return;
  }
  if (request.mode === "navigate") {
    event.respondWith(page(request));
  } else if (url.pathname.startsWith("/assets/") || isRootFile(url.pathname)) {
    event.respondWith(asset(request));
  }
});

function isRootFile(path) {
  return path === "/manifest.webmanifest" || path.startsWith("/icon");
}

// The page of this version, so that page and modules always fit together.
async function page(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match("/")) ?? fetch(request);
}

async function asset(request) {
  const cache = await caches.open(CACHE);
  const known = await cache.match(request);
  if (known) {
    return known;
  }
  const response = await fetch(request);
  const { pathname } = new URL(request.url);
  const isDesk = pathname.startsWith("/assets/desk-");
  if (isDesk) {
    await caches.open(DESK);
  }
  if (response.ok && (isDesk || LATER.test(pathname))) {
    await cache.put(request, response.clone());
  }
  return response;
}
