// Registers the service worker, has it keep what the day needs, and says when a page is a kept one.
import { all, make, one, trusted } from "../dom.js";
import { lost, meta } from "./entries.js";

const user = document.documentElement.dataset.user;
const kept = document.documentElement.dataset.kept;
const dayOf = (date) => date.toLocaleDateString([], { weekday: "short", month: "short", day: "numeric" });
const hourOf = (date) => date.toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
const isToday = (date) => date.toDateString() === new Date().toDateString();
const when = (at) => ((date) => (isToday(date) ? hourOf(date) : `${hourOf(date)} on ${dayOf(date)}`))(new Date(at));

const note = () => make("div", { class: "banner", role: "status", data: { keptNote: "" } }, make("span", {}, `Kept at ${when(kept)}, no signal`), make("a", { href: location.href }, "Try again"));

async function register() {
  const { serviceWorker: worker } = navigator;
  if (!worker) return;
  await worker.register(trusted?.createScriptURL("/sw.js") ?? "/sw.js", { type: "module", updateViaCache: "none" });
  const refresh = async () => (await worker.ready).active?.postMessage({ refresh: user });
  addEventListener("online", refresh);
  if (kept === undefined) refresh();
}

function row(page) {
  const day = new Date(`${page.day}T12:00`);
  const what = { sheet: "Visit sheet", unplanned: "Visit sheet", day: "Route", pack: "PDF", paper: "PDF" }[page.what];
  const sub = [page.what !== "today" && (isToday(day) ? "Today" : dayOf(day)), what, `kept at ${when(page.at)}`];
  return make("li", {}, make("a", { class: "row-main", href: page.url }, make("strong", {}, page.title), make("small", {}, sub.filter(Boolean).join(", "))));
}

async function fillIn(list) {
  const who = await meta.user();
  const cache = who && (await caches.has(`kept-${who}`)) && (await caches.open(`kept-${who}`));
  const notes = (cache && (await (await cache.match("/offline/kept.json"))?.json())) || {};
  const pages = Object.values(notes).sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));
  list.replaceChildren(...pages.map(row));
  one("[data-kept-none]").hidden = pages.length > 0;
}

export async function start() {
  if (kept) one(".top").prepend(note());
  if (user) await register().catch(() => {}); // a browser that can't: everything else works
  else await Promise.all(all("[data-kept-list]").map(fillIn)).catch(() => lost());
}
