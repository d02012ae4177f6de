import { ChunkedDecoder } from "./chunked-decoder.ts";
import type { FramingRule } from "./refusal.ts";

export interface BodySink {
  /** A piece of the body, without framing. It is a view: whoever keeps it keeps the whole read buffer. */
  onBody(bytes: Buffer): void;
}

type Framing = "none" | "length" | "chunked" | "until-close";

/** Takes the framing off one message body (RFC 9112 6). Reused for one message after the other on a connection. */
export class BodyDecoder {
  /** The whole body has come. */
  done = true;
  /** Set when the body cannot be understood; nothing more is read then. */
  broken: FramingRule | null = null;
  framing: Framing = "none";
  #remaining = 0;
  #chunked: ChunkedDecoder | null = null;

  /** Begins a body: chunked, of a length, of nothing, or (responses only) until the connection ends. */
  begin(framing: Framing, length: number): void {
    this.framing = framing;
    this.broken = null;
    this.#remaining = length;
    this.done = framing === "none" || (framing === "length" && length === 0);
    if (framing === "chunked") (this.#chunked ??= new ChunkedDecoder()).begin();
  }

  /** Trailer lines of a finished chunked body, each with its CRLF. */
  get trailers(): string {
    return this.framing === "chunked" && this.#chunked !== null ? this.#chunked.trailers : "";
  }

  /** Feeds `bytes` from `from` on to the sink; returns the position of the first byte that is not of this body. */
  feed(bytes: Buffer, from: number, sink: BodySink): number {
    if (this.done || this.broken !== null || from >= bytes.length) return from;
    if (this.framing === "chunked") {
      const decoder = this.#chunked as ChunkedDecoder;
      const end = decoder.feed(bytes, from, sink);
      this.done = decoder.done;
      this.broken = decoder.broken;
      return end;
    }
    if (this.framing === "until-close") {
      sink.onBody(from === 0 ? bytes : bytes.subarray(from));
      return bytes.length;
    }
    const end = Math.min(bytes.length, from + this.#remaining);
    this.#remaining -= end - from;
    // Said before the sink is called, which may look at it.
    this.done = this.#remaining === 0;
    sink.onBody(from === 0 && end === bytes.length ? bytes : bytes.subarray(from, end));
    return end;
  }

  /** The connection ended: true if that is how this body ends. */
  end(): boolean {
    if (this.framing === "until-close") this.done = true;
    return this.done;
  }
}
