// Cards dragged between columns by mouse or touch: a copy follows the pointer, the card waits. A finger has to rest on the card first, so scrolling stays scrolling.
import { all } from "../dom.js";

const HOLD = 300;
const SLOP = 6;

/** `card` and `column` are selectors inside `root`, `skip` what is no handle. `ordered` cards are dropped before others. `lifted(card)` and `landed(card)` frame a drag; `drop(card, column, before)` ends it over a column. */
export function dragging(root, { card: cards, column: columns, skip, ordered, lifted, landed, drop }) {
  let drag = null;

  function lift() {
    const box = drag.card.getBoundingClientRect();
    drag.on = true;
    drag.ghost = drag.card.cloneNode(true);
    drag.ghost.classList.add("ghost");
    drag.ghost.setAttribute("aria-hidden", "true");
    Object.assign(drag.ghost.style, { width: `${box.width}px`, left: `${box.left}px`, top: `${box.top}px` });
    document.body.append(drag.ghost);
    drag.card.classList.add("dragging");
    root.classList.add("has-drag");
    drag.card.setPointerCapture(drag.id);
    navigator.vibrate?.(10);
    lifted?.(drag.card);
  }

  function mark(column, before) {
    all(columns, root).forEach((each) => each.classList.toggle("over", each === column));
    all(".before", root).forEach((each) => each !== before && each.classList.remove("before"));
    before?.classList.add("before");
  }

  function nudge(event) {
    const [box, edge] = [root.getBoundingClientRect(), 56];
    if (event.clientX > box.right - edge) root.scrollLeft += 16;
    else if (event.clientX < box.left + edge) root.scrollLeft -= 16;
    if (!ordered) return;
    if (event.clientY > innerHeight - edge) scrollBy(0, 16);
    else if (event.clientY < edge) scrollBy(0, -16);
  }

  root.addEventListener("dragstart", (event) => event.preventDefault());
  root.addEventListener("pointerdown", (event) => {
    const card = event.target.closest(cards);
    if (!card || event.button || event.target.closest(skip)) return;
    drag = { card, id: event.pointerId, x: event.clientX, y: event.clientY, touch: event.pointerType === "touch" };
    if (drag.touch) drag.timer = setTimeout(() => drag && lift(), HOLD);
  });
  addEventListener("pointermove", (event) => {
    if (!drag || event.pointerId !== drag.id) return;
    const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
    if (!drag.on) {
      if (Math.hypot(dx, dy) < SLOP) return;
      if (drag.touch) return clearTimeout(drag.timer), void (drag = null);
      lift();
    }
    drag.ghost.style.translate = `${dx}px ${dy}px`;
    const under = document.elementFromPoint(event.clientX, event.clientY);
    drag.over = under?.closest(columns);
    const near = under?.closest(cards);
    const box = near?.getBoundingClientRect();
    drag.before = ordered && near && near !== drag.card && drag.over?.contains(near) ? (event.clientY < box.top + box.height / 2 ? near : near.nextElementSibling) : null;
    mark(drag.over, drag.before);
    nudge(event);
  });
  function end(event) {
    if (!drag || event.pointerId !== drag.id) return;
    clearTimeout(drag.timer);
    const { card, over, before, on, ghost } = drag;
    drag = null;
    if (!on) return;
    ghost.remove();
    card.classList.remove("dragging");
    root.classList.remove("has-drag");
    mark(null, null);
    landed?.(card);
    const stop = (click) => (click.preventDefault(), click.stopPropagation());
    card.addEventListener("click", stop, { once: true, capture: true });
    setTimeout(() => card.removeEventListener("click", stop, { capture: true }), 50);
    if (event.type === "pointerup" && over) drop(card, over, before === card ? card.nextElementSibling : before);
  }
  addEventListener("pointerup", end);
  addEventListener("pointercancel", end);
  addEventListener("keydown", (event) => event.key === "Escape" && drag?.on && end({ pointerId: drag.id, type: "pointercancel" }));
  root.addEventListener("touchmove", (event) => drag?.on && event.preventDefault(), { passive: false });
  root.addEventListener("contextmenu", (event) => drag?.touch && event.preventDefault());
}
