// While an e-mail is written: what is empty or out of scope is marked in the text and listed, and the preview follows.
import { all, later, make, one, post } from "../dom.js";
import { light, marking, write } from "../marks.js";

// The subject is line 1 of what is checked, the text begins at line 3.
function place(each, form) {
  const field = each.line === 1 ? form.elements.subject : form.elements.text;
  const lines = field.value.split("\n");
  const before = each.line === 1 ? 0 : lines.slice(0, each.line - 3).reduce((sum, line) => sum + line.length + 1, 0);
  const line = field.value.slice(before).split("\n")[0];
  const start = before + [...line].slice(0, each.start).join("").length;
  const found = field.value.startsWith(each.text, start) ? start : field.value.indexOf(each.text);
  return { field, start: found, end: found + each.text.length };
}

/** A line of the list: the words select their place, a button writes better ones there. */
function line(each, form, spots, marks) {
  const quote = make("button", { type: "button", class: "link" }, each.text);
  const item = make("p", { class: `finding ${each.severity}` }, quote, ` ${each.why}${each.suggestion ? ` Better: ${each.suggestion}` : ""}`);
  const there = place(each, form);
  if (there.start >= 0 && there.field.tagName === "TEXTAREA") spots.push({ start: there.start, end: there.end, kind: each.severity, of: item });
  const now = () => ({ ...place(each, form), ...marks.of(item) });
  quote.addEventListener("click", () => {
    const { field, start, end } = now();
    if (start >= 0) field.focus(), field.setSelectionRange(start, end);
  });
  for (const words of each.instead) {
    const better = make("button", { type: "button", class: "btn small" }, words ? `Write “${words}”` : "Take it out");
    better.addEventListener("click", () => {
      const { field, start, end } = now();
      if (start >= 0) write(field, start, end, words);
    });
    item.append(" ", better);
  }
  return item;
}

/** The text with its marks beneath it. */
function underlined(field) {
  const under = make("div", { class: "input marks", "aria-hidden": "true" });
  const box = make("div", { class: "marked" });
  field.replaceWith(box);
  box.append(under, field);
  return marking(field, under);
}

export function start(form) {
  const list = one("[data-compose-findings]", form);
  const reason = one("[data-compose-reason]", form);
  const preview = one("[data-compose-preview]", form);
  const mailto = one("[data-compose-mailto]");
  const marks = underlined(form.elements.text);
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
    const spots = [];
    list.replaceChildren(...fill, ...found.findings.map((each) => line(each, form, spots, marks)));
    marks.put(spots);
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
  light(form.elements.text, marks, () => all(".finding", form));
  preview.addEventListener("click", (event) => (event.preventDefault(), show()));
  if (list.children.length) look();
  show();
}
