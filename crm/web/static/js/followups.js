// Rows of follow-ups share one dialog and one menu: Done and Later fill them for their row. Without this the buttons
// lead to the follow-up's own page. What a row says is taken from the row itself; its endings from <template id=endings-…>.
import { open } from "./dialogs.js";
import { all, make, one } from "./dom.js";
import { read, start as keep } from "./drafts.js";
import { toast } from "./toast.js";

const dialog = document.getElementById("done");
const menu = document.getElementById("later");
const buttons = () => all("[data-row] button[form=task]");
const pageOf = (row) => one("button[form=task]", row).formAction;
const withWayBack = (row) => `${pageOf(row)}?${new URLSearchParams(new FormData(document.getElementById("task")))}`;
const copyOf = (id) => document.getElementById(id).content.cloneNode(true);

function fillDialog(row) {
  if (dialog.dataset.row === row.id) return;
  dialog.dataset.row = row.id;
  const who = one(".row-main small a", row);
  one("h2", dialog).replaceChildren(one("strong", row).textContent, ...(who ? [" ", make("small", { class: "mute" }, who.textContent.split(" · ")[0])] : []));
  const form = one("form", copyOf("done-form"));
  form.action = `${pageOf(row)}/completions`;
  form.dataset.draft = row.dataset.draft;
  one("[data-endings]", form).replaceWith(copyOf(`endings-${row.dataset.endings}`));
  one("[data-page]", form).href = withWayBack(row);
  one("form", dialog)?.remove();
  dialog.append(form);
  setTimeout(() => keep(form)); // once the dialog is open, so that a draft is not offered beside it
}

function fillMenu(row) {
  menu.setAttribute("aria-label", `Put off: ${one("strong", row).textContent}`);
  one("form", menu).action = `${pageOf(row)}/snoozes`;
  one("[data-page]", menu).href = withWayBack(row);
}

function begin() {
  for (const button of buttons()) {
    button.type = "button";
    if (button.dataset.key === "s") button.setAttribute("popovertarget", menu.id);
    else {
      button.setAttribute("command", "show-modal");
      button.setAttribute("commandfor", dialog.id);
    }
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-row] button[form=task]");
    if (button) (button.dataset.key === "s" ? fillMenu : fillDialog)(button.closest("[data-row]"));
  }, true);
  const kept = all("[data-row][data-draft]").find((row) => read(row)?.body?.trim());
  if (kept) toast("What you wrote here was not saved yet.", { undo: () => (fillDialog(kept), open(dialog)), label: "Open" });
}

if (dialog && menu) begin();
