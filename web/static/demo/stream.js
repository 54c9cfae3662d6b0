// Keeps a page in step with the server: its state as a whole, fetched anew shortly after something happened.
const PAUSE_MS = 250;

export function follow({ language, onState, onEvent = () => {}, lost }) {
  let waiting = null;
  let asking = false;
  let again = false;

  async function ask() {
    waiting = null;
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    try {
      const answer = await fetch(`/demo/state?lang=${language}`, { cache: "no-store" });
      if (answer.ok) onState(await answer.json());
    } catch {
      lost.hidden = false; // the stream says when it is back
    }
    asking = false;
    if (again) {
      again = false;
      soon();
    }
  }

  function soon() {
    waiting ??= setTimeout(ask, PAUSE_MS);
  }

  const stream = new EventSource("/demo/events");
  stream.addEventListener("open", () => {
    lost.hidden = true;
    soon();
  });
  stream.addEventListener("error", () => {
    lost.hidden = false;
  });
  for (const kind of ["transition", "scan", "decision", "delivery", "order"]) {
    stream.addEventListener(kind, (event) => {
      onEvent(kind, JSON.parse(event.data));
      soon();
    });
  }
}
