// <input data-browser-zone>: the time zone of this device, for the first-run page.
export function start(input) {
  input.value ||= Intl.DateTimeFormat().resolvedOptions().timeZone || "";
}
