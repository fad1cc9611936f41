// Ctrl/Cmd-K always; single keys (and pairs such as "g t") unless <html data-shortcuts="off">.
// Anything with data-shortcut="…" is clicked by its key; "/" goes to the page's search box.
import { all, one, typing } from "./dom.js";
import { open } from "./dialogs.js";

const on = () => document.documentElement.dataset.shortcuts !== "off";
let first = "";
let timer = 0;

function press(keys) {
  const target = all(`[data-shortcut="${CSS.escape(keys)}"]`).find((element) => !element.closest("dialog:not([open])"));
  if (target) target.localName === "input" ? target.focus() : target.click();
  return Boolean(target);
}

function single(event) {
  const keys = first ? `${first} ${event.key}` : event.key;
  clearTimeout(timer);
  first = "";
  if (event.key === "?") return open(one("#shortcuts")), true;
  if (event.key === "/") return one("main input[type=search], main [data-search]")?.focus(), Boolean(one("main input[type=search]"));
  if (press(keys)) return true;
  if (event.key === "g") (first = "g"), (timer = setTimeout(() => (first = ""), 1200));
  return false;
}

addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && one("#palette")) {
    event.preventDefault();
    return document.dispatchEvent(new Event("palette"));
  }
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || !on()) return;
  if (one("dialog[open]")) return;
  if (single(event)) event.preventDefault();
});

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-palette-open]")) document.dispatchEvent(new Event("palette"));
  if (event.target.closest?.("[data-shortcuts-open]")) open(one("#shortcuts"));
});
