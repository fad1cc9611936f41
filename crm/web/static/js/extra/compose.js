// Grows with the compose page: see templates/web/messages.
export function start() {}
