import { showOrder, showPushes, showWhy, write } from "./phones.js";
import { follow } from "./stream.js";

const { language, device, timeZone } = document.body.dataset;
const screen = document.querySelector(".lock");

function tick() {
  const now = new Date();
  write(screen, ".clock", now.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit", hour12: false, timeZone }));
  write(screen, ".day", now.toLocaleDateString(language, { weekday: "long", day: "numeric", month: "long", timeZone }));
}

follow({
  language,
  onState(state) {
    const told = state.phones.find((one) => one.device === device);
    if (!told) return;
    showOrder(screen, told.order);
    showPushes(screen, told.pushes);
    showWhy(screen, told.no);
  },
  lost: document.getElementById("lost"),
});
tick();
setInterval(tick, 1000);
