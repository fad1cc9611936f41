// Short messages at the bottom. Those of the server are there already; they leave by themselves unless they hold the pointer.
import { all, one, post } from "./dom.js";

const SHOWN = 10000;

function leaving(toast) {
  let timer = 0;
  const stay = () => clearTimeout(timer);
  const go = () => (stay(), (timer = setTimeout(() => toast.remove(), SHOWN)));
  toast.addEventListener("pointerenter", stay);
  toast.addEventListener("pointerleave", go);
  toast.addEventListener("focusin", stay);
  toast.addEventListener("focusout", go);
  if (toast.dataset.toast !== "error") go();
}

/** Say something. `undo` is a function behind a button (its `label` may be another word); `kind` "bad" stays. */
export function toast(text, { undo, label, kind } = {}) {
  const box = one("#toast-template").content.firstElementChild.cloneNode(true);
  one("span", box).textContent = text;
  if (kind === "bad") box.classList.add("bad"), (box.dataset.toast = "error");
  if (undo) {
    const button = one(".undo", box);
    button.hidden = false;
    if (label) button.textContent = label;
    button.addEventListener("click", () => (box.remove(), undo()));
  }
  one("#toasts").append(box);
  leaving(box);
  return box;
}

/** Undo a recorded change set by its number. */
export const undoChange = (id) => post(`/changes/${id}/undo`);

document.addEventListener("click", (event) => event.target.closest?.("[data-toast-close]")?.closest(".toast").remove());
all(".toast").forEach(leaving);
