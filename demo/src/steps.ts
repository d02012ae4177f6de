/** Prints each step with the time that it took. */
export interface Steps {
  /** Runs a step and prints it when done; steps may overlap. Errors pass through. */
  run<T>(name: string, work: () => Promise<T>): Promise<T>;
  note(text: string): void;
}

export function createSteps(print: (line: string) => void, now: () => number): Steps {
  return {
    async run(name, work) {
      const startedMs = now();
      const result = await work();
      print(`  ${`${((now() - startedMs) / 1000).toFixed(1)} s`.padStart(6)}  ${name}`);
      return result;
    },
    note: (text) => print(`          ${text}`),
  };
}
