// <form data-log>: the proposed next step follows the outcome that was chosen. Chips carry data-next-on and data-next-kind.
import { one } from "../dom.js";

export function start(form) {
  const day = one("[name=next_on]", form);
  let touched = false;
  day?.addEventListener("input", (event) => (touched ||= event.isTrusted));
  form.addEventListener("change", (event) => {
    const { nextOn, nextKind } = event.target.dataset;
    if (nextOn === undefined || touched || !day) return;
    day.value = nextOn;
    day.dispatchEvent(new Event("input", { bubbles: true }));
    const kind = nextKind && one(`[name=next_kind][value="${CSS.escape(nextKind)}"]`, form);
    if (kind) kind.checked = true;
  });
}
