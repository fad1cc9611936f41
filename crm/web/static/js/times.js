// "5 min ago" stays true while the page is open. The words are those of crm/web/filters.py.
import { all } from "./dom.js";

const SPANS = [
  [3600, 60, "min", "min"],
  [86400, 3600, "h", "h"],
  [14 * 86400, 86400, "day", "days"],
  [60 * 86400, 7 * 86400, "week", "weeks"],
  [730 * 86400, 30.4375 * 86400, "month", "months"],
  [Infinity, 365.25 * 86400, "year", "years"],
];

function words(date) {
  const seconds = (Date.now() - date) / 1000;
  const size = Math.abs(seconds);
  if (size < 60) return "just now";
  const [, unit, one, many] = SPANS.find(([limit]) => size < limit);
  const count = Math.floor(size / unit);
  const text = `${count} ${count === 1 ? one : many}`;
  return seconds > 0 ? `${text} ago` : `in ${text}`;
}

const refresh = () => all("time[data-ago]").forEach((time) => (time.textContent = words(new Date(time.dateTime))));
setInterval(() => document.hidden || refresh(), 60000);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
