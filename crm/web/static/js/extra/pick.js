// [data-pick]: choosing a provider. While typing, the server is asked; what is found joins the chips to choose from.
import { all, get, later, make, one } from "../dom.js";

export function start(place) {
  const search = one("[data-pick-search]", place);
  const choices = one("[data-pick-choices]", place);
  const said = one("[data-pick-said]", place);
  let asked = 0;

  const chip = ({ label, detail, href }) => {
    const value = href.split("/").pop();
    if (all("input", choices).some((input) => input.value === value)) return null;
    const text = make("span", {}, label, detail ? make("span", { class: "mute small" }, ` ${detail}`) : null);
    return make("label", { class: "chip", data: { found: "" } }, make("input", { type: "radio", name: "provider_id", value }), text);
  };

  const ask = later(async () => {
    const mine = ++asked;
    const words = search.value.trim();
    const { results = [] } = words ? await get(`/search.json?q=${encodeURIComponent(words)}`).catch(() => ({})) : {};
    if (mine !== asked) return;
    all("[data-found]", choices).forEach((label) => one("input", label).checked || label.remove());
    const found = results.filter(({ kind }) => kind === "provider");
    choices.append(...found.map(chip).filter(Boolean));
    said.textContent = words ? (found.length ? "Choose one of those above." : "Nobody found. Check the spelling.") : "";
  }, 250);

  search.addEventListener("input", ask);
  search.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
}
