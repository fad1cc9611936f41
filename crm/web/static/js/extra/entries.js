// What was noted and not sent yet: kept in this browser until the server says that it has it. For pages and the service worker.
const opened = () =>
  new Promise((resolve, reject) => {
    const asked = indexedDB.open("handoff", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("entries", { keyPath: "client_key" });
      asked.result.createObjectStore("meta");
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });

async function within(store, mode, action) {
  const database = await opened();
  try {
    const transaction = database.transaction(store, mode, { durability: "strict" });
    const asked = action(transaction.objectStore(store));
    return await new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

const bell = "BroadcastChannel" in globalThis ? new BroadcastChannel("handoff") : null;
let ears = [];
/** Hear of what any tab or the service worker did with entries. */
export const listen = (ear) => (ears.push(ear), bell?.addEventListener("message", ({ data }) => ear(data)));
export const tell = (news) => (ears.forEach((ear) => ear(news)), bell?.postMessage(news));

/** Who is signed in here, for when no page can say so. */
export const meta = {
  user: () => within("meta", "readonly", (store) => store.get("user")),
  be: (user) => within("meta", "readwrite", (store) => store.put(user, "user")),
  leave: () => within("meta", "readwrite", (store) => store.delete("user")),
};

/** The entries of one person, oldest first; without a user those of everybody, to be counted only. */
export async function waiting(user) {
  const found = await within("entries", "readonly", (store) => store.getAll());
  return found.filter((entry) => !user || entry.user === user).sort((a, b) => (a.made_at < b.made_at ? -1 : 1));
}

/** Keep an entry; `instead` is the key of the one that it mends. */
export const keep = (entry, instead) =>
  within("entries", "readwrite", (store) => (instead && store.delete(instead), store.put(entry)));
export const discard = (key) => within("entries", "readwrite", (store) => store.delete(key));

// Only if it is still there: it may have been discarded or mended while it was on its way.
const mark = (entry, error) =>
  within("entries", "readwrite", (store) => {
    const asked = store.get(entry.client_key);
    asked.onsuccess = () => asked.result && store.put({ ...asked.result, error });
    return asked;
  });

/** Take kept pages away, but those in one cache. */
export async function lost(but) {
  const names = "caches" in globalThis ? await caches.keys() : [];
  await Promise.all(names.filter((name) => name.startsWith("kept-") && name !== but).map((name) => caches.delete(name)));
}

/** The server says that nobody is signed in: what is kept goes, what waits stays. */
export async function gone() {
  await lost();
  await meta.leave();
  tell({ signedOut: true });
}

/** Take everything away: signing out. */
export async function wipe() {
  await lost();
  await new Promise((resolve) => {
    const asked = indexedDB.deleteDatabase("handoff");
    asked.onsuccess = asked.onerror = asked.onblocked = resolve;
  });
}

/** What the server says to one entry: its answer, or {status, message, errors}; status 0 means that there was none. */
async function post(entry) {
  try {
    const answer = await fetch(entry.action, {
      method: "POST",
      headers: { Accept: "application/json", "X-Handoff-User": entry.user },
      body: new URLSearchParams(entry.fields),
      redirect: "error",
      signal: AbortSignal.timeout(20000),
    });
    const said = await answer.json();
    return answer.ok && !said.ok ? { status: 0 } : { ...said, status: answer.status };
  } catch {
    return { status: 0 };
  }
}

async function sendAll(user) {
  const done = { sent: 0, left: 0, signedOut: false };
  for (const entry of (await waiting(user)).filter((one) => !one.error)) {
    const said = await post(entry);
    if (said.ok) {
      await discard(entry.client_key);
      done.sent += 1;
      tell({ sent: entry, said });
    } else if (said.status === 401 || said.error === "somebody_else") {
      done.signedOut = true;
      if (said.status === 401) await gone();
      break;
    } else if (said.status >= 400 && said.status < 500 && said.status !== 408 && said.status !== 429) {
      await mark(entry, { message: said.message ?? "", errors: said.errors ?? {} });
      tell({ refused: entry.client_key });
    } else {
      done.left += 1;
      break; // no signal: the others would only wait for it too
    }
  }
  return done;
}

let last = Promise.resolve();
/** Send what waits, the oldest first, one sender at a time in all tabs. The server knows each by its key: twice is once. */
export function send(user) {
  const go = () => sendAll(user);
  return navigator.locks ? navigator.locks.request("handoff-send", go) : (last = last.then(go, go));
}
