let turn: Promise<void> = Promise.resolve();

/** The next turn of the event loop that nobody else has: of long answers that came at the same time one is read in each, and in between what is short. */
export function turnOfItsOwn(): Promise<void> {
  turn = turn.then(() => new Promise((resolve) => void setImmediate(resolve)));
  return turn;
}
