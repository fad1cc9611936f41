// Dialogs open by command= and commandfor=; this stands in where the browser doesn't know them, and opens by address (#log-call).
import { all, one } from "./dom.js";

export function open(dialog) {
  if (!dialog || dialog.open) return;
  dialog.showModal();
  one("[autofocus], [data-autofocus]", dialog)?.focus();
}

if (!("commandForElement" in HTMLButtonElement.prototype)) {
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[commandfor]");
    const dialog = button && document.getElementById(button.getAttribute("commandfor"));
    if (!dialog) return;
    button.getAttribute("command") === "close" ? dialog.close() : open(dialog);
  });
}

// Choosing something in a menu closes it.
document.addEventListener("click", (event) => {
  const item = event.target.closest?.(".menu button, .menu a");
  if (item) item.closest("[popover]")?.hidePopover?.();
});

function byAddress() {
  const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  if (target?.localName === "dialog") open(target);
}
addEventListener("hashchange", byAddress);
byAddress();
all("dialog[data-open-now]").forEach(open);
all("main [data-autofocus]").slice(0, 1).forEach((element) => element.focus());
