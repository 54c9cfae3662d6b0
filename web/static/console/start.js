// The first steps: where this browser is, if somebody asks for it; and what came of the walk, looked at until it is known.
const LOOK_MS = 1000;
const LOOKS = 90;
const where = document.getElementById("where");
let live = document.getElementById("live");
let looks = 0;

if (where && "geolocation" in navigator) {
  const said = document.getElementById("where-said");
  where.hidden = false;
  where.addEventListener("click", () => {
    said.textContent = where.dataset.asking;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        where.form.elements.lat.value = coords.latitude.toFixed(6);
        where.form.elements.lon.value = coords.longitude.toFixed(6);
        where.form.elements.lon.dispatchEvent(new Event("input", { bubbles: true })); // as if it was typed: it is kept like it
        said.textContent = where.dataset.found;
      },
      () => {
        said.textContent = where.dataset.denied;
      },
      { enableHighAccuracy: true, timeout: 20000 },
    );
  });
}

async function look() {
  looks += 1;
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = answer.ok && page.getElementById("live");
    if (fresh) {
      if (!("again" in fresh.dataset)) {
        location.reload();
        return;
      }
      if (fresh.textContent !== live.textContent) {
        live.replaceChildren(...fresh.childNodes);
      }
    }
  } catch {
    // the frame says that there is no connection; this looks again
  }
  if (looks < LOOKS) {
    setTimeout(look, LOOK_MS);
  }
}

if (live && "again" in live.dataset) {
  setTimeout(look, LOOK_MS);
}
