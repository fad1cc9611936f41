// Ask before what can't be undone: <form data-confirm="…" data-confirm-button="Delete">.
import { one } from "./dom.js";

/** Ask; true when the answer is the button of that name. */
export function ask(sentence, button = "Go on") {
  const dialog = one("#confirm");
  one("#confirm-text").textContent = sentence;
  one("[data-confirm-yes]").textContent = button;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.dataset.confirm || form.dataset.confirmed) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const submitter = event.submitter;
  if (!(await ask(form.dataset.confirm, form.dataset.confirmButton))) return;
  form.dataset.confirmed = "yes";
  form.requestSubmit(submitter);
  delete form.dataset.confirmed;
}, true);
