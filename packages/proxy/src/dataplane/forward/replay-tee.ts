const requestBytesMax = 65_536;
const processBytesMax = 64 * 1_048_576;

/** What all tees of this process hold. */
let processBytes = 0;

/** Keeps the beginning of a request body, so that the request can be sent again; at most 64 KiB, and 64 MiB in all. */
export class ReplayTee {
  /** The whole body up to now, in pieces. */
  pieces: Buffer[] = [];
  #bytes = 0;
  /** False once something was thrown away. */
  complete = true;

  /** True when no more should be taken in while there is nobody to send it to. */
  get full(): boolean {
    return this.#bytes >= requestBytesMax || processBytes >= processBytesMax;
  }

  add(bytes: Buffer): void {
    if (!this.complete) return;
    this.pieces.push(bytes);
    this.#bytes += bytes.length;
    processBytes += bytes.length;
  }

  /** Lets go of a body that outgrew the bounds; call it only when the pieces were sent. */
  trim(): void {
    if (this.complete && (this.#bytes > requestBytesMax || processBytes > processBytesMax)) this.discard();
  }

  discard(): void {
    this.complete = false;
    processBytes -= this.#bytes;
    this.#bytes = 0;
    this.pieces = [];
  }
}
