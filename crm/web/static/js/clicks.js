// Small things that one click does: copy, print, day chips, select all, dialogs that take their values from the button.
import { all, one } from "./dom.js";
import { toast } from "./toast.js";

async function copy(button) {
  const source = button.dataset.copyOf && document.getElementById(button.dataset.copyOf);
  const text = source ? (source.value ?? source.innerText) : button.dataset.copy;
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied");
  } catch {
    if (source) getSelection().selectAllChildren(source);
    toast("Press Ctrl+C to copy");
  }
}

function chooseDay(chip) {
  const field = chip.closest("[data-day-field]");
  const input = one("input[type=date]", field);
  input.value = chip.dataset.day;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

function markDay(field) {
  const value = one("input[type=date]", field).value;
  all("[data-day]", field).forEach((chip) => chip.setAttribute("aria-pressed", String(chip.dataset.day === value)));
}

function count(form) {
  const chosen = all("[data-select]:checked", form).length;
  all("[data-selected-count]", form).forEach((place) => (place.textContent = String(chosen)));
  all("[data-bulk]", form).forEach((bar) => (bar.hidden = chosen === 0));
}

document.addEventListener("click", (event) => {
  const target = event.target.closest?.("[data-copy], [data-copy-of], [data-print], [data-day], [data-back]");
  if (!target) return;
  if ("copy" in target.dataset || target.dataset.copyOf) copy(target);
  else if ("print" in target.dataset) print();
  else if (target.dataset.day) chooseDay(target);
  else if ("back" in target.dataset && history.length > 1) event.preventDefault(), history.back();
});

document.addEventListener("input", (event) => {
  const field = event.target.closest?.("[data-day-field]");
  if (field) markDay(field);
});

document.addEventListener("change", (event) => {
  const target = event.target;
  const form = target.form ?? target.closest("[data-list]");
  if (target.matches("[data-select-all]")) all("[data-select]", form).forEach((box) => (box.checked = target.checked));
  if (target.matches("[data-select-all], [data-select]")) count(form);
});
all("[data-bulk]").forEach((bar) => bar.closest("form") && count(bar.closest("form")));
