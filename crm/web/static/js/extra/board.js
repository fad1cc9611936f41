// The board: mouse, touch (long press), arrow keys, Move menu. Cards move at once and go back when the server says no.
import { all, calm, get, make, one, post, typing } from "../dom.js";
import { open } from "../dialogs.js";
import { toast, undoChange } from "../toast.js";
import { dragging } from "./dragging.js";
import { turns } from "./turns.js";

export function start(board) {
  const columns = all("[data-stage]", board);
  const listOf = (column) => one("[data-cards]", column);
  const columnOf = (card) => card.closest("[data-stage]");
  const nameOf = (card) => one("a", card).textContent.trim();
  const { turn } = turns();

  function count(column, by) {
    const place = one("[data-count]", column);
    if (place && /^[\d,]+$/.test(place.textContent)) place.textContent = (Number(place.textContent.replaceAll(",", "")) + by).toLocaleString("en-US");
    const empty = one("[data-column-empty]", column);
    if (empty) empty.hidden = all("[data-card]", column).length > 0;
  }

  function place(card, column, before) {
    const from = columnOf(card);
    const list = listOf(column);
    const put = () => {
      list.moveBefore && card.isConnected ? list.moveBefore(card, before) : list.insertBefore(card, before);
      if (from !== column) count(from, -1), count(column, 1);
    };
    if (!document.startViewTransition || calm()) return put();
    return document.startViewTransition(put).updateCallbackDone;
  }

  async function move(card, column, before = listOf(column).firstElementChild) {
    const from = columnOf(card);
    if (from === column) return;
    const answers = column.dataset.asks ? await askWhy(card, column) : {};
    if (!answers) return;
    const next = card.nextElementSibling;
    await place(card, column, before);
    one("[data-move]", card)?.focus({ preventScroll: true });
    const back = () => place(card, from, next?.isConnected ? next : null);
    try {
      const fields = { provider_id: card.dataset.card, stage: column.dataset.stage, ...answers };
      const { undo } = await turn(card, () => post(board.dataset.board, fields), back);
      toast(`${nameOf(card)} is now in ${column.dataset.name}`, { undo: undo && (async () => {
        try {
          await undoChange(undo);
          back();
        } catch (error) {
          toast(error.message, { kind: "bad" });
        }
      }) });
    } catch (error) {
      toast(`${error.message} ${nameOf(card)} is back in ${from.dataset.name}.`, { kind: "bad" });
    }
  }

  // "Not now" wants a day to come back, the other two a reason.
  function askWhy(card, column) {
    const dialog = one("#aside");
    const form = one("form", dialog);
    form.reset();
    one("[data-aside-title]", dialog).textContent = `Move ${nameOf(card)} to ${column.dataset.name}`;
    all("[data-aside]", form).forEach((part) => {
      part.hidden = !part.dataset.aside.split(" ").includes(column.dataset.stage);
      all("input, textarea, select", part).forEach((field) => (field.disabled = part.hidden));
    });
    dialog.returnValue = "";
    open(dialog);
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => resolve(dialog.returnValue === "save" ? Object.fromEntries(new FormData(form)) : null), { once: true });
    });
  }

  // Move menu: one for the board, told which card it is for.
  const menu = one("#move-menu");
  let menuCard = null;
  board.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button || !menu) return;
    event.preventDefault();
    menuCard = button.closest("[data-card]");
    all("[data-enroll]", menu).forEach((link) => (link.search = `?id=${menuCard.dataset.card}`));
    all("[data-to]", menu).forEach((item) => (item.disabled = item.dataset.to === columnOf(menuCard).dataset.stage));
    menu.showPopover({ source: button });
    one("[data-to]:not(:disabled)", menu)?.focus();
  });
  menu?.addEventListener("click", (event) => {
    const item = event.target.closest("[data-to]");
    if (!item || !menuCard) return;
    event.preventDefault();
    menu.hidePopover();
    move(menuCard, columns.find((column) => column.dataset.stage === item.dataset.to));
  });

  // Keys on a card.
  function neighbour(card, key) {
    const cards = all("[data-card]", columnOf(card));
    return cards[cards.indexOf(card) + (key === "ArrowDown" ? 1 : -1)];
  }
  board.addEventListener("keydown", async (event) => {
    const card = event.target.closest?.("[data-card]");
    if (!card || typing(event.target) || event.ctrlKey || event.metaKey || event.altKey || menu?.matches(":popover-open")) return;
    if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      event.preventDefault();
      return one("a", neighbour(card, event.key) ?? card).focus();
    }
    if (event.key === "m" && document.documentElement.dataset.shortcuts !== "off") return event.preventDefault(), one("[data-move]", card)?.click();
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const column = by && columns[columns.indexOf(columnOf(card)) + by];
    if (!column) return;
    event.preventDefault();
    await move(card, column);
    one("a", card).focus();
  });

  dragging(board, { card: "[data-card]", column: "[data-stage]", skip: "[data-move]", drop: (card, column) => move(card, column) });

  // Show more: the next cards of a column, made from a copy of the card template.
  function cardOf(face) {
    const card = one("#card-template").content.firstElementChild.cloneNode(true);
    card.dataset.card = face.id;
    card.classList.add(`edge-${face.edge}`);
    const link = one("a", card);
    link.textContent = face.name;
    link.href = `/providers/${face.id}`;
    const menuLink = one("[data-move]", card);
    menuLink.href = `/providers/${face.id}/move`;
    menuLink.append(make("span", { class: "vh" }, ` ${face.name}`));
    for (const name of ["line", "place", "touch"]) one(`[data-face=${name}]`, card).textContent = face[name];
    const due = one("[data-face=due]", card);
    due.textContent = face.due;
    due.classList.add(face.edge);
    if (!face.due) due.remove();
    return card;
  }
  async function more(button, focus) {
    if (button.getAttribute("aria-busy")) return;
    button.setAttribute("aria-busy", "true");
    try {
      const column = columnOf(button);
      const page = await get(`${button.dataset.more}?after=${encodeURIComponent(button.dataset.after)}`);
      const known = new Set(all("[data-card]", board).map((card) => card.dataset.card));
      const fresh = page.cards.filter((face) => !known.has(String(face.id))).map(cardOf);
      listOf(column).append(...fresh);
      if (focus) one("a", fresh[0] ?? column)?.focus();
      if (page.after) button.dataset.after = page.after;
      else button.remove();
    } catch (error) {
      toast(error.message, { kind: "bad" });
    }
    button.removeAttribute("aria-busy");
  }
  board.addEventListener("click", (event) => {
    const button = event.target.closest("[data-more]");
    if (button) event.preventDefault(), more(button, true);
  });
  // Scrolling to the end of a column asks for more by itself.
  all("[data-cards]", board).forEach((list) => list.addEventListener("scroll", () => {
    const button = one("[data-more]", columnOf(list));
    if (button && list.scrollHeight - list.scrollTop - list.clientHeight < 200) more(button, false);
  }, { passive: true }));
}
