// Messages to this browser: switched on by a tap, and only then is permission asked for.
const WORKER = "/push-worker.js";
const WENT_WRONG = ["failed", "no_service", "wait"];
const PATIENCE_MS = 20_000; // who waits longer is told that it did not work, and may tap again
const panel = document.getElementById("push");
const words = JSON.parse(panel.dataset.words);
const { key, language, doors = "/visitor/push", scope = "/" } = panel.dataset;
const alone = panel.hasAttribute("data-alone"); // the page itself asks for consent: here is the switch alone
const form = panel.querySelector("form");
const status = panel.querySelector(".push-said");
const wrong = panel.querySelector(".push-wrong");
let busy = false;
let isOn = panel.hasAttribute("data-on");
let agreed = { orders: false, offers: false };

// What went wrong changes nothing: the buttons stay those of how it was. Who blocks messages that are on may still take their yes back.
function likeWhat(state) {
  if (WENT_WRONG.includes(state)) return isOn ? "still-on" : "still-off";
  return state === "denied" && isOn ? "blocked-on" : state;
}

function show(state) {
  const hadFocus = panel.contains(document.activeElement);
  if (["on", "saved"].includes(state)) isOn = true;
  if (["off", "switched_off"].includes(state)) isOn = false;
  panel.dataset.state = state;
  status.textContent = words[state];
  for (const part of panel.querySelectorAll("[data-when]")) {
    const when = part.dataset.when.split(" ");
    part.hidden = !when.includes(state) && !when.includes(likeWhat(state));
  }
  if (hadFocus && (document.activeElement === document.body || document.activeElement.closest("[hidden]"))) status.focus();
  if (state === "off") tick({ orders: false, offers: false }); // nothing is ticked for anybody
  panel.dispatchEvent(new CustomEvent("messages", { bubbles: true, detail: { state, isOn, ...agreed } }));
}

function takesMessages() {
  return "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
}

// Safari on an iPhone or iPad has push only for pages on the home screen. An iPad calls itself a Mac.
function isAppleTouch() {
  return /iP(hone|ad|od)/.test(navigator.userAgent) || (navigator.platform === "MacIntel" && navigator.maxTouchPoints > 1);
}

function bytesOf(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (one) => one.charCodeAt(0));
}

// A browser that does not tell the key is believed.
function isBoundToUs(subscription) {
  const bound = subscription.options?.applicationServerKey;
  if (!bound) return true;
  const ours = bytesOf(key);
  const theirs = new Uint8Array(bound);
  return ours.length === theirs.length && ours.every((byte, at) => byte === theirs[at]);
}

async function post(path, body) {
  const answer = await fetch(`${doors}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    credentials: "same-origin",
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  return { status: answer.status, told: answer.status === 200 ? await answer.json() : null };
}

// Each scope has a subscription of its own: a browser that is told of one order takes nothing from who it is otherwise.
async function registrationHere() {
  const all = await navigator.serviceWorker.getRegistrations();
  return all.find((one) => new URL(one.scope).pathname === scope);
}

async function subscriptionHere() {
  const registration = await registrationHere();
  return (await registration?.pushManager.getSubscription()) ?? null;
}

// The registration's `active` may come a moment after the worker's last change of state: that one is no change to wait for.
async function activated(registration) {
  const worker = registration.installing ?? registration.waiting;
  const until = AbortSignal.timeout(PATIENCE_MS);
  while (!registration.active) {
    if (until.aborted || worker.state === "redundant") throw new Error("not installed");
    await new Promise((changed) => {
      worker.addEventListener("statechange", changed, { once: true });
      setTimeout(changed, 250);
    });
  }
  return registration;
}

// For the worker: a browser that changes a subscription does not always say which it was.
async function remember(subscription) {
  const registration = await registrationHere();
  registration?.active?.postMessage({ remember: subscription.toJSON(), language });
}

async function subscribe() {
  const registration = await activated(await navigator.serviceWorker.register(WORKER, { scope, updateViaCache: "none" }));
  let subscription = await registration.pushManager.getSubscription();
  if (subscription && !isBoundToUs(subscription)) {
    await subscription.unsubscribe();
    subscription = null;
  }
  return subscription ?? registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(key) });
}

function ticked() {
  if (alone) return { orders: true, offers: false };
  return { orders: form.elements.orders.checked, offers: form.elements.offers.checked };
}

function agree(consents) {
  agreed = consents;
  tick(consents);
}

function tick(consents) {
  if (alone) return;
  form.elements.orders.checked = consents.orders;
  form.elements.offers.checked = consents.offers;
}

function stateOf(status) {
  return status === 429 ? "wait" : "failed";
}

async function switchOn(chosen) {
  const permission = Notification.permission === "granted" ? "granted" : await Notification.requestPermission();
  if (permission !== "granted") return permission === "denied" ? "denied" : "undecided";
  let subscription;
  try {
    subscription = await subscribe();
  } catch {
    return Notification.permission === "denied" ? "denied" : "no_service";
  }
  const only = Object.fromEntries(Object.entries(chosen).filter(([, given]) => given));
  const answer = await post("", { subscription, consents: only, language });
  if (answer.status !== 200) {
    await subscription.unsubscribe();
    return stateOf(answer.status);
  }
  await remember(subscription);
  agree(answer.told.consents);
  return "on";
}

async function save(chosen) {
  const subscription = await subscriptionHere();
  if (!subscription) return "off";
  const answer = await post("", { subscription, consents: chosen, language });
  if (answer.status !== 200) return stateOf(answer.status);
  agree(answer.told.consents);
  return "saved";
}

async function switchOff() {
  const elsewhere = form.elements.elsewhere;
  const subscription = await subscriptionHere();
  const withdraw = alone || (elsewhere && !elsewhere.checked) ? [] : ["orders", "offers"];
  const answer = await post("/off", { withdraw, subscription: subscription ?? undefined, language });
  if (answer.status !== 204) return stateOf(answer.status);
  await subscription?.unsubscribe().catch(() => false);
  for (const purpose of withdraw) agreed = { ...agreed, [purpose]: false };
  tick({ orders: false, offers: false });
  return "switched_off";
}

// How it is here: the browser's own word first, then what the server knows of it.
async function look() {
  if (!takesMessages()) return isAppleTouch() && !navigator.standalone ? "ios" : "unsupported";
  if (Notification.permission === "denied") return "denied";
  let subscription = await subscriptionHere();
  if (!subscription) return "off";
  let old;
  if (!isBoundToUs(subscription)) {
    old = subscription.toJSON();
    try {
      subscription = await subscribe();
    } catch {
      return "no_service"; // some browsers subscribe after a tap only
    }
  }
  const answer = await post("/renew", { subscription, old });
  if (answer.status === 404) return "off";
  if (answer.status !== 200) return isOn ? "on" : stateOf(answer.status);
  await remember(subscription);
  agree(answer.told.consents);
  return "on";
}

async function go(work) {
  if (busy) return;
  busy = true;
  panel.setAttribute("aria-busy", "true");
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
  wrong.textContent = "";
  status.textContent = words.busy;
  try {
    show(await work());
  } catch {
    show("failed");
  } finally {
    busy = false;
    panel.removeAttribute("aria-busy");
    for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const chosen = ticked();
  if (!chosen.orders && !chosen.offers) {
    wrong.textContent = wrong.dataset.text;
    form.elements.orders.focus();
    return;
  }
  go(() => (isOn ? save(chosen) : switchOn(chosen)));
});
form.elements.off.addEventListener("click", () => go(switchOff));

status.textContent = words.checking;
look().then(show, () => show(isOn ? "on" : "off"));
