// How an offer's budget goes, looked at again every few seconds while somebody looks. Without it the page stands as it was opened.
const shown = document.getElementById("as-it-goes");
const EVERY_MS = 5000;
const LONGEST_MS = 60000;
let wait = EVERY_MS;

async function look() {
  if (!document.hidden) {
    try {
      const answer = await fetch(`${shown.dataset.from}?lang=${document.documentElement.lang}`, { cache: "no-store" });
      if (!answer.ok || answer.redirected) {
        throw new Error(String(answer.status));
      }
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      shown.replaceChildren(...fresh.body.childNodes);
      wait = EVERY_MS;
    } catch {
      wait = Math.min(2 * wait, LONGEST_MS);
    }
  }
  setTimeout(look, wait);
}

if (shown) {
  setTimeout(look, wait);
}
