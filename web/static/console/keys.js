// Keys for who works here all day: ? shows them, g and a letter goes to a page, / leads to the search. None while somebody types.
import { openDialog } from "./dialog.js";

const GO = {
  "/console": "h",
  "/console/live": "l",
  "/console/places": "p",
  "/console/campaigns": "c",
  "/console/offers": "o",
  "/console/posters": "q",
  "/console/customers": "k",
  "/console/pickup": "b",
  "/console/inbox": "i",
  "/console/deliveries": "d",
  "/console/decisions": "e",
  "/console/reports": "r",
  "/console/settings": "s",
  "/console/users": "u",
};
const OFF = "passerby-keys-off";
const SEQUENCE_MS = 1500;

const isTyping = (one) => Boolean(one?.closest("input:not([type=checkbox]):not([type=radio]):not([type=submit]), textarea, select, [contenteditable]"));
const search = () => [...document.querySelectorAll("main input[type=search], main form[method=get] input[name=q]")].find((one) => one.checkVisibility());

function isOff() {
  try {
    return localStorage.getItem(OFF) === "1";
  } catch {
    return false;
  }
}

function pages() {
  const links = [...document.querySelectorAll(".rail nav a")].map((one) => [GO[new URL(one.href).pathname], one]);
  return links.filter(([letter]) => letter);
}

function nameOf(link) {
  const text = link.cloneNode(true);
  text.querySelector(".waits")?.remove();
  return text.textContent.trim();
}

function line(list, keys, said) {
  const item = document.createElement("li");
  for (const key of keys) {
    const cap = document.createElement("kbd");
    cap.textContent = key;
    item.append(cap, " ");
  }
  item.append(said);
  list.append(item);
}

function show(words) {
  const list = document.createElement("ul");
  list.className = "frame-keys";
  line(list, ["?"], words.keysShow);
  if (search()) {
    line(list, ["/"], words.keysSearch);
  }
  for (const [letter, link] of pages()) {
    line(list, ["g", letter], nameOf(link));
  }
  const tick = document.createElement("label");
  tick.className = "tick";
  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = !isOff();
  box.addEventListener("change", () => localStorage.setItem(OFF, box.checked ? "0" : "1"));
  const said = document.createElement("span");
  said.textContent = words.keysOn;
  tick.append(box, said);
  openDialog(words.keys, [list, tick], words.close);
}

export function listenToKeys(words) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "word frame-keys-button";
  button.textContent = words.keys;
  button.setAttribute("aria-haspopup", "dialog");
  button.addEventListener("click", () => show(words));
  document.querySelector(".rail .me .own")?.before(button);
  let went = 0;
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(document.activeElement) || document.querySelector("dialog[open]") || isOff()) {
      return;
    }
    const wanted = event.timeStamp - went < SEQUENCE_MS ? pages().find(([letter]) => letter === event.key) : null;
    went = 0;
    if (wanted) {
      event.preventDefault();
      location.assign(wanted[1].href);
    } else if (event.key === "g") {
      went = event.timeStamp;
    } else if (event.key === "?") {
      event.preventDefault();
      show(words);
    } else if (event.key === "/" && search()) {
      event.preventDefault();
      search().focus();
      search().select();
    }
  });
}
