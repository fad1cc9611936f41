// <button data-locate="/visits/nearby" data-locate-said="id">: asks the phone where it is, and opens the page for there.
import { one } from "../dom.js";

const WHY = {
  1: "Your browser does not give its location to this page. Allow it in the browser's settings, or write a ZIP code.",
  2: "The phone does not know where it is just now. Write a ZIP code instead.",
  3: "That took too long. Try again, or write a ZIP code.",
};

export function start(button) {
  const said = one(`#${button.dataset.locateSaid}`);
  button.hidden = false;
  button.addEventListener("click", () => {
    if (!window.isSecureContext || !navigator.geolocation) {
      said.textContent = "A browser tells where it is only over HTTPS. Write a ZIP code instead.";
      return;
    }
    said.textContent = "Asking the phone where it is…";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => location.assign(`${button.dataset.locate}?at=${coords.latitude.toFixed(3)},${coords.longitude.toFixed(3)}`),
      ({ code }) => (said.textContent = WHY[code] ?? WHY[2]),
      { timeout: 15000, maximumAge: 120000 },
    );
  });
}
