// Keeps today's and tomorrow's sheets and papers for when there is no signal, and nothing else.
// The server writes above: what it imports, and RELEASE with the addresses of this release's files.
const { version, root, assets, files } = RELEASE;
const SHELL = `assets-${version}`;
const OFFLINE = `${root}/offline`;
const NOTES = `${root}/offline/kept.json`;
const PATIENCE = 3000;
const DOWN = [502, 503, 504];
const cacheOf = (user) => `kept-${user}`;
const inherit = (headers) => Object.fromEntries([...headers].filter(([name]) => name !== "content-encoding"));

addEventListener("install", (event) => {
  const wanted = [OFFLINE, ...files.map((name) => assets + name)].map((url) => new Request(url, { cache: url === OFFLINE ? "reload" : "default" }));
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(wanted)).then(() => skipWaiting()));
});

addEventListener("activate", (event) => event.waitUntil(settle()));

async function settle() {
  for (const name of await caches.keys()) if (name.startsWith("assets-") && name !== SHELL) await caches.delete(name);
  await registration.navigationPreload?.enable();
  await clients.claim();
}

/** What is kept: {address: {title, day, version, at}}, written beside the pages. */
const notesOf = async (cache) => (await (await cache.match(NOTES))?.json()) ?? {};
const write = (cache, notes) => cache.put(NOTES, new Response(JSON.stringify(notes), { headers: { "Content-Type": "application/json" } }));

/** Bring what is kept up to date for the person on the page that asks. */
async function refresh(user) {
  const asking = { headers: { "X-Handoff-User": user, "X-Handoff-Keep": "1" }, redirect: "manual" };
  const answer = await fetch(`${root}/offline/list.json`, asking).catch(() => null);
  if (!answer && (await meta.user()) !== user) await meta.leave(); // until it is certain who this is, nobody is shown anything
  if (answer?.status === 401) return gone();
  if (!answer?.ok) return;
  const { pages } = await answer.json();
  await lost(cacheOf(user));
  await meta.be(user);
  const cache = await caches.open(cacheOf(user));
  const notes = await notesOf(cache);
  for (const url of Object.keys(notes).filter((url) => !pages.some((page) => page.url === url))) {
    await cache.delete(url, { ignoreVary: true });
    delete notes[url];
  }
  for (const page of pages) {
    if (notes[page.url]?.version !== page.version) {
      const fresh = await fetch(page.url, asking);
      if (fresh.status === 401) return gone();
      if (!fresh.ok) continue;
      await cache.put(page.url, fresh);
    }
    notes[page.url] = { ...page, at: new Date().toISOString() };
    await write(cache, notes);
  }
  tell({ kept: pages.length });
}

addEventListener("message", (event) => {
  const { refresh: user } = event.data;
  if (user) event.waitUntil(navigator.locks.request("handoff-keep", () => refresh(user)).catch(() => {}));
  if (event.data === "wipe") event.waitUntil(lost());
});

addEventListener("sync", (event) => event.waitUntil(sendLater()));

async function sendLater() {
  const user = await meta.user();
  const { left } = user ? await send(user) : { left: 0 };
  if (left) throw new Error("No signal yet");
}

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin) return;
  if (request.method === "GET" && pathname.startsWith(`${root}/assets/`)) event.respondWith(file(request));
  else if (request.mode !== "navigate") return;
  else if (request.method === "GET") event.respondWith(page(event));
  else if (!navigator.onLine) event.respondWith(instead());
});

async function file(request) {
  const kept = await caches.match(request, { cacheName: SHELL, ignoreVary: true });
  return kept ?? fetch(request).catch(() => ofThisRelease(request));
}

// A page kept before an update names files of the release that made it.
const ofThisRelease = async (request) =>
  (await caches.match(assets + new URL(request.url).pathname.slice(`${root}/assets/`.length).replace(/^[^/]+\//, ""), { cacheName: SHELL, ignoreVary: true })) ?? Response.error();

async function page(event) {
  const network = Promise.resolve(event.preloadResponse).then((early) => early ?? fetch(event.request));
  event.waitUntil(network.catch(() => {}));
  const kept = await keptOf(event.request);
  try {
    const answer = await (kept ? Promise.race([network, patience()]) : network);
    if (kept && DOWN.includes(answer.status)) return noted(kept);
    if (answer.status === 200 && new URL(answer.url).pathname === `${root}/login`) await gone();
    return answer;
  } catch {
    return kept ? noted(kept) : instead();
  }
}

const instead = () => caches.match(OFFLINE, { cacheName: SHELL, ignoreVary: true });
const patience = () => new Promise((_, reject) => setTimeout(reject, PATIENCE));

/** The kept copy of a page and when it was still right; undefined when it isn't kept for who is signed in. */
async function keptOf(request) {
  const { pathname, search } = new URL(request.url);
  const user = await meta.user().catch(() => null);
  if (!user || !(await caches.has(cacheOf(user)))) return undefined;
  const cache = await caches.open(cacheOf(user));
  const [copy, notes] = [await cache.match(pathname + search, { ignoreVary: true }), await notesOf(cache)];
  if (copy) return { copy, at: notes[pathname + search]?.at ?? "" };
  const led = Object.values(notes).find((one) => one.also === pathname);
  return led && { copy: Response.redirect(led.url) };
}

// The page itself shows from when it is: it finds the moment on its first element.
async function noted({ copy, at }) {
  if (!copy.headers.get("Content-Type")?.includes("html")) return copy;
  const text = (await copy.text()).replace("<html ", `<html data-kept="${at}" `);
  return new Response(text, { headers: inherit(copy.headers) });
}
