// <form data-check="/providers/similar.json">: while typing, the server is asked whether this record exists already.
// Fields with data-check-field are sent; the answer {matches: [{label, detail, href, why}]} appears in [data-check-results].
import { all, get, later, make, one } from "../dom.js";

export function start(form) {
  const place = one("[data-check-results]", form);
  const fields = all("[data-check-field]", form);
  let asked = 0;

  const line = ({ label, detail, href, why }) =>
    make("li", {}, make("a", { href }, label), detail ? ` ${detail}` : "", why ? make("small", {}, ` · ${why}`) : null);

  const ask = later(async () => {
    const mine = ++asked;
    const query = new URLSearchParams(fields.filter((field) => field.value.trim()).map((field) => [field.name, field.value]));
    if (form.dataset.checkSelf) query.set("except", form.dataset.checkSelf);
    const { matches = [] } = query.size ? await get(`${form.dataset.check}?${query}`).catch(() => ({})) : {};
    if (mine !== asked) return;
    place.replaceChildren();
    if (!matches.length) return;
    const heading = matches.length === 1 ? "This may be somebody you already have:" : "These may be the same:";
    place.append(make("div", { class: "notice warn" }, make("div", {}, make("strong", {}, heading), make("ul", {}, ...matches.map(line)))));
  }, 300);

  fields.forEach((field) => field.addEventListener("input", ask));
  fields.forEach((field) => field.addEventListener("change", ask));
}
