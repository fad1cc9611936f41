// form[data-entry]: what is noted goes into this browser first and then to the server, so that nothing is lost without
// signal. The frame of every page counts what waits; its dialog lists it. Without script the form is sent as it stands.
import { ask } from "../confirm.js";
import { all, make, one } from "../dom.js";
import { forget } from "../drafts.js";
import { toast, undoChange } from "../toast.js";
import { discard, keep, listen, meta, send, tell, waiting, wipe } from "./entries.js";

const AGAIN = [5, 10, 20, 40, 60];
const SAID = "said";
let user = document.documentElement.dataset.user;
let [signedOut, tries, timer, sending, goTo] = [false, 0, 0, 0, ""];

const many = (count) => `${count} waiting to send`;
const clock = (at) => ((date) => date.toLocaleString([], { weekday: date.toDateString() === new Date().toDateString() ? undefined : "short", hour: "numeric", minute: "2-digit" }))(new Date(at));
const pathOf = (form) => new URL(form.action).pathname;
const newKey = () => crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
const device = () => {
  try {
    return (localStorage.device ??= newKey()); // so that a change from here isn't taken for another device's
  } catch {
    return "";
  }
};
const why = ({ error }) => error && [...Object.values(error.errors), error.message].filter(Boolean).join(" ");

/** What was noted, in the words of the form: chosen chips, then what was written. */
function summary(form, submitter) {
  const chosen = all("input:checked", form).map((input) => input.labels[0]?.textContent.trim());
  const written = all("textarea", form).map((field) => field.value.trim());
  return [...new Set([submitter?.name && submitter.textContent.trim(), ...chosen, ...written])].filter(Boolean).join(", ");
}

function written(form, submitter) {
  const fields = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !["client_key", "made_at"].includes(name));
  if (submitter?.name) fields.push([submitter.name, submitter.value]);
  if (form.dataset.instead) fields.push(["instead_of", form.dataset.instead]); // one of them may have arrived
  fields.push(["device", device()]);
  const [client_key, made_at] = [newKey(), new Date().toISOString()];
  const whom = form.dataset.whom ?? one("h1")?.textContent.trim() ?? "";
  return { client_key, made_at, user, whom, what: summary(form, submitter), action: pathOf(form), page: location.pathname + location.search, fields: [...fields, ["client_key", client_key], ["made_at", made_at]] };
}

/** Put an entry back into its form, to be mended. */
function fill(form, entry) {
  form.reset();
  for (const field of form.elements) {
    const values = entry.fields.filter(([name]) => name === field.name).map(([, value]) => value);
    if (!field.name || ["client_key", "made_at"].includes(field.name) || field.localName === "button") continue;
    if (["checkbox", "radio"].includes(field.type)) field.checked = values.includes(field.value);
    else if (values.length) field.value = values[0];
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
  form.dataset.mends = entry.client_key;
  form.dataset.instead = [entry.client_key, ...entry.fields.filter(([name]) => name === "instead_of").map(([, value]) => value)].join(" ");
  form.hidden = false;
  all("[data-entry-error]", form).forEach((note) => note.remove());
  if (entry.error) complain(form, entry);
}

function complain(form, entry) {
  const box = make("div", { class: "error-summary", role: "alert", tabindex: "-1", data: { entryError: "" } }, make("h2", {}, "Not taken yet; it is kept here"), make("p", {}, why(entry) || "Please look at this again."));
  form.prepend(box);
  for (const name of Object.keys(entry.error.errors)) form.elements[name]?.setAttribute?.("aria-invalid", "true");
  box.focus();
}

const button = (text, press, kind = "") => {
  const made = make("button", { type: "button", class: `btn small ${kind}` }, text);
  made.addEventListener("click", press);
  return made;
};

async function drop(entry) {
  if (!(await ask(`What you noted about ${entry.whom || "this visit"} was not sent. Discarded, it is gone.`, "Discard"))) return;
  await discard(entry.client_key);
  const form = all("form[data-mends]").find((one) => one.dataset.mends === entry.client_key);
  if (form) delete form.dataset.mends, delete form.dataset.instead, form.reset();
  tell({});
}

const mendHere = (entry) => {
  const form = all("form[data-entry]").find((one) => pathOf(one) === entry.action);
  if (!form) return location.assign(`${entry.page}#entry=${entry.client_key}`);
  one("#waiting")?.close();
  fill(form, entry);
  paint();
};

const line = (entry) =>
  make("li", {}, make("span", { class: "row-main" }, make("strong", {}, entry.whom), make("small", {}, `${clock(entry.made_at)}: ${entry.what}`), entry.error && make("small", { class: "bad" }, why(entry) || "The server did not take it.")),
    make("div", { class: "row-side" }, button(entry.error ? "Mend" : "Change", () => mendHere(entry)), button("Discard", () => drop(entry), "ghost")));

function noted(form, entries) {
  const mine = entries.filter((entry) => entry.action === pathOf(form));
  form.previousElementSibling?.matches("[data-noted]") && form.previousElementSibling.remove();
  if (form.dataset.mends && !mine.some((entry) => entry.client_key === form.dataset.mends)) delete form.dataset.mends;
  form.hidden = mine.length > 0 && !form.dataset.mends;
  if (!form.hidden) return;
  const entry = mine.at(-1);
  const text = make("div", { class: "grow" }, make("strong", {}, `Noted at ${clock(entry.made_at)}. ${many(entries.length)}.`), make("p", {}, why(entry) || entry.what));
  form.before(make("div", { class: entry.error ? "notice bad" : "notice warn", role: "status", data: { noted: "" } }, text, button(entry.error ? "Mend" : "Change", () => mendHere(entry))));
}

/** Show everywhere on the page what waits. */
async function paint() {
  const entries = await waiting(user).catch(() => []);
  const own = user ? entries : [];
  const bar = one("[data-waiting]");
  bar.hidden = !entries.length;
  one("[data-waiting-count]", bar).textContent = many(entries.length);
  one("[data-waiting-sign-in]", bar).hidden = !signedOut && Boolean(user);
  one("[data-waiting-open]", bar).hidden = !user;
  all("[data-waiting-list]").forEach((list) => list.replaceChildren(...own.map(line)));
  all("form[data-entry]").forEach((form) => noted(form, own));
}

/** Send what waits, and come back to what can't be sent yet. */
async function flush() {
  clearTimeout(timer);
  if (!user || !(await waiting(user)).length) return;
  sending += 1;
  const done = await send(user);
  sending -= 1;
  signedOut = done.signedOut;
  await paint();
  if (goTo && !sending) return location.assign(goTo);
  tries = done.left ? tries + 1 : 0;
  if (done.left) timer = setTimeout(flush, 1000 * AGAIN[Math.min(tries, AGAIN.length) - 1]);
}

function say({ text, undo }) {
  toast(text, undo ? { undo: () => undoChange(undo).then(() => location.reload(), (error) => toast(error.message, { kind: "bad" })) } : {});
}

// Where the page shows the form of what was sent, it is asked for again: it tells now what was noted.
function after(entry, said) {
  const here = all("form[data-entry]").some((form) => pathOf(form) === entry.action && !form.dataset.mends);
  const news = { text: [said.said, ...(said.remarks ?? [])].join(" "), undo: said.undo };
  if (here) {
    sessionStorage.setItem(SAID, JSON.stringify(news));
    goTo = said.href ?? location.href;
    if (!sending) location.assign(goTo);
  } else if (!document.hidden) say(news);
  navigator.serviceWorker?.controller?.postMessage({ refresh: user });
}

async function take(form, submitter) {
  const entry = written(form, submitter);
  try {
    await keep(entry, form.dataset.mends);
  } catch {
    form.dataset.plain = "yes"; // no room in this browser: as without script
    return form.requestSubmit(submitter);
  }
  forget(form);
  delete form.dataset.mends;
  delete form.dataset.instead;
  form.reset();
  tell({});
  await paint();
  navigator.storage?.persist?.();
  navigator.serviceWorker?.ready.then(({ sync }) => sync?.register("entries")).catch(() => {});
  await flush();
}

async function leave(form) {
  if ((await waiting(user)).length) await send(user);
  const left = (await waiting(user)).length;
  if (left && !(await ask(`${many(left)}, and that isn’t possible now. Signing out discards it.`, "Sign out and discard"))) return paint();
  await wipe();
  if (!navigator.onLine) return toast("What this device kept is gone. Without signal the server can’t sign you out: do it again when it is back.", { kind: "bad" });
  form.dataset.leaving = "yes";
  form.requestSubmit();
}

function onSubmit(event) {
  const { target: form, submitter } = event;
  if (!user) return;
  if (form.matches("form[data-entry]:not([data-plain])")) {
    event.preventDefault();
    take(form, submitter);
  } else if (form.matches("[data-signout]:not([data-leaving])")) {
    event.preventDefault();
    event.stopImmediatePropagation();
    leave(form);
  }
}

async function hear(news) {
  if (news.sent && news.sent.user === user) after(news.sent, news.said);
  if (news.signedOut) signedOut = true;
  await paint();
}

async function mendByAddress() {
  const key = location.hash.match(/^#entry=(.+)$/)?.[1];
  const entry = key && (await waiting(user)).find((one) => one.client_key === key);
  if (entry) mendHere(entry);
}

function sayAgain() {
  const news = sessionStorage.getItem(SAID);
  sessionStorage.removeItem(SAID);
  if (news) say(JSON.parse(news));
}

export async function start() {
  user ??= await meta.user().catch(() => undefined);
  document.addEventListener("submit", onSubmit, true);
  listen(hear);
  addEventListener("online", flush);
  addEventListener("pageshow", (event) => event.persisted && paint());
  document.addEventListener("visibilitychange", () => document.hidden || flush());
  all("[data-waiting-send]").forEach((press) => press.addEventListener("click", flush));
  document.documentElement.dataset.waitingReady = "";
  sayAgain();
  await paint();
  await mendByAddress();
  await flush();
}
