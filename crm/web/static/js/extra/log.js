// The log dialog opens on the kind that its button names: <button commandfor="log" data-log-kind="call">.
import { one } from "../dom.js";

export function start(dialog) {
  document.addEventListener("click", (event) => {
    const kind = event.target.closest?.("[data-log-kind]")?.dataset.logKind;
    const choice = kind && one(`[name=kind][value="${CSS.escape(kind)}"]`, dialog);
    if (choice) choice.checked = true;
  }, true);
  // Enter in a field must not press the first ending by itself.
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input:not([type=checkbox], [type=radio])")) event.preventDefault();
  });
}
