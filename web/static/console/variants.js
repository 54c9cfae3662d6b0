// Rows of variants come and go without a new page: the server draws them anew from what is typed, and nothing of that is lost.
const isButton = (button) => button?.name === "do" && (button.value === "variant" || button.value.startsWith("drop."));

/** `wire` gives a text its completion, `show` says whether the server can be reached, `after` follows a change. */
export function variants(form, { wire, show, after }) {
  const part = document.getElementById("variants-part");
  const said = document.getElementById("what-said");

  async function redraw(button) {
    const body = new URLSearchParams(new FormData(form));
    body.set("do", button.value);
    const added = button.value === "variant";
    part.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(`${form.action}?lang=${document.documentElement.lang}`, { method: "POST", body, cache: "no-store" });
      if (answer.status === 401 || answer.status === 403 || answer.redirected) {
        show("out");
        return;
      }
      if (!answer.ok) {
        throw new Error(String(answer.status));
      }
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("variants-part");
      put(fresh, added);
    } catch {
      show("lost");
    } finally {
      part.removeAttribute("aria-busy");
    }
  }

  function put(fresh, added) {
    for (const field of fresh.querySelectorAll("input, textarea")) {
      const typed = form.elements.namedItem(field.name); // since the request was sent
      if (typed && typed.value !== field.value) {
        field.value = typed.value;
      }
    }
    for (const one of part.querySelectorAll("details[open]")) {
      const name = one.querySelector("input").name;
      const same = [...fresh.querySelectorAll("details")].find((other) => other.querySelector("input").name === name);
      if (same) {
        same.open = true;
      }
    }
    part.replaceChildren(...fresh.childNodes);
    part.querySelectorAll("[name*='.messages.']").forEach(wire);
    const next = added ? part.querySelector("[autofocus]") : part.querySelector("[value=variant]");
    (next ?? document.getElementById("f-variants")).focus();
    show("");
    said.textContent = form.dataset.variants.replace("{count}", String(part.querySelectorAll("fieldset").length));
    after();
  }

  let busy = false;
  part.addEventListener("click", async (event) => {
    const button = event.target.closest("button");
    if (!isButton(button)) {
      return;
    }
    event.preventDefault();
    if (!busy) {
      busy = true;
      await redraw(button);
      busy = false;
    }
  });
}

/** What the server says of the rows: each one's share, and whose words go out in which language. */
export function tellShares(told) {
  for (const one of told.querySelectorAll("[data-share], [data-whose]")) {
    const line = document.getElementById(one.dataset.share ? `share-${one.dataset.share}` : `whose-${one.dataset.whose}`);
    if (line && line.textContent !== one.textContent) {
      line.textContent = one.textContent;
    }
  }
  const fresh = told.getElementById("which-variant");
  const choice = document.getElementById("which-variant");
  if (fresh && fresh.textContent !== choice.textContent && !choice.contains(document.activeElement)) {
    choice.replaceChildren(...fresh.childNodes);
  }
}
