// A session of measuring: Enter goes to the next field and never sends half a page; in the search for measures it adds.
import { all, one } from "../dom.js";
import { read } from "../drafts.js";

const SPOT = /^(\w+)\.(?:left|right|)\.(active|passive|)$/;

/** Lines that were added before a reload hold typed values too: ask for the page with them. */
function bring(form) {
  const asked = new URLSearchParams(location.search);
  const known = all("[name=line]", form).map((field) => field.value);
  const missing = Object.entries(read(form) ?? {}).flatMap(([name, value]) => {
    const [, key, motion] = SPOT.exec(name) ?? [];
    return key && value && !known.includes(`${key}.${motion}`) ? [`${key}.${motion}`] : [];
  });
  if (!missing.length || asked.has("line") || !location.pathname.endsWith("/new")) return;
  form.dataset.draft = ""; // leaving must not save what this page lacks
  new Set(missing).forEach((line) => asked.append("line", line));
  location.replace(`${location.pathname}?${asked}`);
}

export function start(form) {
  bring(form);
  const add = one("#f-add", form);
  form.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key !== "Enter" || event.isComposing || !field.matches("input, select")) return;
    event.preventDefault();
    if (field === add) return add.value && form.requestSubmit(one("[name=do]", form));
    const fields = all("[data-value]", form);
    const next = fields[fields.indexOf(field) + 1] ?? (field.matches("[data-value]") ? one("button.primary", form) : fields[0]);
    next?.focus();
    next?.select?.();
  });
  one("[data-added] [data-value]", form)?.focus();
}
