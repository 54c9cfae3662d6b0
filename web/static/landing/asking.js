// A conversation that is open: asks for what is new while somebody looks, ever more seldom while nothing is. Without it the page is loaded again.
const chat = document.getElementById("chat");
const said = document.getElementById("said");
const state = document.getElementById("state");
const lost = document.getElementById("lost");
const title = document.title;
const QUICK_MS = 3000;
const SLOW_MS = 15000; // below the moment that an unread answer has before a message is sent
const LOST_MS = 60000;

let wait = QUICK_MS;
let failed = 0;
let timer = 0;

function show(one) {
  const line = document.createElement("li");
  line.className = one.by_store ? "by-store" : "by-you";
  line.id = one.id;
  const by = document.createElement("p");
  by.className = "by";
  const who = document.createElement("b");
  who.textContent = one.by;
  const when = document.createElement("time");
  when.dateTime = one.at;
  when.textContent = one.when;
  by.append(who, " ", when);
  const text = document.createElement("p");
  text.className = "text";
  text.textContent = one.said;
  line.append(by, text);
  said.append(line);
  line.scrollIntoView({ block: "nearest" });
}

async function ask() {
  const language = new URLSearchParams(location.search).get("lang") ?? document.documentElement.lang;
  const asked = new URLSearchParams({ after: chat.dataset.after, lang: language });
  try {
    const answer = await fetch(`${location.pathname}/state?${asked}`, { cache: "no-store" });
    if (!answer.ok) {
      throw new Error(String(answer.status));
    }
    const told = await answer.json();
    failed = 0;
    lost.hidden = true;
    for (const one of told.messages) {
      if (!document.getElementById(one.id)) {
        show(one);
      }
      chat.dataset.after = one.id;
    }
    if (told.state !== chat.dataset.state) {
      chat.dataset.state = told.state;
      state.textContent = told.said;
    }
    const answered = told.messages.filter((one) => one.by_store).length;
    document.title = answered ? `(${answered}) ${title}` : title;
    wait = told.messages.length ? QUICK_MS : Math.min(wait * 1.15, SLOW_MS);
  } catch {
    failed += 1;
    lost.hidden = failed < 2;
    wait = Math.min(wait * 2, LOST_MS);
  }
  later();
}

function later() {
  clearTimeout(timer);
  if (document.visibilityState === "visible") {
    timer = setTimeout(ask, wait);
  }
}

document.addEventListener("visibilitychange", () => {
  clearTimeout(timer);
  if (document.visibilityState === "visible") {
    wait = QUICK_MS;
    ask();
  }
});
addEventListener("online", () => {
  wait = QUICK_MS;
  later();
});
if (said.lastElementChild && said.children.length > 2) {
  said.lastElementChild.scrollIntoView({ block: "nearest" });
}
later();
