// A form that is under way is not sent again: pressed once more, nothing happens until the next page is there, or what it asked for has
// arrived. What takes long says that it goes on, and how far it is where the server tells.
const WAIT_MS = 400;
const LOOK_MS = 500;
const LONGEST_MS = 60000;
const ARRIVED = "passerby-arrived";
const going = new Map();

const buttonsOf = (form) => (form.elements ? [...form.elements].filter((one) => one.type === "submit") : []);
const numberOf = (form) => form.elements?.namedItem("once")?.value ?? "";

export const isGoing = (form) => going.has(form);

/** It waits for an answer from here on: a form, or a link that leads to something long. */
export function begin(form, words) {
  end(form);
  const one = { buttons: buttonsOf(form), timers: [], box: null };
  going.set(form, one);
  form.setAttribute("aria-busy", "true");
  for (const button of one.buttons) {
    button.setAttribute("aria-disabled", "true");
  }
  one.timers.push(setTimeout(() => end(form), LONGEST_MS));
  if ("long" in form.dataset) {
    one.box = document.createElement("div"); // there before it says something, so that it is read out
    one.box.className = "frame-going";
    one.box.setAttribute("role", "status");
    (form.closest("p") ?? form).after(one.box);
    one.timers.push(setTimeout(() => say(form, one, words), WAIT_MS));
  }
  if ("download" in form.dataset) {
    one.timers.push(setInterval(() => document.cookie.includes(`${ARRIVED}=${numberOf(form)}`) && end(form), LOOK_MS));
  }
}

function say(form, one, words) {
  const said = document.createElement("p");
  said.textContent = form.dataset.long || words.working;
  const bar = document.createElement("progress");
  bar.setAttribute("aria-label", said.textContent);
  one.box.append(said, bar);
  const { far } = form.dataset;
  if (far) {
    one.timers.push(setInterval(() => look(far, bar), LOOK_MS));
  }
}

async function look(far, bar) {
  try {
    const answer = await fetch(far, { cache: "no-store", redirect: "error", signal: AbortSignal.timeout(LOOK_MS * 4) });
    const { share } = answer.ok ? await answer.json() : {};
    if (share > (bar.value || 0)) {
      bar.value = share;
    }
  } catch {
    // it is not known how far it is: the bar goes on as it is
  }
}

function end(form) {
  const one = going.get(form);
  if (!one) {
    return;
  }
  going.delete(form);
  one.timers.forEach(clearTimeout); // intervals have the same numbers
  one.box?.remove();
  form.removeAttribute("aria-busy");
  for (const button of one.buttons) {
    button.removeAttribute("aria-disabled");
  }
}

const endAll = () => [...going.keys()].forEach(end);

/** What is only asked for and takes long: pressed twice it would be asked for twice. */
export function watchLong(main, words) {
  main.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-long]");
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) {
      return;
    }
    if (isGoing(link)) {
      event.preventDefault();
    } else {
      begin(link, words);
    }
  });
  main.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "get" || !("long" in form.dataset)) {
      return;
    }
    if (isGoing(form)) {
      event.preventDefault();
    } else {
      begin(form, words);
    }
  });
  addEventListener("pageshow", endAll); // somebody came back
  addEventListener("keydown", (event) => event.key === "Escape" && endAll()); // the browser's own way to wait no longer
}
