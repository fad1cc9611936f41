// Ctrl/Cmd-K: commands filter as you type, records come from the server's /search.json?q=.
import { all, get, later, make, one } from "./dom.js";

export function start(dialog) {
  const input = one("input", dialog);
  const list = one("ul", dialog);
  const none = one(".palette-none", dialog);
  const commands = all("li", list);
  const icons = one("template[data-icons]", dialog).content;
  let asked = 0;

  const shown = () => all("li:not([hidden])", list);
  const chosen = () => one("li[aria-selected=true]:not([hidden])", list);

  function choose(item) {
    all("li[aria-selected=true]", list).forEach((other) => other.setAttribute("aria-selected", "false"));
    if (!item) return input.removeAttribute("aria-activedescendant");
    item.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    const items = shown();
    choose(items[(items.indexOf(chosen()) + by + items.length) % items.length]);
  }

  function run(item) {
    if (!item) return;
    if ("shortcutsOpen" in item.dataset) return dialog.close();
    dialog.close();
    location.assign(item.dataset.href);
  }

  function result({ label, detail, href, kind }, index) {
    const icon = one(`[data-icon="${CSS.escape(kind ?? "provider")}"]`, icons)?.firstElementChild.cloneNode(true);
    const text = make("span", {}, make("strong", { class: "clip" }, label), detail ? make("small", { class: "clip" }, detail) : null);
    return make("li", { role: "option", "aria-selected": "false", id: `found-${index}`, data: { href, found: "" } }, icon ?? "", text);
  }

  const ask = later(async (query) => {
    const mine = ++asked;
    let results = [];
    try {
      if (query) results = (await get(`${dialog.dataset.palette}?q=${encodeURIComponent(query)}`)).results ?? [];
    } catch {
      return;
    }
    if (mine !== asked) return;
    all("[data-found]", list).forEach((item) => item.remove());
    list.append(...results.map(result));
    none.hidden = shown().length > 0;
    if (!chosen()) choose(shown()[0]);
  }, 120);

  input.addEventListener("input", () => {
    const query = input.value.trim().toLowerCase();
    commands.forEach((item) => (item.hidden = !item.textContent.toLowerCase().includes(query)));
    choose(shown()[0]);
    ask(query);
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowUp") step(-1);
    else if (event.key === "Enter" && event.target === input) run(chosen());
    else return;
    event.preventDefault();
  });
  list.addEventListener("click", (event) => run(event.target.closest("li")));
  list.addEventListener("pointermove", (event) => {
    const item = event.target.closest("li");
    if (item && item !== chosen()) choose(item);
  });
  document.addEventListener("palette", () => {
    if (!dialog.open) dialog.showModal();
    input.select();
    choose(chosen() ?? shown()[0]);
  });
}
