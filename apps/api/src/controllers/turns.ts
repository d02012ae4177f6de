/** Enough for many steps, and far below what a heartbeat, a Lease or a reader of the console would notice. */
const shareMs = 20;

/**
 * The turns of the event loop that long work is done in. Everything that is long asks the same one between its steps, so
 * together they hold up the loop for `shareMs` and one step, not each for as long.
 */
export class Turns {
  readonly #clock: () => number;
  #beganMs: number | undefined;

  /** `clock` answers milliseconds. */
  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock;
  }

  /** undefined: go on. Else the next turn, to be waited for. */
  over(): Promise<void> | undefined {
    if (this.#beganMs === undefined) {
      this.#beganMs = this.#clock();
      setImmediate(() => {
        this.#beganMs = undefined;
      });
      return undefined;
    }
    return this.#clock() - this.#beganMs < shareMs ? undefined : new Promise((resolve) => void setImmediate(resolve));
  }

  /** Takes all steps, in as many turns as they need. Answers what they come to, and how long they took without what was done in between, in ms. */
  async take<T>(steps: Iterator<undefined, T>): Promise<{ result: T; costMs: number }> {
    let costMs = 0;
    let beganMs = this.#clock();
    for (;;) {
      const { done, value } = steps.next();
      if (done === true) return { result: value, costMs: costMs + this.#clock() - beganMs };
      const next = this.over();
      if (next === undefined) continue;
      costMs += this.#clock() - beganMs;
      await next;
      beganMs = this.#clock();
    }
  }
}
