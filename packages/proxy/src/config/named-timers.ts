/** Timers of which each name runs at most one at a time: asking again while it waits changes nothing. */
export class NamedTimers {
  readonly #waiting = new Map<string, NodeJS.Timeout>();
  #stopped = false;

  once(name: string, ms: number, run: () => void): void {
    if (this.#stopped || this.#waiting.has(name)) return;
    const fire = () => {
      this.#waiting.delete(name);
      run();
    };
    this.#waiting.set(name, setTimeout(fire, ms));
  }

  /** Nothing runs any more, nor can be started. */
  stop(): void {
    this.#stopped = true;
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }
}
