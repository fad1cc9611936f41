// Starts each behaviour where the page asks for it by a data attribute.
import "./toast.js";
import "./dialogs.js";
import "./confirm.js";
import "./submit.js";
import "./drafts.js";
import "./clicks.js";
import "./shortcuts.js";
import "./lists.js";
import "./times.js";
import { all } from "./dom.js";

const onDemand = {
  "[data-palette]": "./palette.js",
  "[data-board]": "./extra/board.js",
  "[data-week]": "./extra/week.js",
  "[data-check]": "./extra/check.js",
  "[data-poll]": "./extra/progress.js",
  "[data-autosubmit]": "./extra/autosubmit.js",
  "[data-sequence]": "./extra/sequence.js",
  "[data-compose]": "./extra/compose.js",
  "[data-editor]": "./extra/template-editor.js",
  "[data-measuring]": "./extra/measuring.js",
  "[data-pick]": "./extra/pick.js",
  "[data-phone]": "./extra/phone.js",
  "[data-locate]": "./extra/locate.js",
  "dialog.log": "./extra/log.js",
  "[data-waiting]": "./extra/waiting.js",
  "[data-user], [data-keeping]": "./extra/keep.js",
};
const starting = Object.entries(onDemand).map(async ([selector, module]) => {
  const found = all(selector);
  if (found.length) found.forEach((await import(module)).start);
});
Promise.all(starting).then(() => (document.documentElement.dataset.ready = ""));
