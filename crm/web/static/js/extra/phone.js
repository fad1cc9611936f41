// What only the browser knows about itself: whether it counts the page as safe, keeps pages, and is on the home screen.
import { all, one } from "../dom.js";

const checks = {
  secure: () => window.isSecureContext,
  keeps: async () => {
    const here = await navigator.serviceWorker?.getRegistration("/");
    return Boolean(here?.active) && (await caches.keys()).length > 0;
  },
  room: () =>
    new Promise((answer) => {
      const asked = window.indexedDB?.open("handoff-room");
      if (!asked) return answer(false);
      asked.onerror = () => answer(false);
      asked.onsuccess = () => (asked.result.close(), indexedDB.deleteDatabase("handoff-room"), answer(true));
    }),
  installed: () => window.matchMedia("(display-mode: standalone)").matches || navigator.standalone === true,
};

async function show(line) {
  const name = line.dataset.phoneCheck;
  const good = await Promise.resolve(checks[name]()).catch(() => false);
  one("small", line).textContent = good ? line.dataset.said : line.dataset.missing;
  const word = one("[data-phone-word]", line);
  word.textContent = good ? "In order" : name === "installed" ? "Optional" : "Missing";
  word.classList.add(good ? "good" : name === "installed" ? "none" : "warn");
}

/** Fill in the lines that wait for this browser. */
export const start = (list) => all("[data-phone-check]", list).forEach(show);
