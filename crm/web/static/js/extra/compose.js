// While an e-mail is written: what is empty or out of scope is listed at once, and the preview follows.
import { all, later, make, one, post } from "../dom.js";

// The subject is line 1 of what is checked, the text begins at line 3.
function place(each, form) {
  const field = each.line === 1 ? form.elements.subject : form.elements.text;
  const lines = field.value.split("\n");
  const before = each.line === 1 ? 0 : lines.slice(0, each.line - 3).reduce((sum, line) => sum + line.length + 1, 0);
  const line = field.value.slice(before).split("\n")[0];
  const start = before + [...line].slice(0, each.start).join("").length;
  const found = field.value.startsWith(each.text, start) ? start : field.value.indexOf(each.text);
  return { field, start: found };
}

function better(each, words, form) {
  const button = make("button", { type: "button", class: "btn small" }, `Write “${words}”`);
  button.addEventListener("click", () => {
    const { field, start } = place(each, form);
    if (start < 0) return;
    field.setRangeText(words, start, start + each.text.length, "end");
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  return button;
}

function finding(each, form) {
  const said = `${each.why}${each.suggestion ? ` Better: ${each.suggestion}` : ""}`;
  const quote = make("button", { type: "button", class: "link" }, each.text);
  quote.addEventListener("click", () => select(each, form));
  const swaps = each.instead.flatMap((words) => [" ", better(each, words, form)]);
  return make("p", { class: `finding ${each.severity}` }, quote, " ", said, ...swaps);
}

function select(each, form) {
  const { field, start } = place(each, form);
  if (start < 0) return;
  field.focus();
  field.setSelectionRange(start, start + each.text.length);
}

export function start(form) {
  const list = one("[data-compose-findings]", form);
  const reason = one("[data-compose-reason]", form);
  const preview = one("[data-compose-preview]", form);
  const mailto = one("[data-compose-mailto]");
  let asked = 0;

  async function look() {
    const mine = ++asked;
    let found;
    try {
      found = await post(form.dataset.checkUrl, new FormData(form));
    } catch {
      return; // the server looks again when it is sent
    }
    if (mine !== asked) return;
    const fill = found.fill.map((sentence) => make("p", { class: "finding blocks" }, sentence));
    list.replaceChildren(...fill, ...found.findings.map((each) => finding(each, form)));
    reason.hidden = !found.needs_reason && !form.elements.reason.value;
    if (mailto && found.mailto) mailto.href = found.mailto;
    const papers = new Map(found.papers.map((each) => [each.value, each]));
    for (const note of all("[data-paper]", form)) note.textContent = papers.get(note.dataset.paper)?.size ?? "";
    const looks = found.papers.filter((each) => each.href).flatMap((each) => [make("a", { href: each.href, target: "_blank" }, `Look at it: ${each.words}`), " "]);
    one("[data-compose-looks]", form)?.replaceChildren(...looks);
    const faults = found.papers.filter((each) => each.problem);
    one("[data-compose-papers]", form)?.replaceChildren(...faults.map((each) => make("p", { class: "finding blocks" }, each.problem)));
  }

  function show() {
    const copy = make("form", { method: "post", action: preview.formAction, target: "preview", hidden: true });
    for (const name of ["subject", "text", "template"]) copy.append(make("textarea", { name }, form.elements[name].value));
    document.body.append(copy);
    copy.submit();
    copy.remove();
  }

  const soon = later(() => (look(), show()), 500);
  form.addEventListener("input", soon);
  preview.addEventListener("click", (event) => (event.preventDefault(), show()));
  if (list.children.length) look();
  show();
}
