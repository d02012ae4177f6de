import type { ByteSocket } from "./byte-socket.ts";

/** What one stack-allocated write of Node takes without allocating. */
const joinedBytesMax = 16_384;

/** Joins a head, chunk lines and small pieces of body into one write. Whoever writes flushes before returning to the loop. */
export class JoiningWriter {
  /** The other end is slow: what is written now is kept in memory. */
  blocked = false;
  /** Bytes that the other end may have seen: all that were written but those of writes that were refused at once. */
  bytesTaken = 0;
  readonly #socket: ByteSocket;
  #text = "";

  constructor(socket: ByteSocket) {
    this.#socket = socket;
  }

  text(latin1: string): void {
    this.#text += latin1;
  }

  bytes(bytes: Buffer): void {
    if (this.#text.length + bytes.length <= joinedBytesMax) {
      this.#text += bytes.toString("latin1");
      return;
    }
    this.flush();
    if (!this.#socket.write(bytes)) this.blocked = true;
    if (!this.#socket.refused) this.bytesTaken += bytes.length;
  }

  /** One chunk of a chunked body; an empty one would end the body and is left out. */
  chunk(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.text(`${bytes.length.toString(16)}\r\n`);
    this.bytes(bytes);
    this.text("\r\n");
  }

  flush(): void {
    if (this.#text === "") return;
    const text = this.#text;
    this.#text = "";
    if (!this.#socket.writeText(text)) this.blocked = true;
    if (!this.#socket.refused) this.bytesTaken += text.length;
  }
}
