// The walkers on the map. They come from the simulator alone; the server does not know where anybody was.
const SVG = "http://www.w3.org/2000/svg";
const JUMP_M = 200; // farther than anybody walks between two looks: a new walk
const TOLD_MS = 1600;
const POOR_M = 100; // a ping less accurate than this changes nothing
const UNKNOWN_M = 50;

export class TownMap {
  constructor(svg) {
    const { west, north, perLon, perLat } = svg.dataset;
    this.frame = { west: +west, north: +north, perLon: +perLon, perLat: +perLat };
    this.reports = svg.querySelector("#reports");
    this.layer = svg.querySelector("#walkers");
    this.fences = new Map([...svg.querySelectorAll("[data-fence]")].map((shape) => [shape.dataset.fence, shape]));
    this.walkers = new Map();
  }

  at({ lat, lon }) {
    const { west, north, perLon, perLat } = this.frame;
    return [(lon - west) * perLon, (north - lat) * perLat];
  }

  show(walkers) {
    for (const walker of walkers) {
      const drawn = this.walkers.get(walker.customer) ?? this.add(walker);
      drawn.group.classList.toggle("unseen-by-server", walker.refused !== null);
      drawn.group.classList.toggle("resting", walker.state === "resting");
      drawn.group.toggleAttribute("hidden", walker.true === null);
      if (walker.true !== null) this.move(drawn, this.at(walker.true));
      this.report(drawn, walker.reported);
    }
  }

  clear() {
    this.layer.replaceChildren();
    this.reports.replaceChildren();
    this.walkers.clear();
  }

  add({ customer, name, initials }) {
    const group = document.createElementNS(SVG, "g");
    const title = document.createElementNS(SVG, "title");
    const text = document.createElementNS(SVG, "text");
    group.classList.add("walker");
    title.textContent = name;
    text.textContent = initials;
    group.append(title, document.createElementNS(SVG, "circle"), text);
    const report = document.createElementNS(SVG, "circle");
    report.classList.add("report");
    this.layer.append(group);
    this.reports.append(report);
    const drawn = { group, report, x: null, y: null };
    this.walkers.set(customer, drawn);
    return drawn;
  }

  move(drawn, [x, y]) {
    const jumps = drawn.x === null || Math.hypot(x - drawn.x, y - drawn.y) > JUMP_M;
    drawn.group.classList.toggle("jumps", jumps);
    drawn.group.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
    [drawn.x, drawn.y] = [x, y];
  }

  report(drawn, reported) {
    drawn.report.toggleAttribute("hidden", reported === null);
    if (reported === null) return;
    const [x, y] = this.at(reported);
    drawn.report.setAttribute("cx", x.toFixed(1));
    drawn.report.setAttribute("cy", y.toFixed(1));
    drawn.report.setAttribute("r", (reported.accuracy_m ?? UNKNOWN_M).toFixed(0));
    drawn.report.classList.toggle("poor", (reported.accuracy_m ?? UNKNOWN_M) > POOR_M);
  }

  // A transition lights up the geofence and whoever crossed it, in its hue.
  transition({ kind, geofence_id: fence, customer }) {
    this.tell(this.fences.get(fence), kind);
    this.tell(this.walkers.get(customer)?.group, kind);
  }

  pushed(customer) {
    this.tell(this.walkers.get(customer)?.group, "push");
  }

  tell(element, kind) {
    if (!element) return;
    element.classList.add("told", `told-${kind}`);
    setTimeout(() => {
      element.classList.remove(`told-${kind}`);
      if (!/\btold-/.test(element.getAttribute("class"))) element.classList.remove("told");
    }, TOLD_MS);
  }
}

// Walkers as the simulator tells them, about twice a second.
export function followWalkers(url, { onWalkers, onLost }) {
  const stream = new EventSource(`${url}/walkers`);
  stream.addEventListener("walkers", (event) => onWalkers(JSON.parse(event.data)));
  stream.addEventListener("error", onLost);
}
