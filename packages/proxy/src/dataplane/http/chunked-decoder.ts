import type { BodySink } from "./body-decoder.ts";
import { limits } from "./limits.ts";
import { keptTrailers } from "./kept-trailers.ts";
import type { FramingRule } from "./refusal.ts";

const sizeLine = 0;
const data = 1;
const dataCr = 2;
const dataLf = 3;
const trailer = 4;

const chunkLinePattern = /^([0-9A-Fa-f]{1,12})(?:;[\t\x20-\x7e\x80-\xff]*)?\r\n$/;

/**
 * Takes the chunked coding off a body (RFC 9112 7.1). Every line must end in CRLF; extensions are dropped; trailers
 * are kept without the fields that would frame or route.
 */
export class ChunkedDecoder {
  done = false;
  broken: FramingRule | null = null;
  trailers = "";
  #state = sizeLine;
  #line = "";
  #remaining = 0;

  begin(): void {
    this.done = false;
    this.broken = null;
    this.trailers = "";
    this.#state = sizeLine;
    this.#line = "";
    this.#remaining = 0;
  }

  /** Returns the position after the last byte that was read. */
  feed(bytes: Buffer, from: number, sink: BodySink): number {
    let at = from;
    while (at < bytes.length && !this.done && this.broken === null) {
      switch (this.#state) {
        case data: {
          const end = Math.min(bytes.length, at + this.#remaining);
          this.#remaining -= end - at;
          if (this.#remaining === 0) this.#state = dataCr;
          sink.onBody(bytes.subarray(at, end));
          at = end;
          break;
        }
        case dataCr:
          if (bytes[at++] === 0x0d) this.#state = dataLf;
          else this.broken = "bad_chunk";
          break;
        case dataLf:
          if (bytes[at++] === 0x0a) this.#state = sizeLine;
          else this.broken = "bad_chunk";
          break;
        default:
          at = this.#readLine(bytes, at);
      }
    }
    return at;
  }

  #readLine(bytes: Buffer, from: number): number {
    const lf = bytes.indexOf(0x0a, from);
    const end = lf === -1 ? bytes.length : lf + 1;
    const trailing = this.#state === trailer;
    const max = trailing ? limits.trailerBytesMax : limits.chunkLineBytesMax;
    if (this.#line.length + this.trailers.length + (end - from) > max) {
      this.broken = trailing ? "bad_trailer" : "bad_chunk";
      return end;
    }
    this.#line += bytes.toString("latin1", from, end);
    if (lf === -1) return end;
    const line = this.#line;
    this.#line = "";
    if (trailing) this.#endTrailer(line);
    else this.#endSize(line);
    return end;
  }

  #endSize(line: string): void {
    const match = chunkLinePattern.exec(line);
    if (match === null) {
      this.broken = "bad_chunk";
      return;
    }
    this.#remaining = Number.parseInt(match[1] as string, 16);
    this.#state = this.#remaining === 0 ? trailer : data;
  }

  #endTrailer(line: string): void {
    if (line !== "\r\n") {
      this.trailers += line;
      return;
    }
    const kept = this.trailers === "" ? "" : keptTrailers(this.trailers);
    if (kept === null) this.broken = "bad_trailer";
    else {
      this.trailers = kept;
      this.done = true;
    }
  }
}
