// A form goes once: its buttons rest until the page changes, and wake again when it doesn't (back button, file answers, no network).
import { all } from "./dom.js";

const REST = 8000;
const buttonsOf = (form) => all("button:not([type=button])", form);

function wake(form) {
  delete form.dataset.sending;
  buttonsOf(form).forEach((button) => button.removeAttribute("aria-busy"));
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog" || form.method === "get") return;
  if (form.dataset.sending) return event.preventDefault();
  form.dataset.sending = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
  setTimeout(() => wake(form), REST);
});
addEventListener("pageshow", () => all("form[data-sending]").forEach(wake));
