// The rows of an audience: each shows the fields that its kind needs, and offers what they may be chosen from.
const PARTS = ["no", "name", "how", "value", "days", "before"];

function field(row, part) {
  return row.querySelector(`[name="audience.${part}"]`);
}

function needs(row) {
  const kind = field(row, "kind").selectedOptions[0];
  if (!kind.value) {
    return [];
  }
  const said = kind.dataset.needs.split(" ");
  const isKnown = field(row, "how").value === "known" && kind.dataset.hows.split(" ").includes("known");
  return ["no", ...said.filter((part) => !(isKnown && part === "value"))];
}

/** What is filled in stays to be seen, needed or not: an error may stand there. */
function show(row) {
  const kind = field(row, "kind").selectedOptions[0];
  const needed = needs(row);
  for (const part of PARTS) {
    const one = field(row, part);
    one.closest(".field").hidden = !needed.includes(part) && !one.value;
  }
  const how = field(row, "how");
  const hows = (kind.dataset.hows ?? "").split(" ");
  for (const option of how.options) {
    option.hidden = option.disabled = !hows.includes(option.value) && option.value !== how.value;
  }
  for (const part of ["name", "value"]) {
    const list = kind.dataset[part];
    list ? field(row, part).setAttribute("list", list) : field(row, part).removeAttribute("list");
  }
}

/** Another kind: what it has no use for is emptied, and its first comparison chosen. */
function turn(row, isKind) {
  const needed = needs(row);
  for (const part of PARTS) {
    if (!needed.includes(part)) {
      field(row, part).value = "";
    }
  }
  const how = field(row, "how");
  const hows = field(row, "kind").selectedOptions[0].dataset.hows?.split(" ") ?? [];
  if (isKind && hows.length > 1 && !hows.includes(how.value)) {
    how.value = hows[0];
  }
  show(row);
}

for (const row of document.querySelectorAll(".audience-row")) {
  show(row);
  field(row, "kind").addEventListener("change", () => turn(row, true));
  field(row, "how").addEventListener("change", () => turn(row, false));
}
