// The week of visits: cards are planned, moved and put in order by mouse, touch, arrow keys and a menu; they go back when the server says no.
import { all, get, one, post, typing } from "../dom.js";
import { toast, undoChange } from "../toast.js";
import { dragging } from "./dragging.js";
import { turns } from "./turns.js";

export function start(week) {
  const columns = all("[data-column]", week).filter((column) => column.dataset.column);
  const open = columns.filter((column) => !("past" in column.dataset));
  const columnOf = (card) => card.closest("[data-column]");
  const dayOf = (card) => columnOf(card)?.dataset.column ?? "";
  const listOf = (column) => one("[data-cards]", column);
  const nameOf = (card) => one(".name", card).textContent.trim();
  const against = (card, day) => JSON.parse(card.dataset.no || "{}")[day] ?? "";
  const planned = (column) => all("[data-visit]:not([data-done])", column);
  const { turn, settled } = turns();

  // What a change of cards means for everything around them.
  async function settle() {
    for (const area of all("[data-area]", week)) area.hidden = !one("[data-card]", area);
    const left = all("[data-area] [data-card]", week);
    const number = one("[data-proposed]", week);
    if (number) number.textContent = left.length;
    for (const form of all("[data-all]", week)) {
      const day = columnOf(form).dataset.column;
      const here = left.filter((card) => card.dataset.day === day).map((card) => card.dataset.provider);
      all("[name=provider_id]", form).forEach((field) => (field.disabled = !here.includes(field.value)));
      form.hidden = !here.length;
      one("button > span", form).firstChild.data = `Plan ${here.length === 1 ? "the one" : `all ${here.length}`} proposed`;
    }
    try {
      const totals = await get(`${week.dataset.totals}?week=${week.dataset.week}`);
      for (const column of columns) one("[data-total]", column).textContent = totals[column.dataset.column] ?? "";
      one("[data-week-total]").textContent = totals.week ?? "";
    } catch {
      // The totals stay as they were until the page is read again.
    }
  }

  const undoing = (undo, back) => undo && (async () => {
    try {
      await undoChange(undo);
      back();
      settle();
    } catch (error) {
      toast(error.message, { kind: "bad" });
    }
  });

  /** Change something at once, tell the server, and change it back when that fails or is undone. */
  async function doing(card, change, ask) {
    const [list, next, was] = [card.parentElement, card.nextElementSibling, { ...card.dataset }];
    const links = [one(".name", card).href, one("[data-move]", card)?.href];
    const back = () => {
      list.insertBefore(card, next?.isConnected && next.parentElement === list ? next : null);
      if (!was.visit) delete card.dataset.visit;
      Object.assign(card.dataset, was);
      one(".name", card).href = links[0];
      if (links[1]) one("[data-move]", card).href = links[1];
    };
    const held = card.contains(document.activeElement) && document.activeElement;
    change();
    if (held && card.isConnected) held.focus({ preventScroll: true });
    try {
      const answer = await turn(card, ask, back);
      settle();
      return toast(`${nameOf(card)}: ${answer.said}`, { undo: undoing(answer.undo, back) }), answer;
    } catch (error) {
      toast(`${error.message} ${nameOf(card)} is where it was.`, { kind: "bad" });
    }
  }

  async function move(card, column, before = null) {
    const planning = !card.dataset.visit && settled(card);
    if (planning) await planning;
    const day = column.dataset.column;
    if (!day || "past" in column.dataset || "done" in card.dataset) return;
    const from = columnOf(card);
    if (from === column && (before === card || before === card.nextElementSibling)) return;
    const put = () => listOf(column).insertBefore(card, card.dataset.visit ? before : null);
    if (!card.dataset.visit) {
      const form = one("form.taps", card);
      const fields = new FormData(form);
      fields.set("planned_on", day);
      await doing(card, put, async () => became(card, await post(week.dataset.create, fields), day));
      return;
    }
    const fields = { planned_on: day };
    const show = () => {
      put();
      card.dataset.day = day;
      if (before || from === column) fields.position = planned(column).indexOf(card) + 1;
    };
    await doing(card, show, () => post(`/visits/${card.dataset.visit}/moves`, fields));
  }
  function became(card, answer, day) {
    Object.assign(card.dataset, { visit: answer.visit, day });
    one(".name", card).href = answer.href;
    one("[data-move]", card).href = answer.edit;
    return answer;
  }

  function gone(card, ask) {
    const focus = card.nextElementSibling ?? columnOf(card);
    doing(card, () => card.remove(), ask);
    one(".name", focus)?.focus();
  }
  const callInstead = (card) => gone(card, () => post(week.dataset.call, { provider_id: card.dataset.provider, task_id: card.dataset.task, visit_id: card.dataset.visit, why: one(".why", card)?.textContent }));

  // The taps on a proposal.
  week.addEventListener("click", (event) => {
    const tap = event.target.closest("[data-plan], button[data-call]");
    if (!tap) return;
    event.preventDefault();
    const card = tap.closest("[data-card]");
    if (!tap.matches("[data-plan]")) return callInstead(card);
    const next = card.nextElementSibling ?? one("[data-area]:not([hidden]) [data-card]", week);
    move(card, columns.find((column) => column.dataset.column === tap.value));
    one("[data-plan]", next ?? week)?.focus();
  });

  function step(card, by) {
    const cards = planned(columnOf(card));
    const at = cards.indexOf(card) + by;
    if (!card.dataset.visit || at < 0 || at >= cards.length) return;
    return move(card, columnOf(card), by < 0 ? cards[at] : cards[at].nextElementSibling);
  }

  // One menu for all cards, told which card it is for.
  const menu = one("#visit-menu");
  let chosen = null;
  week.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    event.preventDefault();
    chosen = button.closest("[data-card]");
    for (const item of all("[data-to]", menu)) {
      item.disabled = item.dataset.to === dayOf(chosen);
      one("[data-why]", item).textContent = against(chosen, item.dataset.to) || (chosen.dataset.day === item.dataset.to && !chosen.dataset.visit ? "Proposed" : "");
    }
    all("[data-step], [data-off]", menu).forEach((item) => (item.hidden = !chosen.dataset.visit));
    one("[data-change]", menu).href = button.href;
    menu.showPopover({ source: button });
    one("[data-to]:not(:disabled)", menu)?.focus();
  });
  menu.addEventListener("click", async (event) => {
    const item = event.target.closest("button");
    if (!item || !chosen) return;
    menu.hidePopover();
    const card = chosen;
    if (item.dataset.to) await move(card, columns.find((column) => column.dataset.column === item.dataset.to));
    else if (item.dataset.step) await step(card, Number(item.dataset.step));
    else if ("instead" in item.dataset) callInstead(card);
    else gone(card, () => post(`/visits/${card.dataset.visit}/cancellations`));
    if (card.isConnected) one("[data-move]", card)?.focus({ preventScroll: true });
  });

  week.addEventListener("keydown", async (event) => {
    const card = event.target.closest?.("[data-card]");
    if (!card || typing(event.target) || event.ctrlKey || event.metaKey || event.altKey || menu.matches(":popover-open")) return;
    const way = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (way && event.shiftKey) {
      event.preventDefault();
      await step(card, way);
    } else if (way) {
      event.preventDefault();
      const cards = all("[data-card]", columnOf(card));
      return one(".name", cards[cards.indexOf(card) + way] ?? card).focus();
    } else if (by) {
      event.preventDefault();
      const day = dayOf(card) || card.dataset.day;
      const at = open.findIndex((column) => column.dataset.column === day);
      const column = dayOf(card) ? open[at + by] : (open[at] ?? open[0]);
      if (column) await move(card, column);
    } else if (event.key === "m" && document.documentElement.dataset.shortcuts !== "off") {
      event.preventDefault();
      return one("[data-move]", card)?.click();
    } else return;
    one(".name", card).focus();
  });

  dragging(week, {
    card: "[data-card]:not([data-done])",
    column: "[data-column]",
    skip: "[data-move], button, form a",
    ordered: true,
    lifted: (card) => open.forEach((column) => (against(card, column.dataset.column) ? (column.dataset.against = against(card, column.dataset.column)) : delete column.dataset.against)),
    landed: () => columns.forEach((column) => delete column.dataset.against),
    drop: move,
  });
}
