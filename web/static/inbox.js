// The inbox keeps itself in step: what a signal says has changed is fetched anew as a page, and what somebody types is never touched.
const live = document.getElementById("live");
const lost = document.getElementById("live-lost");
const reply = document.getElementById("reply");
const PAUSE_MS = 250;
const ANYWAY_MS = 60000; // waits grow older, and a signal may be missed
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
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("live");
    if (!fresh) {
      throw new Error("another page");
    }
    const focused = live.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    const before = live.querySelectorAll("[data-message]").length;
    live.replaceChildren(...fresh.childNodes);
    if (focused) {
      live.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
    }
    if (before && live.querySelectorAll("[data-message]").length > before) {
      live.querySelector("[data-message]:last-of-type").scrollIntoView({ block: "nearest" });
    }
    const many = Number(fresh.dataset.waiting);
    const rail = document.getElementById("waits");
    rail.hidden = many === 0;
    rail.querySelector("b").textContent = String(many);
    if (live.dataset.live === "list") {
      document.title = page.title;
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
  const stream = new EventSource("/console/inbox/events");
  stream.addEventListener("open", () => {
    clearTimeout(away);
    soon();
  });
  stream.addEventListener("conversation", soon);
  stream.addEventListener("error", () => {
    lost.hidden = false;
    if (stream.readyState === EventSource.CLOSED) {
      away = setTimeout(listen, AWAY_MS);
    }
  });
  addEventListener("pagehide", () => stream.close(), { once: true });
}

if (reply) {
  const box = reply.elements.said;
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      reply.requestSubmit(reply.querySelector(".actions button"));
    }
  });
  for (const quick of reply.querySelectorAll("[name=quick]")) {
    quick.addEventListener("click", (event) => {
      event.preventDefault();
      box.value = box.value.trim() ? `${box.value.trimEnd()}\n${quick.textContent}` : quick.textContent;
      box.focus();
      box.setSelectionRange(box.value.length, box.value.length);
    });
  }
}
setInterval(soon, ANYWAY_MS);
listen();
