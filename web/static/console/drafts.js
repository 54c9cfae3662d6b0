// What was typed into a page's forms is kept in this tab until the server has said that it is saved. Never passwords, files, keys or codes.
const SECRET = /pass|secret|token|(^|[._-])key|credential|private/i;
const KINDS = ["password", "file", "hidden", "submit", "button", "image", "reset"];
const SENT = "passerby-sent";
const PAUSE_MS = 200;
let isOver = false;

const address = () => {
  const kept = new URLSearchParams(location.search);
  kept.delete("done");
  kept.delete("lang");
  const asked = kept.toString();
  return location.pathname + (asked ? `?${asked}` : "");
};
const keyOf = (page) => `passerby-draft:${page}`;

function read(name) {
  try {
    return JSON.parse(sessionStorage.getItem(name) ?? "null");
  } catch {
    return null;
  }
}

function write(name, value) {
  try {
    sessionStorage.setItem(name, JSON.stringify(value));
  } catch {
    // a full or closed store keeps nothing: the page works as it does without us
  }
}

function isKept(field) {
  const said = `${field.name} ${field.autocomplete ?? ""}`;
  return Boolean(field.name) && !KINDS.includes(field.type) && !field.readOnly && !field.disabled && !SECRET.test(said) && !(field.type === "textarea" && /codes?$/.test(field.name)) && !field.closest("[data-not-kept]");
}

const isTick = (field) => field.type === "checkbox" || field.type === "radio";
const valueOf = (field) => (isTick(field) ? field.checked : field.multiple ? [...field.selectedOptions].map((one) => one.value) : field.value);
const firstOf = (field) => {
  if (isTick(field)) {
    return field.defaultChecked;
  }
  if (field.options) {
    const chosen = [...field.options].filter((one) => one.defaultSelected).map((one) => one.value);
    return field.multiple ? chosen : (chosen[0] ?? field.options[0]?.value ?? "");
  }
  return field.defaultValue;
};
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

function fieldsOf(form) {
  const seen = new Map();
  return [...form.elements].filter(isKept).map((field) => {
    const name = isTick(field) ? `${field.name}=${field.value}` : field.name;
    const number = seen.get(name) ?? 0;
    seen.set(name, number + 1);
    return [`${name}#${number}`, field];
  });
}

const formsOf = (main) => [...main.querySelectorAll("form")].filter((one) => one.method === "post" && !one.closest("[data-not-kept]"));
const nameOf = (form) => new URL(form.action, location.href).pathname;

const versionOf = (form) => form.elements.namedItem("etag")?.value ?? "";
const versionsOf = (main) => Object.fromEntries(formsOf(main).map((form) => [nameOf(form), versionOf(form)]));

// What is typed and not saved: what differs from what the page was served with; and of what was kept before, what the page was served with
// because it was sent and not saved, what nobody has touched since, and what this page has no field for.
function typedIn(main, before, touched) {
  const typed = structuredClone(before);
  for (const form of formsOf(main)) {
    const kept = (typed[nameOf(form)] ??= {});
    for (const [name, field] of fieldsOf(form)) {
      const value = valueOf(field);
      if (!same(value, firstOf(field))) {
        kept[name] = value;
      } else if (touched.has(field) && !same(value, kept[name])) {
        delete kept[name];
      }
    }
  }
  return Object.fromEntries(Object.entries(typed).filter(([, kept]) => Object.keys(kept).length));
}

function put(field, value) {
  if (isTick(field)) {
    field.checked = value;
  } else if (field.multiple) {
    for (const one of field.options) {
      one.selected = value.includes(one.value);
    }
  } else {
    field.value = value;
  }
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

// What is kept and does not stand in its field: pairs of field and value.
function missing(main, draft) {
  return formsOf(main).flatMap((form) => {
    const kept = draft.typed[nameOf(form)] ?? {};
    return fieldsOf(form)
      .filter(([name, field]) => name in kept && !same(valueOf(field), kept[name]))
      .map(([name, field]) => [field, kept[name]]);
  });
}

// The page after a form was sent: it said so itself, or our form led on to it.
function forgetWhatWasSaved() {
  const sent = read(SENT);
  if (!sent) {
    return;
  }
  const arrived = performance.getEntriesByType("navigation")[0];
  const before = document.referrer ? new URL(document.referrer) : null;
  const led = arrived?.redirectCount > 0 && before?.origin === location.origin && before.pathname === sent.page.split("?")[0];
  if (led || document.querySelector("main > .done, main [data-saved]")) {
    sessionStorage.removeItem(keyOf(sent.page));
  } else if (location.pathname === sent.to && address() !== sent.page) {
    write(keyOf(address()), read(keyOf(sent.page))); // refused: the form stands here now, with what is wrong in it
    sessionStorage.removeItem(keyOf(sent.page));
  }
  sessionStorage.removeItem(SENT);
}

// What the page has parted since it was sent, as both coordinates in one field, is kept as it stands there now.
function followParted(main, name, draft) {
  for (const form of formsOf(main)) {
    const kept = draft?.typed[nameOf(form)] ?? {};
    for (const [field, one] of fieldsOf(form)) {
      if ("sent" in one.dataset && (kept[field] ?? "").trim() === one.dataset.sent) {
        kept[field] = valueOf(one);
        write(name, draft);
      }
    }
  }
}

function forgetOthers(who) {
  for (const name of Object.keys(sessionStorage)) {
    if (name.startsWith(keyOf("")) && read(name)?.who !== who) {
      sessionStorage.removeItem(name);
    }
  }
}

export function willBeSent(form) {
  write(SENT, { page: address(), to: nameOf(form) });
}

export function forgetAll() {
  isOver = true;
  forgetOthers(null);
  sessionStorage.removeItem(SENT);
}

export function keepDrafts(main, words) {
  forgetWhatWasSaved();
  forgetOthers(words.who);
  const page = address();
  const name = keyOf(page);
  const draft = read(name);
  followParted(main, name, draft);
  const touched = new Set();
  let before = draft?.typed ?? {};
  let versions = versionsOf(main); // what it was typed upon: that of the page, but where an older draft waits to be put back
  let timer = 0;
  const keep = () => {
    clearTimeout(timer);
    timer = 0;
    if (isOver) {
      return;
    }
    const typed = typedIn(main, before, touched);
    if (Object.keys(typed).length) {
      write(name, { who: words.who, at: new Date().toISOString(), typed, versions });
    } else {
      sessionStorage.removeItem(name);
    }
  };
  if (draft && missing(main, draft).length) {
    const now = versions;
    versions = { ...now, ...draft.versions };
    const isOlder = Object.keys(now).some((form) => draft.typed[form] && draft.versions && now[form] !== versions[form]);
    const answered = (puts) => {
      if (timer) {
        keep(); // what was typed a moment ago wins over what comes back
      }
      versions = now;
      if (puts) {
        for (const [field, value] of missing(main, read(name) ?? draft)) {
          put(field, value);
        }
      } else {
        before = {};
      }
      keep();
    };
    offer(main, draft, isOlder, words, answered);
  }
  const soon = (event) => {
    const form = event.target.form;
    if (form && formsOf(main).includes(form) && isKept(event.target)) {
      touched.add(event.target);
      timer ||= setTimeout(keep, PAUSE_MS);
    }
  };
  main.addEventListener("input", soon);
  main.addEventListener("change", soon);
  addEventListener("pagehide", () => timer && keep());
}

function offer(main, draft, isOlder, words, answered) {
  const bar = document.createElement("section");
  bar.className = "frame-kept";
  bar.setAttribute("aria-label", words.kept);
  const said = document.createElement("p");
  const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  said.textContent = words.keptAt.replace("{at}", clock.format(new Date(draft.at)));
  const back = document.createElement("button");
  back.type = "button";
  back.textContent = words.putBack;
  back.addEventListener("click", () => {
    const [first] = missing(main, draft);
    bar.remove();
    answered(true);
    (first?.[0] ?? main).focus();
  });
  const drop = document.createElement("button");
  drop.type = "button";
  drop.className = "quiet";
  drop.textContent = words.drop;
  drop.addEventListener("click", () => {
    bar.remove();
    answered(false);
    main.focus();
  });
  bar.append(said);
  if (isOlder) {
    const older = document.createElement("p");
    older.className = "warn";
    older.textContent = words.keptOlder;
    bar.append(older);
  }
  bar.append(back, drop);
  main.prepend(bar);
}
