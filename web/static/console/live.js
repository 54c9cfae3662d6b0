// The live page keeps itself in step: what the stream tells goes to the map, if there is one, and the text beside it is fetched anew.
const now = document.getElementById("now");
const lost = document.getElementById("live-lost");
const PAUSE_MS = 1000;
const ANYWAY_MS = 60000; // an event may be missed
const AWAY_MS = 15000;
let waiting = 0;
let away = 0;

async function look() {
  waiting = 0;
  try {
    const answer = await fetch(location.pathname + location.search, { cache: "no-store" });
    if (!answer.ok || answer.redirected) {
      throw new Error(String(answer.status));
    }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("now");
    if (!fresh) {
      throw new Error("another page");
    }
    const focused = now.contains(document.activeElement) ? document.activeElement : null;
    now.replaceChildren(...fresh.childNodes);
    if (focused?.id) {
      document.getElementById(focused.id)?.focus();
    } else if (focused?.hasAttribute("href")) {
      now.querySelector(`[href="${CSS.escape(focused.getAttribute("href"))}"]`)?.focus();
    }
    lost.hidden = true;
  } catch {
    lost.hidden = false;
  }
}

function soon() {
  waiting ||= setTimeout(look, PAUSE_MS);
}

function listen() {
  const stream = new EventSource("/console/live/events");
  stream.addEventListener("open", () => {
    clearTimeout(away);
    document.dispatchEvent(new CustomEvent("passerby:connected"));
    soon();
  });
  stream.addEventListener("happened", (event) => {
    document.dispatchEvent(new CustomEvent("passerby:happened", { detail: JSON.parse(event.data) }));
    soon();
  });
  stream.addEventListener("error", () => {
    lost.hidden = false;
    if (stream.readyState === EventSource.CLOSED) {
      away = setTimeout(listen, AWAY_MS);
    }
  });
  addEventListener("pagehide", () => stream.close(), { once: true });
}

setInterval(soon, ANYWAY_MS);
listen();
