// Words marked in a text field: the same text under it, see-through but for what is marked. Marks move with what is typed.
import { make } from "./dom.js";

/** `under` lies beneath `field`. A mark is {start, end, kind, of}; `of` is the line that speaks of it. */
export function marking(field, under) {
  let marks = [];
  let before = field.value;

  function paint() {
    const parts = [];
    let at = 0;
    for (const mark of [...marks].sort((a, b) => a.start - b.start)) {
      if (mark.start < at) continue;
      parts.push(field.value.slice(at, mark.start), make("mark", { class: mark.kind }, field.value.slice(mark.start, mark.end)));
      at = mark.end;
    }
    under.replaceChildren(...parts, `${field.value.slice(at)}\n`);
    under.scrollTop = field.scrollTop;
  }

  /** Marks behind the place that was edited move with it; those in it go. */
  function follow() {
    const now = field.value;
    let head = 0;
    while (head < now.length && now[head] === before[head]) head++;
    let tail = 0;
    while (tail < Math.min(now.length, before.length) - head && now.at(-1 - tail) === before.at(-1 - tail)) tail++;
    const end = before.length - tail;
    const by = now.length - before.length;
    marks = marks.flatMap((mark) => (mark.end <= head ? [mark] : mark.start >= end ? [{ ...mark, start: mark.start + by, end: mark.end + by }] : []));
    before = now;
    paint();
  }

  field.addEventListener("input", follow);
  field.addEventListener("scroll", () => (under.scrollTop = field.scrollTop));
  paint();
  return {
    put: (found) => ((marks = found), (before = field.value), paint()),
    of: (item) => marks.find((mark) => mark.of === item),
    at: (place) => marks.find((mark) => mark.start <= place && place <= mark.end),
  };
}

/** Write as if it was typed, so that the browser's own undo takes it back. */
export function write(field, start, end, words) {
  field.focus();
  field.setSelectionRange(start, end);
  if (document.execCommand("insertText", false, words)) return;
  field.setRangeText(words, start, end, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** The line that speaks of the words at the cursor is lit up. */
export function light(field, marks, items) {
  document.addEventListener("selectionchange", () => {
    if (document.activeElement !== field) return;
    const here = marks.at(field.selectionStart)?.of;
    for (const item of items()) item === here ? item.setAttribute("aria-current", "true") : item.removeAttribute("aria-current");
  });
}
