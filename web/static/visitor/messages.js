// What was agreed to, as the panel above changes it.
const agreed = document.getElementById("agreed");

document.addEventListener("messages", ({ detail }) => {
  if (!["on", "saved", "switched_off"].includes(detail.state)) return;
  agreed.hidden = false;
  for (const line of agreed.querySelectorAll("[data-purpose]")) line.hidden = !detail[line.dataset.purpose];
  const nothing = !detail.orders && !detail.offers;
  agreed.querySelector("ul").hidden = nothing;
  agreed.querySelector(".agreed-nothing").hidden = !nothing;
  agreed.querySelector(".agreed-but-off").hidden = nothing || detail.isOn;
});
