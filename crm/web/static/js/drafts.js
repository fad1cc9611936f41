// <form data-draft="visit-12">: what is typed survives a reload, a sleeping phone and an expired session.
// Kept per user in this browser; gone once saved, discarded, or at signing out. Chosen chips alone are no draft.
import { open } from "./dialogs.js";
import { all, later, make, one } from "./dom.js";
import { toast } from "./toast.js";

const PREFIX = "draft:";
const SENT = "draft-sent";
const user = document.documentElement.dataset.user;
const keyOf = (form) => `${PREFIX}${user}:${form.dataset.draft}`;
const fieldsOf = (form) =>
  [...form.elements].filter((field) => field.name && !["hidden", "password", "file", "submit", "button"].includes(field.type) && !("nodraft" in field.dataset));
const valueOf = (field) => (["checkbox", "radio"].includes(field.type) ? field.checked : field.value);
const nameOf = (field) => (["checkbox", "radio"].includes(field.type) ? `${field.name}=${field.value}` : field.name);

function put(field, value) {
  if (typeof value === "boolean") field.checked = value;
  else field.value = value;
}

/** What is kept of a form, by the names of its fields; null when nothing is. */
export function read(form) {
  try {
    return JSON.parse(localStorage.getItem(keyOf(form)));
  } catch {
    return null;
  }
}

/** Forget the draft of a form that was saved. */
export const forget = (form) => form.dataset.draft && localStorage.removeItem(keyOf(form));

function offer(form, fields, before) {
  const discard = make("button", { type: "button", class: "btn small ghost" }, "Discard");
  const note = make("p", { class: "draft-note", role: "status" }, "Your draft is back.", discard);
  discard.addEventListener("click", () => {
    forget(form);
    fields.forEach((field, index) => put(field, before[index]));
    note.remove();
    form.dispatchEvent(new Event("discarded"));
  });
  (one(".body", form) ?? form).prepend(note);
  const dialog = form.closest("dialog:not([open])");
  if (dialog && fields.some((field) => field.localName === "textarea" && field.value.trim())) {
    toast("What you wrote here was not saved yet.", { undo: () => open(dialog), label: "Open" });
  }
}

/** Fill in what is kept, and keep what is typed. */
export function start(form) {
  const draft = read(form);
  if (draft) {
    const fields = fieldsOf(form);
    const before = fields.map(valueOf);
    fields.forEach((field) => nameOf(field) in draft && put(field, draft[nameOf(field)]));
    if (fields.some((field, index) => valueOf(field) !== before[index])) offer(form, fields, before);
  }
  const written = (field) => typeof valueOf(field) === "string" && field.localName !== "select" && field.value !== field.defaultValue;
  const save = () => {
    const fields = fieldsOf(form);
    if (!fields.some(written)) return forget(form);
    localStorage.setItem(keyOf(form), JSON.stringify(Object.fromEntries(fields.map((field) => [nameOf(field), valueOf(field)]))));
  };
  const soon = later(save, 150);
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  form.addEventListener("submit", () => (save(), sessionStorage.setItem(SENT, form.dataset.draft)));
  document.addEventListener("visibilitychange", () => document.hidden && read(form) && save());
}

// A form that was sent is saved when the next page says so, or is another page without it.
function settle() {
  const sent = sessionStorage.getItem(SENT);
  if (!sent || !user) return;
  sessionStorage.removeItem(SENT);
  const here = all("[data-draft]").find((form) => form.dataset.draft === sent);
  const saved = one(".toast:not([data-toast=error])") || !here;
  if (saved && !(here && one("[aria-invalid=true]", here))) localStorage.removeItem(`${PREFIX}${user}:${sent}`);
}

export function wipe() {
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
}

document.addEventListener("submit", (event) => event.target.matches("[data-signout]") && wipe());
if (one("[data-signed-out]")) wipe();
settle();
// With data-draft-later the form's own module starts it, once all its fields are there.
if (user) all("form[data-draft]:not([data-draft-later])").forEach(start);
