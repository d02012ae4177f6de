const dialFailuresMax = 3;
const badAnswersMax = 5;
const ejectMsFirst = 5_000;
const ejectMsMax = 300_000;

/** Consecutive failures of one destination, and until when it is left out because of them. */
export class EjectionState {
  /** Epoch-free ms of the injected clock; 0: in use. */
  untilMs = 0;
  #dialFailures = 0;
  #badAnswers = 0;
  #times = 0;

  /** A good answer forgives everything but how often it was ejected, which halves. */
  onGood(): void {
    if (this.#dialFailures === 0 && this.#badAnswers === 0) return;
    this.#dialFailures = 0;
    this.#badAnswers = 0;
    this.#times >>= 1;
  }

  /** Returns true when it should be ejected now. */
  onDialFailure(): boolean {
    return ++this.#dialFailures >= dialFailuresMax;
  }

  /** A 5xx or a connection that broke before the answer. Returns true when it should be ejected now. */
  onBadAnswer(): boolean {
    return ++this.#badAnswers >= badAnswersMax;
  }

  /** Leaves it out for 5 s, twice as long each further time, at most 5 min; on return one failure suffices again. */
  eject(nowMs: number): void {
    this.untilMs = nowMs + Math.min(ejectMsMax, ejectMsFirst * 2 ** this.#times);
    this.#times = Math.min(this.#times + 1, 16);
    this.#dialFailures = dialFailuresMax - 1;
    this.#badAnswers = badAnswersMax - 1;
  }

  ejected(nowMs: number): boolean {
    return this.untilMs > nowMs;
  }
}
