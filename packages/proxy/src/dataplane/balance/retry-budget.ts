/** In fifths of a resend, so that all arithmetic is whole: 20 % of requests and 10 a second. */
const resendFifths = 5;
const requestFifths = 1;
const secondFifths = 50;
const fifthsMax = 500;

/** Resends of one service after bytes were written: 20 % of its requests and 10 a second, 10 to begin with, saved up to 100. */
export class RetryBudget {
  #fifths = secondFifths;
  #atMs: number;

  constructor(nowMs: number) {
    this.#atMs = nowMs;
  }

  onRequest(): void {
    this.#fifths += requestFifths;
  }

  /** Takes one resend if there is one left. */
  take(nowMs: number): boolean {
    const earned = Math.floor(((nowMs - this.#atMs) * secondFifths) / 1_000);
    this.#atMs += (earned * 1_000) / secondFifths;
    this.#fifths = Math.min(fifthsMax, this.#fifths + earned);
    if (this.#fifths < resendFifths) return false;
    this.#fifths -= resendFifths;
    return true;
  }
}
