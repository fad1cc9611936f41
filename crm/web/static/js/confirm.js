// Ask before what can't be undone: <form data-confirm="…" data-confirm-button="Delete">.
import { one } from "./dom.js";

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.confirm || form.dataset.confirmed) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const dialog = one("#confirm");
  const submitter = event.submitter;
  one("#confirm-text").textContent = form.dataset.confirm;
  one("[data-confirm-yes]").textContent = form.dataset.confirmButton ?? "Go on";
  dialog.returnValue = "no";
  dialog.showModal();
  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "yes") return;
    form.dataset.confirmed = "yes";
    form.requestSubmit(submitter);
    delete form.dataset.confirmed;
  }, { once: true });
}, true);
