// Facts and filters while a text is written: `{{ ` opens the list, arrows choose, Enter takes, Escape closes.
const FACT = /\{\{\s*([\w.]*)$/;
const FILTER = /\{\{[^{}]*\|\s*(\w*)$/;
const MOST = 30;
const facts = told("facts-told");
const filters = told("filters-told").map((one) => ({ ...one, text: one.text.replace("| ", "") }));
const WITH = { default: ": ''", truncate: ": 20" };
let number = 0;

function told(id) {
  return [...document.querySelectorAll(`#${id} > div`)].map((one) => ({
    text: one.querySelector("code").textContent,
    said: one.querySelector("dd").textContent,
  }));
}

/** Let a field offer them; `name` and `found` are what the list and the number of choices are called. */
export function completing(field, { name, found }) {
  const list = document.createElement("ul");
  const status = document.createElement("p");
  list.id = `choices-${(number += 1)}`;
  list.className = "choices";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", name);
  status.className = "unseen";
  status.setAttribute("role", "status");
  field.parentElement.classList.add("with-choices");
  field.after(list);
  field.parentElement.append(status);
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-haspopup", "listbox");
  const isLine = field.tagName === "INPUT"; // a field of several lines can not be a combobox
  if (isLine) {
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-expanded", "false");
  }
  let at = 0;
  let begun = "";

  function choices() {
    const before = field.value.slice(0, field.selectionStart);
    const filter = FILTER.exec(before);
    const fact = filter ? null : FACT.exec(before);
    if (field.selectionStart !== field.selectionEnd || !(filter || fact)) {
      return [];
    }
    begun = (filter ?? fact)[1];
    return (filter ? filters : facts)
      .filter((one) => one.text.includes(begun) && one.text !== begun)
      .sort((one, other) => Number(other.text.startsWith(begun)) - Number(one.text.startsWith(begun)))
      .slice(0, MOST);
  }

  function close() {
    list.hidden = true;
    status.textContent = "";
    field.removeAttribute("aria-activedescendant");
    if (isLine) {
      field.setAttribute("aria-expanded", "false");
    }
  }

  function open() {
    const offered = choices();
    if (!offered.length) {
      close();
      return;
    }
    list.replaceChildren(
      ...offered.map((one, index) => {
        const option = document.createElement("li");
        const code = document.createElement("code");
        const said = document.createElement("span");
        option.id = `${list.id}-${index}`;
        option.setAttribute("role", "option");
        option.dataset.text = one.text;
        code.textContent = one.text;
        said.textContent = one.said;
        option.append(code, " ", said);
        return option;
      }),
    );
    list.hidden = false;
    status.textContent = found.replace("{count}", String(offered.length));
    if (isLine) {
      field.setAttribute("aria-expanded", "true");
    }
    choose(0);
  }

  function choose(index) {
    at = (index + list.children.length) % list.children.length;
    for (const [place, option] of [...list.children].entries()) {
      option.setAttribute("aria-selected", String(place === at));
    }
    field.setAttribute("aria-activedescendant", list.children[at].id);
    list.children[at].scrollIntoView({ block: "nearest" });
  }

  function enter(text) {
    const end = field.selectionStart;
    const after = field.value.slice(end);
    const tail = WITH[text] ?? "";
    const closed = /^[^{]*\}\}/s.test(after);
    field.setRangeText(text + tail + (closed ? "" : " }}"), end - begun.length, end, "end");
    const start = end - begun.length;
    const named = text.indexOf("<name>");
    if (named >= 0) {
      field.setSelectionRange(start + named, start + named + "<name>".length);
    } else {
      const caret = start + text.length + (tail === ": ''" ? 3 : tail.length);
      field.setSelectionRange(caret, caret);
    }
    close();
    field.dispatchEvent(new Event("input", { bubbles: true }));
    close();
  }

  field.addEventListener("input", open);
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) {
      return;
    }
    const deed = {
      ArrowDown: () => choose(at + 1),
      ArrowUp: () => choose(at - 1),
      Enter: () => enter(list.children[at].dataset.text),
      Escape: close,
    }[event.key];
    if (deed) {
      event.preventDefault();
      deed();
    }
  });
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault(); // the field keeps the focus
    const option = event.target.closest("[role=option]");
    if (option) {
      enter(option.dataset.text);
    }
  });
}
