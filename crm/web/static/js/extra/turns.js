// Changes that are seen before the server has said yes: told to it one after another, and taken back to what it last agreed to.

/** `turn(thing, ask, back)` asks once all earlier ones are answered; `settled(thing)` waits for what is under way for a thing. */
export function turns() {
  const newest = new Map();
  let last = Promise.resolve();
  let unsent = 0;
  const warn = (event) => event.preventDefault();
  const count = (by) => {
    unsent += by;
    (unsent ? addEventListener : removeEventListener)("beforeunload", warn);
  };

  async function turn(thing, ask, back) {
    const mine = { back };
    const earlier = newest.get(thing);
    if (earlier) earlier.later = mine;
    newest.set(thing, mine);
    count(1);
    mine.answer = last.then(() => (count(-1), ask()));
    mine.over = last = mine.answer.catch(() => {});
    try {
      return await mine.answer;
    } catch (error) {
      // A later change of the same thing stands on this one: should it fail too, it goes back to where this one began.
      if (mine.later) mine.later.back = mine.back;
      else mine.back();
      throw error;
    } finally {
      if (newest.get(thing) === mine) newest.delete(thing);
    }
  }
  return { turn, settled: (thing) => newest.get(thing)?.over };
}
