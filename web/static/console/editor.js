// A campaign's page answers while somebody types: whom it reaches, what it looks like, what is wrong with its texts. Nothing is saved by that.
import { completing } from "./completing.js";
import { tellShares, variants } from "./variants.js";

const form = document.getElementById("campaign");
const lost = document.getElementById("typed-lost");
const out = document.getElementById("typed-out");
const PAUSE_MS = 400;
const AGAIN_MS = 5000;
const TEXTS = "[name^='messages.'], [name*='.messages.']";
const OF_WHO = /^(audience\.|trigger\.on)/;
let meant = { typed: "", id: "" };

/** A part of the page that is asked for anew: one request at a time, and the answer before it stays until there is one. */
function part(door, show) {
  let timer = 0;
  let asked = null;
  async function ask() {
    asked?.abort();
    const mine = (asked = new AbortController());
    const body = new URLSearchParams(new FormData(form));
    if (meant.id && body.get("preview") === meant.typed) {
      body.set("preview", meant.id);
    }
    try {
      const answer = await fetch(`/console/campaigns/${door}?lang=${document.documentElement.lang}`, { method: "POST", body, signal: mine.signal, cache: "no-store" });
      if (answer.status === 401 || answer.status === 403 || answer.redirected) {
        lost.hidden = true;
        out.hidden = false;
        return;
      }
      if (!answer.ok) {
        throw new Error(String(answer.status));
      }
      const told = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (mine.signal.aborted) {
        return;
      }
      show(told);
      lost.hidden = out.hidden = true;
      form.classList.remove("is-old");
    } catch {
      if (!mine.signal.aborted) {
        lost.hidden = false;
        form.classList.add("is-old");
        soon(AGAIN_MS);
      }
    }
  }
  function soon(wait = PAUSE_MS) {
    clearTimeout(timer);
    timer = setTimeout(ask, wait);
  }
  return { soon, ask };
}

function take(told, id) {
  const fresh = told.getElementById(id);
  if (fresh) {
    document.getElementById(id).replaceChildren(...fresh.childNodes);
  }
  return fresh;
}

const who = part("who", (told) => {
  take(told, "who-said");
  take(told, "who-part");
});

const what = part("what", (told) => {
  const typed = form.elements.preview.value;
  const fresh = take(told, "what-part");
  meant = { typed, id: fresh.dataset.customer ?? "" };
  form.elements.previewed.value = typed; // it is seen: Enter anywhere else saves
  take(told, "its-sentence");
  tellShares(told);
  mark(new Map([...told.querySelectorAll("#what-wrong [data-field]")].map((one) => [one.dataset.field, one])));
});

/** Each error at its field, and gone where it is mended. */
function mark(wrong) {
  for (const field of form.querySelectorAll(`${TEXTS}, [name^='variants.']:not([type=hidden]), [name=offer], [name=product], [name=default_language]`)) {
    const said = wrong.get(field.name);
    const id = `f-${field.name}-error`;
    let line = document.getElementById(id);
    if (said && !line) {
      line = document.createElement("p");
      line.className = "error";
      line.id = id;
      field.before(line);
    }
    if (said) {
      line.replaceChildren(...[...said.childNodes].map((one) => one.cloneNode(true))); // some of it may be in another language
      field.setAttribute("aria-invalid", "true");
    } else if (line) {
      line.remove();
      field.removeAttribute("aria-invalid");
    }
    describe(field, id, Boolean(said));
    field.closest(".field").classList.toggle("wrong", Boolean(said));
  }
  document.getElementById("what-said").textContent = wrong.size ? form.dataset.textsWrong.replace("{count}", String(wrong.size)) : "";
}

function describe(field, id, is) {
  const ids = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((one) => one && one !== id);
  if (is) {
    ids.unshift(id);
  }
  if (ids.length) {
    field.setAttribute("aria-describedby", ids.join(" "));
  } else {
    field.removeAttribute("aria-describedby");
  }
}

/** How long a text is without its facts, which nobody knows yet: the preview tells the whole. */
function count(field) {
  const most = Number(form.dataset[field.name.split(".").pop()]);
  const long = [...field.value.replace(/\{\{.*?\}\}/gs, "")].length;
  let line = document.getElementById(`${field.id}-count`);
  if (!line) {
    line = document.createElement("p");
    line.id = `${field.id}-count`;
    field.after(line);
    describe(field, line.id, true);
  }
  const isCut = long > most && form.elements["trigger.on"].value !== "scan"; // a page shows all of it
  line.className = isCut ? "counted warn" : "counted";
  line.textContent = (isCut ? form.dataset.overMost : form.dataset.ofMost).replace("{count}", String(long)).replace("{most}", String(most));
}

function wire(field) {
  const last = field.name.split(".").pop();
  if (last === "title" || last === "body") {
    count(field);
    field.addEventListener("input", () => count(field));
  }
  if (last !== "image") {
    completing(field, { name: form.dataset.facts, found: form.dataset.factsFound });
  }
}
form.querySelectorAll(TEXTS).forEach(wire);
variants(form, {
  wire,
  show: (state) => {
    lost.hidden = state !== "lost";
    out.hidden = state !== "out";
  },
  after: () => what.soon(),
});

function typed(event) {
  const name = event.target.name ?? "";
  if (OF_WHO.test(name)) {
    who.soon();
  }
  what.soon();
}
form.addEventListener("input", typed);
form.addEventListener("change", typed);
form.querySelector("[value=count]").addEventListener("click", (event) => {
  event.preventDefault();
  who.ask();
});
form.elements.preview.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.isComposing) {
    event.preventDefault();
    what.ask();
  }
});
form.querySelector(".seen [value=preview]").addEventListener("click", (event) => {
  event.preventDefault();
  what.ask();
});
who.ask();
what.ask();
