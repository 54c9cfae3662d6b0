// The visitors' worker: shows each message, tells that it arrived and was opened, and keeps the browser's address up to date.
// WORDS stands before this: what is said here in each language.
const RECEIPTS = "/v1/receipts";
const HOME = "/messages";
const KEPT_MS = 7 * 86_400_000; // a receipt that could not be told for so long tells nobody anything
const MOST_KEPT = 100; // the most that the server takes at once
const SOON_MS = 500;
const SCOPE = new URL(self.registration.scope).pathname; // "/", or an order's page: then this browser is told of that order alone
const DOORS = SCOPE === "/" ? "/visitor/push" : `${SCOPE}/push`;
const named = (name) => (SCOPE === "/" ? name : `${SCOPE} ${name}`); // workers of all scopes share one store
const SAY_MS = 7 * 86_400_000; // how often to say that the address is still ours: offers go to those heard of within 30 days

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// What is kept: receipts that could not be told, and the subscription as the server knows it.
function store(mode, use) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("passerby-push", 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore("receipts", { autoIncrement: true });
      opening.result.createObjectStore("known");
    };
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const base = opening.result;
      const work = base.transaction(["receipts", "known"], mode);
      const asked = use(work);
      work.oncomplete = () => {
        base.close();
        resolve(asked?.result);
      };
      work.onerror = work.onabort = () => {
        base.close();
        reject(work.error);
      };
    };
  });
}

const known = (name) => store("readonly", (work) => work.objectStore("known").get(named(name))).catch(() => undefined);
const know = (name, value) => store("readwrite", (work) => work.objectStore("known").put(value, named(name))).catch(() => undefined);

const languageOf = (said) => [String(said ?? "").slice(0, 2).toLowerCase()].find((one) => one in WORDS);

// A disk that is slow must not keep a message from being shown.
const soon = (answer) => Promise.race([answer, new Promise((late) => setTimeout(late, SOON_MS))]);

async function languageHere(wanted) {
  return languageOf(wanted) ?? languageOf(await soon(known("language"))) ?? languageOf(self.navigator.language) ?? "en";
}

function momentOf(said) {
  const at = typeof said === "number" ? said * 1000 : Date.parse(said);
  return Number.isNaN(at) ? Infinity : at;
}

// Only where a message of ours may lead: this server, or https.
function leadsTo(url) {
  try {
    const there = new URL(url || HOME, self.location.origin);
    return there.origin === self.location.origin || there.protocol === "https:" ? there.href : new URL(HOME, self.location.origin).href;
  } catch {
    return new URL(HOME, self.location.origin).href;
  }
}

function pictureOf(url) {
  try {
    return new URL(url).protocol === "https:" ? url : undefined;
  } catch {
    return undefined;
  }
}

function messageIn(event) {
  try {
    const told = event.data.json();
    return told !== null && typeof told === "object" ? told : {};
  } catch {
    return {};
  }
}

// A browser insists on a message for each push: what can not be shown, or is too late, says so in its place.
async function showPush(event) {
  const told = messageIn(event);
  const lang = told.lang || (await languageHere());
  const tag = told.tag ? String(told.tag) : "";
  const data = { url: leadsTo(told.url) };
  if (!told.title) {
    const words = WORDS[await languageHere(lang)];
    await self.registration.showNotification(words.unread_title, { body: words.unread_body, lang, tag, data });
    return;
  }
  if (told.expires_at != null && momentOf(told.expires_at) <= Date.now()) {
    const words = WORDS[await languageHere(lang)];
    await self.registration.showNotification(words.late_title, { body: words.late_body, lang, tag, data: { url: leadsTo() } });
    return;
  }
  await self.registration.showNotification(String(told.title), {
    body: String(told.body ?? ""),
    tag,
    renotify: ["order", "reply"].includes(told.kind) && tag !== "", // the next message of what one waits for is news; an offer's is the same offer
    image: pictureOf(told.image),
    lang,
    data: { ...data, ack_id: told.ack_id },
  });
  if (told.ack_id) await report(told.ack_id, "received");
}

// The status of the answer; nought without one.
async function tell(receipts) {
  try {
    const answer = await fetch(RECEIPTS, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(receipts),
      credentials: "omit",
      keepalive: true,
    });
    return answer.status;
  } catch {
    return 0;
  }
}

// What the network, or a server that is busy, or does not know the message yet, did not take is told with the next event.
const isToTellAgain = (status) => status === 0 || status === 429 || status >= 500;

async function report(ack_id, what) {
  const receipt = { ack_id, what, at: new Date().toISOString() };
  const status = await tell(receipt);
  if (isToTellAgain(status) || status === 404) {
    await store("readwrite", (work) => work.objectStore("receipts").add(receipt)).catch(() => undefined);
  } else {
    await tellWhatWaits();
  }
}

// In one go: the server passes over what it does not know. What was put away meanwhile, by another event, stays for the next.
async function tellWhatWaits() {
  const all = { keys: [], receipts: [] };
  await store("readonly", (work) => {
    const put = work.objectStore("receipts");
    put.getAllKeys().onsuccess = ({ target }) => (all.keys = target.result);
    put.getAll().onsuccess = ({ target }) => (all.receipts = target.result);
  }).catch(() => undefined);
  if (!all.keys.length) return;
  const fresh = all.receipts.filter((one) => Date.now() - Date.parse(one.at) < KEPT_MS).slice(-MOST_KEPT);
  if (fresh.length && isToTellAgain(await tell(fresh))) return;
  await store("readwrite", (work) => {
    for (const key of all.keys) work.objectStore("receipts").delete(key);
  }).catch(() => undefined);
}

function postRenewal(body) {
  const headers = { "content-type": "application/json" };
  return fetch(`${DOORS}/renew`, { method: "POST", headers, body: JSON.stringify(body), credentials: "same-origin" });
}

async function sayStillHere() {
  if (Date.now() - ((await known("said_at")) ?? 0) < SAY_MS) return;
  const subscription = await self.registration.pushManager.getSubscription();
  if (!subscription) return;
  const answer = await postRenewal({ subscription }).catch(() => null);
  if (answer?.ok) await know("said_at", Date.now());
}

async function open(url) {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = windows.find((one) => one.url === url);
  await (there ? there.focus() : self.clients.openWindow(url));
}

function bytesOf(text) {
  return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
}

// The push service gave this browser another address, or took the one it had.
async function renew(event) {
  const old = event.oldSubscription?.toJSON() ?? (await known("subscription"));
  const answer = await fetch("/visitor/push-key");
  if (!answer.ok) return;
  const { key } = await answer.json();
  const wanted = { userVisibleOnly: true, applicationServerKey: bytesOf(key) };
  const subscription = event.newSubscription ?? (await self.registration.pushManager.subscribe(wanted));
  const renewed = await postRenewal({ subscription, old });
  if (renewed.ok) await know("subscription", subscription.toJSON()); // else the old one is still what the server knows
}

// The page has just told the server of it.
const remembered = (subscription, language) =>
  Promise.all([know("subscription", subscription), know("language", language), know("said_at", Date.now()), tellWhatWaits()]);

// A page that is open shows at once what the message is about.
async function tellPages() {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  for (const one of windows) one.postMessage({ pushed: true });
}

self.addEventListener("push", (event) => event.waitUntil(showPush(event).finally(() => Promise.all([tellPages(), sayStillHere()]))));

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { url, ack_id } = event.notification.data ?? {};
  const told = ack_id ? report(ack_id, "opened") : Promise.resolve();
  event.waitUntil(Promise.allSettled([open(leadsTo(url)), told]));
});

self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));

self.addEventListener("message", (event) => {
  const { remember, language } = event.data ?? {};
  if (remember) event.waitUntil(remembered(remember, language));
});
