import { showOrder, showPushes, showWhy, write } from "./phones.js";
import { follow } from "./stream.js";
import { TownMap, followWalkers } from "./town-map.js";

const FRESH_MS = 2500;
const { language, walkers: walkersUrl } = document.body.dataset;
const words = JSON.parse(document.body.dataset.words);
const phones = document.getElementById("phones");
const happened = document.getElementById("happened");
const said = document.getElementById("said");
const map = new TownMap(document.getElementById("town"));

function phoneOf(told) {
  const found = phones.querySelector(`[data-device="${CSS.escape(told.device)}"]`);
  if (found) return found;
  const made = document.getElementById("phone").content.firstElementChild.cloneNode(true);
  made.dataset.device = told.device;
  made.dataset.customer = told.customer;
  const link = made.querySelector("h3 a");
  link.textContent = told.name;
  link.href = `/demo/phone/${encodeURIComponent(told.device)}?lang=${language}`;
  write(made, ".phone-state .tag", told.language ?? "");
  phones.append(made);
  return made;
}

let first = true;

function showState(state) {
  for (const told of state.phones) {
    const phone = phoneOf(told);
    showOrder(phone, told.order);
    write(phone, ".no-push", told.consents.location ? words.no_push : words.refused);
    showWhy(phone, told.no);
    const fresh = showPushes(phone, told.pushes);
    if (fresh.length && !first) announce(phone, told, fresh.at(-1));
  }
  first = false;
  for (const poster of state.posters) write(document, `[data-poster="${CSS.escape(poster.id)}"] .scans`, String(poster.scans));
  showHappened(state.happened);
  for (const [name, many] of Object.entries(state.counts)) write(document, `[data-count="${name}"]`, String(many));
}

function announce(phone, told, push) {
  phone.classList.add("fresh");
  setTimeout(() => phone.classList.remove("fresh"), FRESH_MS);
  map.pushed(told.customer);
  said.lang = push.language ?? "";
  said.textContent = `${told.name}: ${push.title}. ${push.body}`;
}

function showHappened(items) {
  const blank = document.getElementById("happening").content.firstElementChild;
  const there = new Map([...happened.children].map((item) => [item.dataset.id, item]));
  const wanted = items.map((one) => {
    const item = there.get(one.id) ?? blank.cloneNode(true);
    if (!item.dataset.id) {
      item.dataset.id = one.id;
      item.classList.add(`is-${one.kind}`);
      write(item, "time", one.time);
      write(item, ".who", one.who);
      write(item, ".kind", words[one.kind]);
      write(item, ".what", one.what);
    }
    return item;
  });
  if (wanted.length !== happened.children.length || wanted.some((item, n) => item !== happened.children[n])) {
    happened.replaceChildren(...wanted);
  }
  document.querySelector(".nothing").hidden = items.length > 0;
}

function showWalkers(walkers) {
  document.getElementById("walkers-lost").hidden = true;
  map.show(walkers);
  for (const walker of walkers) {
    const phone = walker.device && phones.querySelector(`[data-device="${CSS.escape(walker.device)}"]`);
    if (!phone) continue;
    const unlocated = walker.refused === "no_location_consent";
    const what = unlocated ? words.not_located : walker.refused ? words.gone : words[walker.state];
    write(phone, ".where", what);
  }
}

follow({
  language,
  onState: showState,
  onEvent: (kind, event) => kind === "transition" && map.transition(event),
  lost: document.getElementById("lost"),
});

if (walkersUrl) {
  followWalkers(walkersUrl, {
    onWalkers: showWalkers,
    onLost: () => {
      document.getElementById("walkers-lost").hidden = false;
      map.clear();
    },
  });
}
