// The few things that every module needs. Nothing here, or anywhere, turns strings into markup.
export const one = (selector, root = document) => root.querySelector(selector);
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];

/** Make an element: `make("a", { href, class: "x", data: { id: 1 } }, "text", child)`. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "data") Object.assign(element.dataset, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

/** A failed answer of the server, with its sentence for people. */
export class Failed extends Error {
  constructor(status, message, errors = {}) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
}

async function answer(response) {
  const body = (response.headers.get("Content-Type") ?? "").includes("json") ? await response.json() : {};
  if (response.ok && !response.redirected) return body;
  if (response.status === 401 || response.redirected) throw new Failed(401, "You are signed out. Sign in again; what you wrote is kept.");
  throw new Failed(response.status, body.message ?? body.error ?? "That was not saved. Please try again.", body.errors);
}

export async function get(url, options = {}) {
  return answer(await fetch(url, { headers: { Accept: "application/json" }, ...options }));
}

/** Post fields like a form would; the server answers JSON. */
export async function post(url, fields = {}) {
  const body = fields instanceof FormData ? new URLSearchParams(fields) : new URLSearchParams(Object.entries(fields).filter(([, value]) => value != null));
  let response;
  try {
    // What is short arrives even when the page is left at once; the browser allows 64 KB for that in all.
    response = await fetch(url, { method: "POST", headers: { Accept: "application/json" }, body, keepalive: String(body).length < 8000 });
  } catch {
    throw new Failed(0, "No connection. Nothing was saved.");
  }
  return answer(response);
}

export function later(action, milliseconds) {
  let timer = 0;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...values), milliseconds);
  };
}

export const typing = (target) => target.isContentEditable || target.matches?.("input:not([type=checkbox],[type=radio],[type=button],[type=submit]), textarea, select");
export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// The one policy of the site's Trusted Types: the address of our service worker, and no other.
export const trusted = globalThis.trustedTypes?.createPolicy("handoff", {
  createScriptURL: (url) => {
    if (url !== "/sw.js") throw new TypeError("Only our own service worker");
    return url;
  },
});
