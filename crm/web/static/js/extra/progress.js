// <div data-poll="/imports/3.json">: asks until it is done. The server answers
// {value, max, text, done, href}: href opens when done (default: this page again).
import { get, one } from "../dom.js";

export function start(root) {
  const bar = one("progress", root);
  const text = one("[data-poll-text]", root);
  let pause = 500;

  async function ask() {
    if (document.hidden) return setTimeout(ask, 1000);
    try {
      const state = await get(root.dataset.poll);
      if (state.max != null) bar.max = state.max;
      if (state.value != null) bar.value = state.value;
      if (state.text && text) text.textContent = state.text;
      if (state.done) return state.href ? location.assign(state.href) : location.reload();
      pause = Math.min(pause * 1.2, 2000);
    } catch {
      pause = 5000;
    }
    setTimeout(ask, pause);
  }
  setTimeout(ask, pause);
}
