// The steps of a sequence: added, removed and moved by button, drag or arrow keys, with their days counted. Without this
// the same buttons ask the server.
import { all, one } from "../dom.js";
import { open } from "../dialogs.js";
import { read, start as startDraft } from "../drafts.js";
import { toast } from "../toast.js";

const MOST = 20;

export function start(form) {
  const list = one("[data-steps]", form);
  const order = form.elements.order;
  const pattern = one("#step-template").content.firstElementChild;
  const steps = () => all("[data-step]", list);
  const say = (text) => (one("[data-said]", form).textContent = text);
  const numberOf = (step) => steps().indexOf(step) + 1;

  function fresh(key) {
    const step = pattern.cloneNode(true);
    for (const element of [step, ...all("*", step)])
      for (const { name, value } of [...element.attributes]) if (value.includes("__key__")) element.setAttribute(name, value.replaceAll("__key__", key));
    return step;
  }

  function count() {
    let day = 0;
    const now = steps();
    now.forEach((step, index) => {
      day += Math.max(0, Math.round(Number(one("[data-delay]", step).value) || 0));
      one("[data-day-number]", step).textContent = day;
      one("[data-number]", step).textContent = index + 1;
      one("[data-act=up]", step).disabled = index === 0;
      one("[data-act=down]", step).disabled = index === now.length - 1;
      for (const act of ["up", "down"]) one(`[data-act=${act}] .vh`, step).textContent = `Move step ${index + 1} ${act}`;
      one("[data-act=remove] .vh", step).textContent = `Remove step ${index + 1}`;
      one("[data-handle]", step).setAttribute("aria-label", `Move step ${index + 1}: drag, or arrow keys`);
    });
    const last = one("[data-last-day]", form);
    if (last) last.textContent = day;
    all("[data-act=add]", form).forEach((button) => (button.disabled = now.length >= MOST));
    order.value = now.map((step) => step.dataset.step).join(",");
  }

  const changed = () => (count(), order.dispatchEvent(new Event("input", { bubbles: true })));

  function move(step, by) {
    const now = steps();
    const at = now.indexOf(step);
    const other = now[at + by];
    if (!other) return false;
    by < 0 ? other.before(step) : other.after(step);
    changed();
    say(`Step ${at + 1} is now step ${numberOf(step)}`);
    return true;
  }

  function remove(step) {
    const [next, number] = [step.nextElementSibling, numberOf(step)];
    step.remove();
    changed();
    (one("[data-handle]", next ?? steps().at(-1) ?? form) ?? one("[data-act=add]", form)).focus();
    toast(`Step ${number} is gone.`, { undo: () => (list.insertBefore(step, next?.isConnected ? next : null), changed()) });
  }

  function add(kind) {
    const key = String(Math.max(-1, ...steps().map((step) => Number(step.dataset.step))) + 1);
    const step = fresh(key);
    list.append(step);
    one("[data-step-kind]", step).value = kind;
    if (steps().length === 1) one("[data-delay]", step).value = 0;
    changed();
    step.scrollIntoView({ block: "nearest" });
    one(kind === "email" ? "[data-template]" : `[name$="-title"]`, step).focus();
    say(`Step ${numberOf(step)} added`);
  }

  function unfile(step) {
    one(".kept", step).remove();
    one("[type=file]", step).focus();
  }

  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (!button) return preview(event);
    event.preventDefault();
    const step = button.closest("[data-step]");
    const { act, kind } = button.dataset;
    if (act === "add") add(kind);
    else if (act === "remove") remove(step);
    else if (act === "unfile") unfile(step);
    else if (move(step, act === "up" ? -1 : 1)) (button.disabled ? one("[data-handle]", step) : button).focus();
  });
  form.addEventListener("input", (event) => event.target.matches("[data-delay]") && count());

  function preview(event) {
    const link = event.target.closest("[data-preview]");
    if (!link) return;
    const [slug, version] = one("[data-template]", link.closest("[data-step]")).value.split("@");
    if (!slug) return event.preventDefault(), toast("Choose a text first.");
    link.href = link.dataset.preview.replace("__slug__", slug) + (version ? `?version=${version}` : "");
    open(one("#preview"));
  }

  // Arrow keys on the grip.
  list.addEventListener("keydown", (event) => {
    const handle = event.target.closest("[data-handle]");
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!handle || !by) return;
    event.preventDefault();
    move(handle.closest("[data-step]"), by);
    handle.focus();
  });

  // Dragging by the grip: while it lasts the steps are one line high each.
  list.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest("[data-handle]");
    if (!handle || event.button) return;
    event.preventDefault();
    handle.focus();
    const step = handle.closest("[data-step]");
    const before = step.nextElementSibling;
    const height = () => handle.getBoundingClientRect().top;
    const from = height();
    list.classList.add("sorting");
    step.classList.add("dragging");
    scrollBy(0, height() - from);
    handle.setPointerCapture(event.pointerId);
    const follow = ({ clientY }) => {
      const [above, below] = [step.previousElementSibling, step.nextElementSibling];
      const middle = (other) => ((box) => box.top + box.height / 2)(other.getBoundingClientRect());
      // The others move around it: taken out of the page, even for a moment, it would lose the pointer.
      if (above && clientY < middle(above)) step.after(above), count();
      else if (below && clientY > middle(below)) step.before(below), count();
      if (clientY < 60) scrollBy(0, -12);
      else if (clientY > innerHeight - 60) scrollBy(0, 12);
    };
    const stop = (end) => {
      handle.removeEventListener("pointermove", follow);
      removeEventListener("keydown", escape);
      if (end.type !== "pointerup") list.insertBefore(step, before);
      list.classList.remove("sorting");
      step.classList.remove("dragging");
      changed();
      step.scrollIntoView({ block: "nearest" });
    };
    const escape = (pressed) => pressed.key === "Escape" && handle.releasePointerCapture(event.pointerId);
    handle.addEventListener("pointermove", follow);
    addEventListener("keydown", escape);
    for (const end of ["pointerup", "lostpointercapture"]) handle.addEventListener(end, (event) => (event.type === "pointerup" || list.classList.contains("sorting")) && stop(event), { once: true });
  });

  // A draft knows steps that the page doesn't: make them first, then let it fill the fields.
  const kept = read(form)?.order?.split(",").filter(Boolean);
  if (kept) {
    for (const key of kept) list.append(steps().find((step) => step.dataset.step === key) ?? fresh(key));
    steps().filter((step) => !kept.includes(step.dataset.step)).forEach((step) => step.remove());
  }
  startDraft(form);
  form.addEventListener("discarded", () => location.reload());
  count();
}
