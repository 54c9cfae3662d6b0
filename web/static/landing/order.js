// Follows one order: asks now and then whether something changed, and loads the page again when it did. Without this script the page is the same.
const order = document.getElementById("order");
const FIRST_MS = order.hasAttribute("data-awaited") ? 2000 : 10000;
const MOST_MS = 120000;
let wait = FIRST_MS;
let timer;

async function look() {
  try {
    const answer = await fetch(order.dataset.state, { headers: { accept: "application/json" }, cache: "no-store" });
    if (answer.status === 404) return;
    if (answer.ok && (await answer.json()).version !== order.dataset.version) {
      location.reload();
      return;
    }
  } catch {
    // no connection: the next look is later
  }
  wait = Math.min(wait * 1.5, MOST_MS);
  later();
}

function later() {
  clearTimeout(timer);
  if (document.visibilityState === "visible") timer = setTimeout(look, wait);
}

document.addEventListener("visibilitychange", () => {
  wait = FIRST_MS;
  if (document.visibilityState === "visible") look();
  else clearTimeout(timer);
});
later();
