// The frame around every page but the board, which has its own: what was typed is kept, a lost connection is said, a form waits for a
// session that has ended and goes once, and there are keys.
import { openDialog } from "./dialog.js";
import { forgetAll, keepDrafts, willBeSent } from "./drafts.js";
import { listenToKeys } from "./keys.js";
import { begin, isGoing, watchLong } from "./sending.js";

const words = document.querySelector("script[data-frame]").dataset;
const main = document.getElementById("content");
const HERE = "/console/here";
const OWN_KEYS = "/console/pickup";
const WAIT_MS = 8000;
const ASK_AGAIN_MS = 60000;
const BACK_MS = 3000;
const HEARD = "heard";
const ENDED = "ended";
const LOST = "lost";

let askedAt = Date.now();
let bar = null;
let dialog = null;
let waitsToGo = null;
let lets = false;
let asking = false;
let again = 0;

// The server is asked whatever the browser believes of the line: that may be wrong, and need not tell when it is back.
async function look() {
  askedAt = Date.now();
  try {
    const answer = await fetch(HERE, { cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(WAIT_MS) });
    if (answer.type === "opaqueredirect") {
      return ENDED;
    }
    if (!answer.ok) {
      return LOST;
    }
    const { token } = await answer.json();
    for (const field of document.querySelectorAll("input[name=token]")) {
      field.value = token;
    }
    return HEARD;
  } catch {
    return LOST;
  }
}

function sayLost(held) {
  const said = held ? words.held : words.lost;
  if (bar?.textContent === said) {
    return;
  }
  bar?.remove();
  bar = document.createElement("p");
  bar.className = "frame-lost";
  bar.setAttribute("role", "alert");
  document.body.append(bar);
  bar.textContent = said;
}

function sayFound() {
  bar?.remove();
  bar = null;
}

function sayEnded() {
  if (dialog?.open) {
    return;
  }
  const why = document.createElement("p");
  why.textContent = words.endedWhy;
  const still = document.createElement("p");
  still.className = "frame-still";
  still.setAttribute("role", "status");
  const way = document.createElement("a");
  way.className = "button";
  way.href = "/console/sign-in";
  way.target = "_blank";
  way.rel = "noopener";
  way.textContent = words.signIn;
  const on = document.createElement("button");
  on.type = "button";
  on.textContent = waitsToGo ? words.sendNow : words.goOn;
  on.className = "quiet";
  on.addEventListener("click", async () => {
    const found = await look();
    if (found !== HEARD) {
      still.textContent = found === ENDED ? words.stillOut : words.lost;
      return;
    }
    const [form, submitter] = waitsToGo ?? [];
    waitsToGo = null;
    dialog.close();
    if (form) {
      send(form, submitter);
    }
  });
  dialog = openDialog(words.ended, [why, still, way, on], words.close);
  dialog.addEventListener("close", () => {
    waitsToGo = null;
  });
}

function send(form, submitter) {
  lets = true;
  form.requestSubmit(submitter?.isConnected && submitter.form === form ? submitter : undefined);
  lets = false;
}

// While the bar stands, the server is asked again; that a form was held is said until then.
function tell(found, held = bar?.textContent === words.held) {
  clearTimeout(again);
  if (found === LOST) {
    sayLost(held);
    again = setTimeout(lookAgain, BACK_MS);
  } else {
    sayFound();
    if (found === ENDED) {
      sayEnded();
    }
  }
}

async function lookAgain() {
  tell(await look());
}

// A form goes only where somebody is there to take it: asked first, for who has a connection and no server has none either.
async function beforeSending(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") {
    return;
  }
  if (!main.contains(form)) {
    if (form.getAttribute("action") === "/console/sign-out") {
      forgetAll();
    }
    return;
  }
  if (lets) {
    willBeSent(form);
    begin(form, words);
    return;
  }
  event.preventDefault();
  if (asking || isGoing(form)) {
    return;
  }
  const { submitter } = event;
  asking = true;
  const found = await look();
  asking = false;
  if (found === HEARD) {
    sayFound();
    send(form, submitter);
    return;
  }
  waitsToGo = found === ENDED ? [form, submitter] : null;
  tell(found, true);
}

async function nowAndThen() {
  if (Date.now() - askedAt > ASK_AGAIN_MS) {
    await lookAgain();
  }
}

// on a phone the rail is one line that scrolls, by itself and not with the page
const here = document.querySelector(".rail nav [aria-current]");
if (here) {
  const line = here.closest("nav");
  line.scrollLeft += here.getBoundingClientRect().left - line.getBoundingClientRect().left - line.clientWidth / 3;
}

if (location.pathname !== OWN_KEYS) {
  addEventListener("offline", () => tell(LOST));
  addEventListener("online", lookAgain);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && (bar ? lookAgain() : nowAndThen())); // timers of a page behind others run late
  document.addEventListener("submit", beforeSending);
  main.addEventListener("input", nowAndThen);
  watchLong(main, words);
  keepDrafts(main, words);
  listenToKeys(words);
  if (!navigator.onLine) {
    lookAgain();
  }
}
