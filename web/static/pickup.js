// The board keeps itself in step: what a signal says has changed is fetched anew as a page. Forms go the same way, so that the tablet never leaves the page.
import { follow, startSound } from "/static/pickup-sound.js";
import { listenToKeys } from "/static/pickup-keys.js";

const live = document.getElementById("live");
const lost = document.getElementById("live-lost");
const told = document.getElementById("told");
const came = document.getElementById("came");
const box = document.getElementById("q");
const PAUSE_MS = 250;
const ANYWAY_MS = 30000; // minutes pass, an order may move to another store, a signal may be missed
const AWAY_MS = 5000;
const LATE_MS = 15000;
const DAY_S = 86400;
let waiting = 0;
let looking = false;
let again = false;
let shown = location.pathname + location.search;
let ahead = 0; // this machine's clock before the server's, in ms
let taps = 0; // how many taps have been answered: a page asked for before such an answer and come after it is older than what stands here
let underWay = 0; // taps that are not answered yet
let missed = false; // a page that came meanwhile was not shown

const now = () => Date.now() - ahead;

function say(text) {
  told.replaceChildren();
  if (text) {
    const line = document.createElement("p");
    line.className = "board-said";
    line.textContent = text;
    told.append(line);
  }
}

function isLost() {
  if (lost.hidden) {
    lost.textContent = live.dataset.lost.replace("{at}", live.dataset.at);
    lost.hidden = false;
  }
}

const read = (html) => new DOMParser().parseFromString(html, "text/html");

// What stands on the page after this: the same cards stay focused, lists stay where they were scrolled to, and what is typed is not touched.
function show(page) {
  const fresh = page.getElementById("live");
  if (!fresh) {
    location.reload(); // signed out, or something else to be read
    return false;
  }
  const focused = live.contains(document.activeElement) ? document.activeElement.id : "";
  const order = focused && document.activeElement.closest("[data-order]")?.dataset.order;
  const top = scrollY;
  const before = new Set(live.dataset.here.split(" "));
  live.replaceChildren(...fresh.childNodes);
  for (const name of ["now", "at", "here"]) {
    live.dataset[name] = fresh.dataset[name];
  }
  for (const id of ["many-board", "many-prepare", "many-uncollected", "standing"]) {
    const [mine, theirs] = [document.getElementById(id), page.getElementById(id)];
    if (mine && theirs) {
      mine.replaceChildren(...theirs.childNodes);
      mine.hidden = theirs.hidden;
    }
  }
  document.title = page.title;
  ahead = Date.now() - Number(fresh.dataset.now) * 1000;
  if (focused) {
    const next = document.getElementById(focused) ?? document.querySelector(`[data-order="${CSS.escape(order ?? "")}"] [data-open]`);
    (next ?? live.querySelector("[data-open]") ?? box).focus({ preventScroll: true });
  }
  scrollTo({ top, behavior: "instant" });
  lost.hidden = true;
  const arrived = live.dataset.here.split(" ").filter((one) => one && !before.has(one));
  if (arrived.length) {
    const names = arrived.map((one) => live.querySelector(`[data-order="${CSS.escape(one)}"]`)?.dataset.name).filter(Boolean);
    came.textContent = names.map((name) => live.dataset.came.replace("{name}", name)).join(". ");
  }
  follow(live.dataset.here.split(" ").filter(Boolean));
  tick();
  return true;
}

async function look() {
  waiting = 0;
  if (looking) {
    again = true;
    return;
  }
  looking = true;
  const asked = shown;
  const before = taps;
  try {
    const answer = await fetch(asked, { cache: "no-store", signal: AbortSignal.timeout(LATE_MS) });
    if (!answer.ok && !answer.redirected) {
      throw new Error(String(answer.status));
    }
    const html = await answer.text();
    if (underWay) {
      missed = true; // it may have been made before the tap
    } else if (asked === shown && before === taps) {
      show(read(html));
    } else {
      again = true;
    }
  } catch {
    isLost();
  }
  looking = false;
  if (again) {
    again = false;
    soon();
  }
}

function soon() {
  waiting ||= setTimeout(look, PAUSE_MS);
}

async function send(form, button) {
  const where = button?.getAttribute("formaction") || form.action;
  const body = new URLSearchParams(new FormData(form, button));
  const before = taps;
  underWay += 1;
  try {
    const answer = await fetch(where, { method: "POST", body, signal: AbortSignal.timeout(LATE_MS) });
    if (answer.status >= 500) {
      throw new Error(String(answer.status));
    }
    const page = read(await answer.text());
    const isOlder = before !== taps || underWay > 1;
    missed ||= isOlder;
    if (isOlder || show(page)) {
      taps += 1;
      say(page.getElementById("told")?.textContent.trim() || page.querySelector("main > .done")?.textContent.trim());
      if (button?.closest("#found")) {
        box.value = "";
        box.focus();
      }
      if (answer.redirected) {
        go(new URL(answer.url));
      } else {
        soon();
      }
    }
  } catch {
    say(live.dataset.unsent);
    isLost();
    soon();
  }
  underWay -= 1;
  if (missed && !underWay) {
    missed = false;
    soon();
  }
}

function go(url) {
  url.searchParams.delete("done");
  shown = url.pathname + url.search;
  history.replaceState(null, "", shown);
}

document.addEventListener("submit", (event) => {
  if (event.target === live) {
    event.preventDefault();
    send(live, event.submitter);
  } else if (event.target.id === "search") {
    event.preventDefault();
    const url = new URL(event.target.action);
    url.search = new URLSearchParams(new FormData(event.target)).toString();
    if (!box.value.trim()) {
      url.searchParams.delete("q");
    }
    say("");
    go(url);
    look();
  }
});

live.addEventListener("click", (event) => {
  if (event.target.closest("#clear")) {
    event.preventDefault();
    box.value = "";
    go(new URL(event.target.closest("#clear").href));
    box.focus();
    look();
    return;
  }
  const seen = event.target.closest("button") ? null : event.target.closest(".card.is-new")?.querySelector("[data-seen]");
  if (seen) {
    event.preventDefault();
    seen.closest(".card").classList.remove("is-new");
    send(live, seen);
  }
});

function tick() {
  for (const one of live.querySelectorAll("[data-since]")) {
    const s = Math.max(0, Math.floor(now() / 1000 - Number(one.dataset.since)));
    if (s >= DAY_S) {
      continue; // the page says it in days
    }
    const hours = Math.floor(s / 3600);
    const minutes = String(Math.floor(s / 60) % 60);
    one.textContent = `${hours ? `${hours}:${minutes.padStart(2, "0")}` : minutes}:${String(s % 60).padStart(2, "0")}`;
  }
  for (const one of live.querySelectorAll("[data-until]")) {
    if (now() / 1000 > Number(one.dataset.until)) {
      one.remove();
    }
  }
}

function listen() {
  const chosen = new URLSearchParams([...new URL(shown, location).searchParams].filter(([name]) => name === "place"));
  const stream = new EventSource(`/console/pickup/events?${chosen}`);
  stream.addEventListener("open", soon);
  stream.addEventListener("order", soon);
  stream.addEventListener("error", () => {
    isLost();
    if (stream.readyState === EventSource.CLOSED) {
      setTimeout(listen, AWAY_MS);
    }
  });
  addEventListener("pagehide", () => stream.close(), { once: true });
}

ahead = Date.now() - Number(live.dataset.now) * 1000;
startSound(document.getElementById("sound"));
follow(live.dataset.here.split(" ").filter(Boolean));
listenToKeys(live, box, document.getElementById("keys"));
addEventListener("pageshow", (event) => event.persisted && location.reload());
setInterval(tick, 1000);
setInterval(soon, ANYWAY_MS);
tick();
listen();
