// The first page goes with what happens: a signal has its live part asked for anew, at once, and then not more often than every two seconds.
const AT_ONCE_MS = 250;
const PAUSE_MS = 2000;
const AGAIN_MS = 15000;
const ANYWAY_MS = 60000;
const lost = document.getElementById("now-lost");
let waiting = 0;
let looked = 0;

async function look() {
  waiting = 0;
  looked = Date.now();
  try {
    const answer = await fetch("/console/now", { cache: "no-store", redirect: "error" });
    if (!answer.ok) {
      throw new Error(String(answer.status));
    }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("now");
    const now = document.getElementById("now");
    const focused = now.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    now.replaceChildren(...fresh.childNodes);
    if (focused) {
      now.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
    }
    lost.hidden = true;
  } catch {
    lost.hidden = false;
  }
}

function soon() {
  waiting ||= setTimeout(look, Math.max(AT_ONCE_MS, looked + PAUSE_MS - Date.now()));
}

function listen() {
  const stream = new EventSource("/console/events");
  stream.addEventListener("open", soon);
  for (const kind of ["transition", "delivery", "scan", "redemption"]) {
    stream.addEventListener(kind, soon);
  }
  stream.addEventListener("error", () => {
    lost.hidden = false;
    if (stream.readyState === EventSource.CLOSED) {
      setTimeout(listen, AGAIN_MS);
    }
  });
  addEventListener("pagehide", () => stream.close(), { once: true });
}

setInterval(soon, ANYWAY_MS);
listen();
