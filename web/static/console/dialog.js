// A dialog that is made when it opens and gone when it closes, so that a page has no headings of what it does not show.
export function openDialog(heading, parts, close) {
  const dialog = document.createElement("dialog");
  dialog.className = "frame-dialog";
  const title = document.createElement("p");
  title.className = "frame-dialog-head";
  title.id = "frame-dialog-head";
  title.setAttribute("role", "heading");
  title.setAttribute("aria-level", "2");
  title.textContent = heading;
  dialog.setAttribute("aria-labelledby", title.id);
  const shut = document.createElement("button");
  shut.type = "button";
  shut.className = "quiet";
  shut.textContent = close;
  shut.addEventListener("click", () => dialog.close());
  const actions = document.createElement("p");
  actions.className = "frame-dialog-actions";
  actions.append(...parts.filter((one) => one.matches("a, button")), shut);
  dialog.append(title, ...parts.filter((one) => !one.matches("a, button")), actions);
  const before = document.activeElement;
  dialog.addEventListener("close", () => {
    dialog.remove();
    before?.focus?.();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
