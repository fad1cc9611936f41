// <form data-autosubmit>: filters apply when they change; the search box a moment after typing.
import { later } from "../dom.js";

export function start(form) {
  const go = () => {
    for (const field of form.elements) if (field.name && !field.value && field.localName !== "button") field.disabled = true;
    form.requestSubmit();
    setTimeout(() => [...form.elements].forEach((field) => (field.disabled = false)), 0);
  };
  const soon = later(go, 500);
  form.addEventListener("change", (event) => event.target.type === "search" || go());
  form.addEventListener("input", (event) => event.target.type === "search" && soon());
}
