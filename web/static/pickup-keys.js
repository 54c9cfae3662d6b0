// By keyboard: arrows go from card to card, h hands over, / searches, ? shows the keys. Enter on a name is a click, as everywhere.
const isTyping = (one) => one.matches("input, textarea, select");

function near(live, from, key) {
  const names = (part) => [...part.querySelectorAll("[data-open]")];
  const lists = [...live.querySelectorAll(".cards")].filter((one) => one.checkVisibility());
  if (!lists.length) {
    return null;
  }
  const card = from.closest?.(".card");
  const list = lists.findIndex((one) => one.contains(card));
  if (list < 0) {
    return names(lists[0])[0];
  }
  const number = names(lists[list]).indexOf(card.querySelector("[data-open]"));
  if (key === "ArrowDown" || key === "ArrowUp") {
    return names(lists[list])[number + (key === "ArrowDown" ? 1 : -1)];
  }
  const beside = lists[list + (key === "ArrowRight" ? 1 : -1)];
  return beside && (names(beside)[number] ?? names(beside).at(-1));
}

export function listenToKeys(live, box, keys) {
  document.addEventListener("keydown", (event) => {
    const from = document.activeElement;
    if (event.ctrlKey || event.metaKey || event.altKey || (isTyping(from) && event.key !== "Escape")) {
      return;
    }
    if (event.key.startsWith("Arrow")) {
      const next = near(live, from, event.key);
      if (next) {
        event.preventDefault();
        next.focus();
        next.closest(".card").scrollIntoView({ block: "nearest" });
      }
    } else if (event.key === "h") {
      from.closest(".card")?.querySelector("[data-hand]")?.click();
    } else if (event.key === "/") {
      event.preventDefault();
      box.focus();
      box.select();
    } else if (event.key === "?") {
      event.preventDefault();
      keys.open = !keys.open;
      keys.querySelector("summary").focus();
    } else if (event.key === "Escape" && from === box) {
      box.blur();
    }
  });
}
