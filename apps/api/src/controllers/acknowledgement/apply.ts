import type { AcknowledgementLog, Look } from "../../views/look.ts";
import { observe } from "./observe.ts";
import { type Progress, reconcile } from "./reconcile.ts";

/** Follows which proxies apply which policy. Every replica does, since all serve reads; it writes nothing. */
export class AcknowledgementController implements AcknowledgementLog {
  #progress: ReadonlyMap<string, Progress> = new Map();
  readonly #onAcknowledged: (key: string, afterMs: number) => void;

  /** `onAcknowledged` is told once for each change that all ready proxies of its source came to apply. */
  constructor(onAcknowledged: (key: string, afterMs: number) => void) {
    this.#onAcknowledged = onAcknowledged;
  }

  look(look: Look): void {
    const before = this.#progress;
    this.#progress = reconcile(before, observe(look), look.nowMs);
    for (const [key, progress] of this.#progress) {
      const earlier = before.get(key);
      const isNew = progress.acknowledgedAtMs !== null && (earlier?.identity !== progress.identity || earlier.acknowledgedAtMs === null);
      if (isNew && progress.watchedFromStart) this.#onAcknowledged(key, progress.acknowledgedAtMs - progress.sinceMs);
    }
  }

  acknowledgedAtMs(source: string, service: string): number | null {
    const progress = this.#progress.get(`${source} ${service}`);
    return progress?.watchedFromStart === true && progress.byPolicy ? progress.acknowledgedAtMs : null;
  }
}
