// <… data-list> with [data-row] rows: j and k walk, Enter opens, e and s and x press [data-key="e"] inside the row.
import { all, one, typing } from "./dom.js";
import "./followups.js";

const rows = () => all("[data-list] [data-row]").filter((row) => !row.hidden);
let current = null;

function go(row) {
  if (!row) return;
  current?.classList.remove("current");
  current = row;
  row.classList.add("current");
  if (row.tabIndex < 0 && !row.hasAttribute("tabindex")) row.tabIndex = -1;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const shown = rows();
  const inside = document.activeElement?.closest?.("[data-row]");
  const at = shown.indexOf(inside ?? current);
  go(shown[Math.max(0, Math.min(shown.length - 1, at < 0 ? (by > 0 ? 0 : shown.length - 1) : at + by))]);
}

function act(row, key) {
  const target = one(`[data-key="${key}"]`, row);
  if (!target) return false;
  target.click();
  return true;
}

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (document.documentElement.dataset.shortcuts === "off" || one("dialog[open]") || !one("[data-list]")) return;
  if (event.key === "j" || event.key === "k") return event.preventDefault(), step(event.key === "j" ? 1 : -1);
  const row = document.activeElement?.closest?.("[data-row]") ?? (current?.isConnected ? current : null);
  if (!row) return;
  if (event.key === "Enter" && event.target === row && row.dataset.href) return event.preventDefault(), location.assign(row.dataset.href);
  if (["e", "s", "x", "u"].includes(event.key) && act(row, event.key)) event.preventDefault();
});
