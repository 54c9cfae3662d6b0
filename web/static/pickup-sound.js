// A short tone when somebody comes into the store, and one more when nobody of the staff has noticed after a minute.
const KEY = "passerby-sound";
const REPEAT_MS = 60000;
const here = new Map(); // order to when it was heard first, and whether it was heard twice
let audio = null;
let button = null;
let first = true;

const isWanted = () => localStorage.getItem(KEY) !== "off";
const mayPlay = () => audio?.state === "running";

function tell() {
  const state = !isWanted() ? "off" : mayPlay() ? "on" : "tap";
  button.textContent = button.dataset[state];
  button.className = `quiet sound is-${state}`;
}

async function open() {
  audio ??= new AudioContext();
  if (audio.state !== "running") {
    await audio.resume();
  }
  tell();
}

function tone() {
  if (!isWanted() || !mayPlay()) {
    return;
  }
  [660, 880].forEach((pitch, number) => {
    const [from, source, gain] = [audio.currentTime + number * 0.18, audio.createOscillator(), audio.createGain()];
    source.frequency.value = pitch;
    gain.gain.setValueAtTime(0, from);
    gain.gain.linearRampToValueAtTime(0.3, from + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.001, from + 0.35);
    source.connect(gain).connect(audio.destination);
    source.start(from);
    source.stop(from + 0.4);
  });
}

// Which orders are here now and nobody has noticed. Those of a page's beginning are heard only when they stay unnoticed.
export function follow(orders) {
  let isNew = false;
  for (const gone of [...here.keys()].filter((one) => !orders.includes(one))) {
    here.delete(gone);
  }
  for (const one of orders.filter((order) => !here.has(order))) {
    here.set(one, { at: Date.now(), twice: false });
    isNew ||= !first;
  }
  first = false;
  if (isNew) {
    tone();
  }
}

function remind() {
  let due = false;
  for (const heard of here.values()) {
    if (!heard.twice && Date.now() - heard.at >= REPEAT_MS) {
      heard.twice = due = true;
    }
  }
  if (due) {
    tone();
  }
}

export function startSound(given) {
  button = given;
  button.hidden = false;
  button.addEventListener("click", () => {
    localStorage.setItem(KEY, isWanted() && mayPlay() ? "off" : "on");
    if (isWanted()) {
      open();
    }
    tell();
  });
  // browsers let nothing sound before somebody touched the page
  for (const kind of ["pointerup", "keydown"]) {
    document.addEventListener(kind, (event) => {
      if (isWanted() && !mayPlay() && !button.contains(event.target)) {
        open();
      }
    });
  }
  setInterval(remind, 1000);
  tell();
}
