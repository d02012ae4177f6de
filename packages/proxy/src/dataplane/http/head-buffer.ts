import { limits } from "./limits.ts";
import { type Refusal, refusals } from "./refusal.ts";

/**
 * Collects the bytes of one message head. A head that arrives in one piece, as nearly all do, is never copied;
 * otherwise pieces go into one buffer that doubles, so that a head sent byte by byte costs linear work.
 */
export class HeadBuffer {
  #collected: Buffer | null = null;
  #length = 0;

  /** Whether some bytes of a head have come, but not all. */
  get partial(): boolean {
    return this.#length > 0;
  }

  /**
   * Takes `bytes` from `from` on. Returns the head as latin1 text once it is complete, a refusal, or null while it is
   * not; `consumed` then says how far into `bytes` the head went.
   */
  take(bytes: Buffer, from: number): string | Refusal | null {
    if (this.#length === 0) {
      const end = bytes.indexOf("\r\n\r\n", from, "latin1");
      if (end !== -1) {
        this.consumed = end + 4;
        if (this.consumed - from > limits.headBytesMax) return refusals.head_too_large;
        return bytes.toString("latin1", from, this.consumed);
      }
    }
    return this.#collect(bytes, from);
  }

  consumed = 0;

  reset(): void {
    this.#collected = null;
    this.#length = 0;
  }

  #collect(bytes: Buffer, from: number): string | Refusal | null {
    const before = this.#length;
    this.#append(bytes, from);
    const collected = this.#collected as Buffer;
    const end = collected.subarray(0, this.#length).indexOf("\r\n\r\n", Math.max(0, before - 3), "latin1");
    if (end === -1) {
      if (this.#length >= limits.headBytesMax) return refusals.head_too_large;
      return this.#bareLineEnd(before) ? refusals.bare_cr_or_lf : null;
    }
    if (end + 4 > limits.headBytesMax) return refusals.head_too_large;
    this.consumed = from + (end + 4 - before);
    const head = collected.toString("latin1", 0, end + 4);
    this.reset();
    return head;
  }

  #append(bytes: Buffer, from: number): void {
    const wanted = Math.min(bytes.length - from, limits.headBytesMax + 4 - this.#length);
    const needed = this.#length + wanted;
    if (this.#collected === null || this.#collected.length < needed) {
      const larger = Buffer.allocUnsafeSlow(Math.max(1_024, needed, 2 * (this.#collected?.length ?? 0)));
      this.#collected?.copy(larger, 0, 0, this.#length);
      this.#collected = larger;
    }
    bytes.copy(this.#collected, this.#length, from, from + wanted);
    this.#length = needed;
  }

  /** A bare LF can never become a complete head: refuse it now and not after the timeout. */
  #bareLineEnd(from: number): boolean {
    const collected = this.#collected as Buffer;
    for (let at = from; ; at++) {
      at = collected.indexOf(0x0a, at);
      if (at === -1 || at >= this.#length) return false;
      if (at === 0 || collected[at - 1] !== 0x0d) return true;
    }
  }
}
