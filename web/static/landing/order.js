// Follows one order: asks every few seconds whether something changed, and shows it in place. Without this script the page is the same.
const news = document.getElementById("news");
const FEW_MS = document.getElementById("order").hasAttribute("data-awaited") ? 2000 : 4000;
const MOST_MS = 30000;
const EAGER_MS = 300000; // for so long after a change, or a look at the page, it asks every few seconds
const FRESH_MS = 60000; // minutes, hours and days pass by themselves
let since = Date.now();
let fresh = Date.now();
let timer;
let busy = false;
let again = false;

const order = () => document.getElementById("order");

async function look() {
  if (busy) {
    again = true;
    return;
  }
  busy = true;
  try {
    const answer = await fetch(order().dataset.state, { headers: { accept: "application/json" }, cache: "no-store" });
    if (answer.status === 404) return; // it is no more: nothing to follow
    const changed = answer.ok && (await answer.json()).version !== order().dataset.version;
    if (changed || Date.now() - fresh > FRESH_MS) await renew();
  } catch {
    // no connection: the next look is later
  } finally {
    busy = false;
  }
  if (again) {
    again = false;
    await look();
  } else later();
}

// The page as it is now takes the place of what is shown: what has focus keeps it, nothing else moves, and what changed is said.
async function renew() {
  const answer = await fetch(location.pathname + location.search, { cache: "no-store" });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fromServer = page.getElementById("order");
  if (!fromServer) return;
  fresh = Date.now();
  const shown = order();
  for (const one of [shown, fromServer]) one.querySelector("noscript")?.remove();
  if (fromServer.innerHTML === shown.innerHTML && fromServer.dataset.version === shown.dataset.version) return;
  const isNews = fromServer.dataset.version !== shown.dataset.version;
  const focused = shown.contains(document.activeElement) ? document.activeElement.id : null;
  shown.replaceWith(document.adoptNode(fromServer));
  const title = order().querySelector("h1");
  if (focused !== null) {
    title.tabIndex = -1;
    (document.getElementById(focused) ?? title).focus({ preventScroll: true });
  }
  document.title = page.title;
  for (const id of ["messages", "push"]) if (!page.getElementById(id)) document.getElementById(id)?.remove();
  if (!isNews) return;
  since = Date.now();
  news.textContent = `${title.textContent}. ${order().querySelector(".lead").textContent}`;
  if (!page.querySelector('script[src="/static/landing/order.js"]')) stop();
}

function stop() {
  clearTimeout(timer);
  document.removeEventListener("visibilitychange", seen);
  later = () => {};
}

let later = () => {
  clearTimeout(timer);
  const wait = Date.now() - since < EAGER_MS ? FEW_MS : MOST_MS;
  if (document.visibilityState === "visible") timer = setTimeout(look, wait);
};

function seen() {
  since = Date.now();
  if (document.visibilityState === "visible") look();
  else clearTimeout(timer);
}

document.addEventListener("visibilitychange", seen);
window.addEventListener("pageshow", (event) => event.persisted && seen()); // the way back shows the page as it was left
window.addEventListener("online", seen);
navigator.serviceWorker?.addEventListener("message", ({ data }) => data?.pushed && seen());
navigator.serviceWorker?.startMessages();
later();
