const kept = 40;

/** The latest answers of a service port: number, target, status (0: broken off). A ring without allocation. */
export class LatestAnswers {
  #sequence = 0;
  readonly #targets: string[] = [];
  readonly #statuses: number[] = [];

  add(clusterKey: string, status: number): void {
    const index = this.#sequence++ % kept;
    this.#targets[index] = clusterKey;
    this.#statuses[index] = status;
  }

  /** Oldest first. */
  toTelemetry(): [number, string, number][] {
    const latest: [number, string, number][] = [];
    for (let number = Math.max(0, this.#sequence - kept); number < this.#sequence; number++) {
      latest.push([number, this.#targets[number % kept] ?? "", this.#statuses[number % kept] ?? 0]);
    }
    return latest;
  }
}
