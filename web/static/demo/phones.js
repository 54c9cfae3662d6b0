// Phones and what stands on them. Everything is text: nothing a message holds becomes markup.
const blankPush = document.getElementById("push");

export function write(root, selector, text) {
  const element = root.querySelector(selector);
  if (element && element.textContent !== text) element.textContent = text;
  return element;
}

function drawPush(push) {
  const item = blankPush.content.firstElementChild.cloneNode(true);
  item.dataset.id = push.id;
  item.lang = push.language ?? "";
  write(item, ".push-title", push.title);
  write(item, ".push-body", push.body);
  write(item, "time", push.time);
  write(item, ".push-place", push.place);
  write(item, ".tag", push.language ?? "");
  return item;
}

// Newest on top. Says which pushes are new to the page.
export function showPushes(root, pushes) {
  const list = root.querySelector(".pushes");
  const there = new Map([...list.children].map((item) => [item.dataset.id, item]));
  const fresh = [];
  for (const push of [...pushes].reverse()) {
    if (there.delete(push.id)) continue;
    list.prepend(drawPush(push));
    fresh.push(push);
  }
  for (const item of there.values()) item.remove();
  root.querySelector(".no-push").hidden = pushes.length > 0;
  return fresh;
}

export function showWhy(root, no) {
  const line = root.querySelector(".why");
  line.hidden = !no;
  if (!no) return;
  write(line, "time", no.time);
  write(line, ".why-text", no.why);
  write(line, ".why-campaign", no.campaign);
}

export function showOrder(root, order) {
  root.querySelector(".order").hidden = !order;
  if (order) write(root, ".order a", order.said).setAttribute("href", order.page);
}
