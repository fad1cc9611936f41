// The editor of a template: marks under the text, merge fields while typing, a preview that follows, drafts that save themselves.
import { Failed, all, get, later, make, one, post } from "../dom.js";
import { light, marking, write } from "../marks.js";

export function start(form) {
  const text = form.elements.source;
  const under = one("[data-editor-marks]", form);
  const popup = one("[data-editor-popup]", form);
  const state = one("[data-editor-state]");
  const conflict = one("[data-editor-conflict]");
  const key = `draft:${document.documentElement.dataset.user}:template-${form.dataset.id}`;
  const fields = all("[data-field]", form).map((item) => ({ path: item.dataset.field, said: item.textContent, note: item.lastElementChild.textContent }));
  let seen = form.dataset.seen;
  let kept = text.value;
  let asked = 0;
  const marks = marking(text, under);

  // --- what there is to say about it -------------------------------------------------------------------------------
  function line(spots, each, kind, ...said) {
    const item = make("p", { class: `finding ${kind === "fault" ? "blocks" : kind}` }, ...said);
    spots.push(...each.places.map(([start, end]) => ({ start, end, kind, of: item })));
    const place = () => marks.of(item);
    if (each.places.length) {
      item.firstChild.addEventListener?.("click", () => {
        const found = place();
        if (found) text.focus(), text.setSelectionRange(found.start, found.end);
      });
    }
    for (const words of (each.places.length && each.instead) || []) {
      const use = make("button", { type: "button", class: "btn small" }, words || "Take it out");
      use.addEventListener("click", () => {
        const found = place();
        if (found) write(text, found.start, found.end, words);
      });
      item.append(" ", use);
    }
    return item;
  }
  const quote = (words) => make("button", { type: "button", class: "link" }, words);

  function show(found) {
    const spots = [];
    const list = [];
    if (found.fault) list.push(line(spots, found.fault, "fault", quote(found.fault.line ? `Line ${found.fault.line}:` : "It breaks:"), ` ${found.fault.reason}`));
    for (const each of found.missing) list.push(line(spots, each, "warns", quote(`${each.label} is empty.`), ` ${each.why}`));
    for (const each of found.findings) list.push(line(spots, each, each.severity, quote(each.text), ` ${each.why}${each.suggestion ? ` Better: ${each.suggestion}` : ""}`));
    one("[data-editor-findings]", form).replaceChildren(...list);
    one("[data-editor-reason]", form).hidden = !found.findings.some((each) => each.severity === "blocks") && !form.elements.override_reason.value;
    one("[data-editor-who]", form).textContent = found.reader;
    marks.put(spots);
    if (found.fault) return; // the last preview that was any stays
    const { words, time, fits, advice } = found.length;
    one("[data-editor-length]", form).replaceChildren(make("span", { class: "pill" }, `${words} ${words === 1 ? "word" : "words"}`), " ", time ? make("span", { class: `pill${fits ? "" : " warn"}` }, time) : "");
    const subject = one("[data-editor-subject]", form);
    if (subject) subject.textContent = found.subject;
    const read = one("[data-editor-preview]", form);
    if (!read) return;
    const labels = found.missing.map((each) => `[${each.label}]`);
    const marked = (said) => said.split(/(\[[^\]]+\])/).map((piece) => (labels.includes(piece) ? make("mark", {}, piece) : piece));
    read.replaceChildren(...found.parts.map((part) => make("section", {}, make("h3", {}, part.title), make("p", { class: "pre" }, ...marked(part.text)))));
    const hint = one("[data-editor-advice]", form);
    hint.hidden = !advice;
    hint.textContent = advice;
    one("[data-editor-checks]", form).replaceChildren(
      ...found.checks.map((check) => make("li", { class: check.passed ? "good" : "bad" }, one(check.passed ? "#check-good" : "#check-bad").content.cloneNode(true), make("div", {}, make("strong", {}, check.label), make("p", { class: "mute small" }, check.why)))),
    );
  }

  async function look() {
    const mine = ++asked;
    put();
    let found;
    try {
      found = await post(form.dataset.previewUrl, new FormData(form));
    } catch {
      return; // the server looks again when it is saved
    }
    if (mine === asked) show(found);
  }

  /** Mail and letters are shown in a frame of their own. */
  function put() {
    const frame = one("[data-editor-frame]");
    if (!frame) return;
    frame.replaceChildren(...["source", "provider", "audience"].map((name) => make("textarea", { name }, form.elements[name].value)));
    frame.submit();
  }

  // --- the draft ---------------------------------------------------------------------------------------------------
  const stash = () => localStorage.setItem(key, JSON.stringify({ source: text.value, seen }));

  let saving = Promise.resolve();
  let left = false;
  const save = (anyway = false) => (saving = saving.then(() => keep(anyway))); // one after the other

  async function keep(anyway) {
    const writing = text.value;
    if (left || (writing === kept && !anyway)) return;
    try {
      ({ seen } = await post(form.dataset.draftUrl, { source: writing, seen: anyway ? "*" : seen }));
      form.elements.seen.value = seen;
      kept = writing;
      conflict.hidden = true;
      if (text.value === writing) localStorage.removeItem(key);
      state.textContent = "Draft saved";
    } catch (failed) {
      state.textContent = failed instanceof Failed && failed.status !== 409 ? `${failed.message} It is kept in this browser.` : "Not saved";
      if (failed.status !== 409) return;
      one("[data-editor-told]").textContent = failed.message;
      conflict.hidden = false;
    }
  }
  one("[data-editor-mine]").addEventListener("click", () => save(true));
  one("[data-editor-other]").addEventListener("click", () => (stash(), location.reload()));

  /** What this browser kept and the server doesn't have: put back, or offered where another window wrote since. */
  function bringBack() {
    let local = null;
    try {
      local = JSON.parse(localStorage.getItem(key));
    } catch {
      // what can't be read is no draft
    }
    if (!local || local.source === text.value) return localStorage.removeItem(key);
    const back = () => (write(text, 0, text.value.length, local.source), text.setSelectionRange(0, 0));
    if (local.seen === seen) return back();
    const offer = make("button", { type: "button", class: "btn small" }, "Bring it back");
    const note = make("p", { class: "draft-note", role: "status" }, "This browser has another draft that was not saved. ", offer);
    offer.addEventListener("click", () => (back(), note.remove()));
    form.before(note);
  }

  // --- merge fields while typing -----------------------------------------------------------------------------------
  const typed = () => /\{\{\s*([\w.() ]*)$/.exec(text.value.slice(0, text.selectionStart));
  const chosen = () => one("[aria-selected=true]", popup);

  function choose(item) {
    chosen()?.setAttribute("aria-selected", "false");
    item?.setAttribute("aria-selected", "true");
    item?.scrollIntoView({ block: "nearest" });
    text.setAttribute("aria-activedescendant", item?.id ?? "");
  }

  function close() {
    popup.hidden = true;
    text.removeAttribute("aria-activedescendant");
    text.removeAttribute("aria-controls");
  }

  function place(at) {
    let left = at;
    for (const node of under.childNodes) {
      const inner = node.firstChild ?? node;
      if (left <= inner.length) {
        const range = document.createRange();
        range.setStart(inner, left);
        const spot = range.getBoundingClientRect();
        const box = under.getBoundingClientRect();
        popup.style.insetBlockStart = `${spot.bottom - box.top + 4}px`;
        popup.style.insetInlineStart = `${Math.max(0, Math.min(spot.left - box.left, box.width - popup.offsetWidth))}px`;
        return;
      }
      left -= inner.length;
    }
  }

  function offer() {
    const found = typed();
    if (!found) return close();
    const words = found[1].trim().toLowerCase().split(/\s+/);
    const fitting = fields.filter((field) => words.every((word) => `${field.path} ${field.said}`.toLowerCase().includes(word)));
    if (!fitting.length) return close();
    popup.replaceChildren(
      ...fitting.map((field, index) => make("li", { role: "option", id: `field-${index}`, "aria-selected": "false", data: { path: field.path } }, make("code", {}, field.path), make("span", {}, field.note))),
    );
    popup.hidden = false;
    text.setAttribute("aria-controls", popup.id);
    place(text.selectionStart);
    choose(popup.firstChild);
  }

  function insert(path) {
    const found = typed();
    const start = found ? found.index : text.selectionStart;
    const closing = /^\s*\}\}/.exec(text.value.slice(text.selectionEnd));
    write(text, start, text.selectionEnd + (found && closing ? closing[0].length : 0), `{{ ${path} }}`);
    close();
  }
  popup.addEventListener("pointerdown", (event) => (event.preventDefault(), insert(event.target.closest("li").dataset.path)));
  for (const item of all("[data-field]", form)) one("button", item).addEventListener("click", () => insert(item.dataset.field));
  one("[data-editor-find]", form).addEventListener("input", (event) => {
    const wanted = event.target.value.toLowerCase();
    for (const item of all("[data-field]", form)) item.hidden = !item.textContent.toLowerCase().includes(wanted);
  });
  one("[data-editor-find]", form).addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());

  const soonSaved = later(() => save(), 900);
  const soonLooked = later(() => popup.hidden && look(), 450); // half a merge field is no fault yet

  // --- keys and events ---------------------------------------------------------------------------------------------
  text.addEventListener("keydown", (event) => {
    if (popup.hidden) return;
    const to = { ArrowDown: chosen()?.nextSibling ?? popup.firstChild, ArrowUp: chosen()?.previousSibling ?? popup.lastChild }[event.key];
    if (to) choose(to);
    else if (event.key === "Enter" || event.key === "Tab") insert(chosen().dataset.path);
    else if (event.key === "Escape") close(), soonLooked();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  form.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    if (event.key === "s") save();
    else if (event.key === "Enter") look().then(() => one(".editor-preview", form).scrollIntoView({ block: "nearest" }));
    else return;
    event.preventDefault();
  });
  text.addEventListener("blur", () => setTimeout(() => (close(), soonLooked()), 150));
  light(text, marks, () => all(".finding", form));

  const provider = one("[data-editor-provider]", form);
  const search = later(async () => {
    if (provider.value.length < 2 || /#\d+$/.test(provider.value)) return;
    const { results } = await get(`/search.json?q=${encodeURIComponent(provider.value)}`).catch(() => ({ results: [] }));
    const found = results.filter((each) => each.kind === "provider");
    one("#editor-providers").replaceChildren(...found.map((each) => make("option", { value: `${each.label} #${each.href.match(/\d+/)[0]}` }, each.detail)));
  }, 250);
  provider.addEventListener("input", search);
  provider.addEventListener("keydown", (event) => event.key === "Enter" && (event.preventDefault(), look()));

  text.addEventListener("input", () => (stash(), offer(), soonSaved(), soonLooked(), (state.textContent = "Writing…")));
  form.addEventListener("change", (event) => event.target !== text && soonLooked());
  document.addEventListener("visibilitychange", () => document.hidden && save());
  form.addEventListener("submit", () => ((left = true), localStorage.removeItem(key)));
  bringBack();
  look();
}
