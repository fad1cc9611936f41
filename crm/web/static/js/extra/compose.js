// While an e-mail is written: what is empty or out of scope is listed at once, and the preview follows.
import { all, later, make, one, post } from "../dom.js";

function finding(each, text) {
  const said = `${each.why}${each.suggestion ? ` Better: ${each.suggestion}` : ""}`;
  const quote = make("button", { type: "button", class: "link" }, each.text);
  quote.addEventListener("click", () => select(text, each.text));
  return make("p", { class: `finding ${each.severity}` }, quote, " ", said);
}

function select(text, words) {
  const start = text.value.indexOf(words);
  if (start < 0) return;
  text.focus();
  text.setSelectionRange(start, start + words.length);
}

export function start(form) {
  const text = form.elements.text;
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
    list.replaceChildren(...fill, ...found.findings.map((each) => finding(each, text)));
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
  for (const quote of all(".finding q", list)) quote.addEventListener("click", () => select(text, quote.textContent));
  show();
}
