import type { Caller, CallerWindow } from "../../telemetry/caller-window.ts";
import { clearDeadline, createDeadline, type Deadline } from "../deadlines.ts";
import { BodyDecoder, type BodySink } from "../http/body-decoder.ts";
import { HeadBuffer } from "../http/head-buffer.ts";
import { limits } from "../http/limits.ts";
import { isRefusal, parseRequestHead, type RequestHead } from "../http/parse-request-head.ts";
import type { ResponseHead } from "../http/parse-response-head.ts";
import { type Refusal, refusals } from "../http/refusal.ts";
import type { ByteSocket, SocketEvents } from "../sockets/byte-socket.ts";
import { JoiningWriter } from "../sockets/joining-writer.ts";
import { Exchange } from "./exchange.ts";
import { type AnswerText, failureAnswer, refusalAnswer } from "./own-answer.ts";
import type { Route, Router } from "./route.ts";
import type { Runtime } from "./runtime.ts";
import { Tunnel, type TunnelEndpoint } from "./tunnel.ts";
import { type AnswerContext, type ResponseFraming, responseFraming, writeInterimHead, writeResponseHead, writeUpgradeHead } from "./write-response-head.ts";

/** One caller's connection: requests one after the other, in their order, and their answers. */
export class HttpDownstream implements SocketEvents, BodySink {
  /** The caller's address. */
  readonly caller: string;
  readonly #socket: ByteSocket;
  readonly #writer: JoiningWriter;
  readonly #router: Router;
  readonly #runtime: Runtime;
  readonly #onClosed: (connection: HttpDownstream) => void;
  readonly #deadline: Deadline;
  readonly #head = new HeadBuffer();
  readonly #body = new BodyDecoder();
  #state: "head" | "body" | "waiting" | "draining" | "closed" = "head";
  #exchange: Exchange | null = null;
  #tunnel: Tunnel | null = null;
  /** Bytes that came but were not read yet: the rest of a body, or the next request. */
  #ahead: Buffer | null = null;
  #reading = false;
  #held = false;
  #paused = false;
  #closeAfter = false;
  #framing: ResponseFraming = "none";
  #minor: 0 | 1 = 1;
  #drainedBytes = 0;
  #callerEntry: Caller | null = null;
  #callerWindow: CallerWindow | null = null;

  constructor(socket: ByteSocket, router: Router, runtime: Runtime, onClosed: (connection: HttpDownstream) => void) {
    this.#socket = socket;
    this.caller = socket.remoteAddress;
    this.#writer = new JoiningWriter(socket);
    this.#router = router;
    this.#runtime = runtime;
    this.#onClosed = onClosed;
    this.#deadline = createDeadline(() => this.#onDeadline());
    socket.events = this;
  }

  /** No request is under way and none has begun to arrive. */
  get idle(): boolean {
    return this.#state === "head" && !this.#head.partial;
  }

  /** Ends an idle connection. */
  close(): void {
    this.#drain();
  }

  /** Ends it whatever it is doing; its request counts as abandoned, and a cut answer does not look whole. */
  abort(): void {
    if (this.#tunnel !== null) {
      this.#tunnel.abort();
      return;
    }
    const cut = this.#exchange !== null;
    this.#close();
    if (cut) this.#socket.reset();
    else this.#socket.destroy();
  }

  onConnect(): void {}

  onData(bytes: Buffer): void {
    if (this.#state === "closed") return;
    if (this.#state === "draining") {
      this.#drainedBytes += bytes.length;
      if (this.#drainedBytes > limits.drainBytesMax) this.#endDrain();
      return;
    }
    this.#ahead = this.#ahead === null ? bytes : Buffer.concat([this.#ahead, bytes]);
    this.#read();
  }

  onBody(bytes: Buffer): void {
    this.#exchange?.onRequestBody(bytes);
  }

  onEnd(): void {
    // Both halves have ended then, and the connection closes once what was written is out.
    if (this.#state === "draining") return;
    if (this.#exchange === null) {
      this.#drain();
      return;
    }
    this.abort();
  }

  onDrain(): void {
    this.#writer.blocked = false;
    this.#exchange?.onDownstreamDrain();
  }

  onIdle(): void {
    this.abort();
  }

  onClose(): void {
    this.#close();
    this.#onClosed(this);
  }

  /** Stops or resumes reading while whoever takes the body is slow. */
  hold(held: boolean): void {
    this.#held = held;
    this.#updateFlow();
  }

  writeInterim(head: ResponseHead): void {
    if (this.#minor === 1) this.#writer.text(writeInterimHead(head));
  }

  beginAnswer(head: ResponseHead, framing: ResponseFraming, { role, parting }: Pick<Route, "role" | "parting">, told: Pick<AnswerContext, "answeredBy" | "sessionField">): void {
    this.#framing = responseFraming(framing, this.#minor);
    if (this.#framing === "until-close" || parting || this.#runtime.draining) this.#closeAfter = true;
    this.#writer.text(writeResponseHead(head, this.#framing, { role, close: this.#closeAfter, ...told }));
  }

  /** The connection goes on with the protocol that was asked for: no byte of it is looked at any more, in either direction. */
  beginTunnel(head: ResponseHead, { role }: Pick<Route, "role">, told: Pick<AnswerContext, "answeredBy" | "sessionField">, endpoint: TunnelEndpoint): void {
    const early = this.#ahead;
    this.#ahead = null;
    this.#exchange = null;
    this.#state = "closed";
    this.#writer.text(writeUpgradeHead(head, "websocket", { role, ...told }));
    this.#writer.flush();
    this.#tunnel = new Tunnel(this.#socket, early, endpoint, () => this.#onClosed(this));
  }

  writeBody(bytes: Buffer): void {
    if (this.#framing === "chunked") this.#writer.chunk(bytes);
    else this.#writer.bytes(bytes);
  }

  /** Sends what was written since the last time; returns true when the caller is slow. */
  flush(): boolean {
    this.#writer.flush();
    return this.#writer.blocked;
  }

  /** The answer is whole. If the request is not, what is left of it is drained. */
  endAnswer(trailers: string, requestEnded: boolean): void {
    if (this.#framing === "chunked") this.#writer.text(`0\r\n${trailers}\r\n`);
    this.#next(requestEnded);
  }

  /** An answer of our own. */
  answer(answer: AnswerText, method: string, requestEnded: boolean): void {
    if (!requestEnded || this.#runtime.draining) this.#closeAfter = true;
    this.#writer.text(`${answer.head}${this.#closeAfter ? "Connection: close\r\n" : ""}\r\n${method === "HEAD" ? "" : answer.body}`);
    this.#next(requestEnded);
  }

  /** Resets the connection, so that a cut answer cannot be taken for a whole one. */
  breakOff(): void {
    this.#exchange = null;
    this.#state = "closed";
    this.#writer.flush();
    this.#socket.reset();
  }

  #next(requestEnded: boolean): void {
    this.#exchange = null;
    this.#writer.flush();
    if (this.#closeAfter || !requestEnded) {
      this.#drain();
      return;
    }
    this.#state = "head";
    this.#held = false;
    this.#read();
  }

  /** Half-closes and reads on for a while, so that the answer is not lost to a reset (RFC 9112 9.6). */
  #drain(): void {
    this.#state = "draining";
    this.#ahead = null;
    this.#held = false;
    this.#updateFlow();
    this.#runtime.drainDeadlines.set(this.#deadline, this.#runtime.nowMs());
    this.#socket.end();
  }

  /** Reads what is ahead as far as the state allows. A loop, not recursion: own answers may end within it. */
  #read(): void {
    if (this.#reading) return;
    this.#reading = true;
    while (this.#ahead !== null) {
      const bytes = this.#ahead;
      this.#ahead = null;
      if (this.#state === "head") this.#readHead(bytes);
      else if (this.#state === "body") this.#readBody(bytes);
      else {
        this.#ahead = bytes;
        break;
      }
    }
    this.#reading = false;
    this.#updateFlow();
  }

  #readHead(bytes: Buffer): void {
    const text = this.#head.take(bytes, 0);
    if (text === null) {
      if (this.#deadline.list === null) this.#runtime.headDeadlines.set(this.#deadline, this.#runtime.nowMs());
      return;
    }
    if (this.#deadline.list !== null) clearDeadline(this.#deadline);
    const head = typeof text === "string" ? parseRequestHead(text, this.#router.scan) : text;
    if (isRefusal(head)) {
      this.#refuse(head);
      return;
    }
    if (this.#head.consumed < bytes.length) this.#ahead = bytes.subarray(this.#head.consumed);
    this.#begin(head);
  }

  #begin(head: RequestHead): void {
    const { fields } = head;
    this.#minor = head.minor;
    this.#closeAfter = fields.close || head.minor === 0;
    this.#body.begin(fields.chunked ? "chunked" : fields.contentLength > 0 ? "length" : "none", fields.contentLength);
    this.#state = this.#body.done ? "waiting" : "body";
    const route = this.#router.route(head);
    if (typeof route === "string" || "body" in route) {
      if (typeof route === "string") this.#router.onRefused(route);
      this.answer(typeof route === "string" ? failureAnswer(route, null, null) : route, head.method, this.#body.done);
      return;
    }
    this.#noteCaller(route.counters.callers);
    const exchange = new Exchange(this, head, route, this.#runtime);
    this.#exchange = exchange;
    if (this.#body.done) exchange.onRequestEnd("");
    exchange.begin();
  }

  #noteCaller(window: CallerWindow): void {
    if (this.#callerWindow !== window) this.#callerEntry = null;
    this.#callerWindow = window;
    this.#callerEntry = window.note(this.caller, this.#callerEntry, this.#runtime.nowMs());
  }

  #readBody(bytes: Buffer): void {
    const end = this.#body.feed(bytes, 0, this);
    const exchange = this.#exchange;
    if (exchange === null) return;
    if (this.#body.broken !== null) {
      this.#router.onRefused(this.#body.broken);
      exchange.onRequestBroken();
      return;
    }
    if (end < bytes.length) this.#ahead = bytes.subarray(end);
    if (this.#body.done) {
      this.#state = "waiting";
      exchange.onRequestEnd(this.#body.trailers);
    } else exchange.onRequestFlush();
  }

  #refuse(refusal: Refusal): void {
    this.#router.onRefused(refusal.rule);
    this.#closeAfter = true;
    this.answer(refusalAnswer(refusal), "", false);
  }

  #updateFlow(): void {
    const full = this.#state === "waiting" && this.#ahead !== null && this.#ahead.length >= limits.readAheadBytesMax;
    const pause = this.#state !== "draining" && (this.#held || full);
    if (pause === this.#paused) return;
    this.#paused = pause;
    if (pause) this.#socket.pause();
    else this.#socket.resume();
  }

  #close(): void {
    this.#state = "closed";
    this.#ahead = null;
    if (this.#deadline.list !== null) clearDeadline(this.#deadline);
    const exchange = this.#exchange;
    this.#exchange = null;
    exchange?.abandon();
  }

  #onDeadline(): void {
    if (this.#state === "head") this.#refuse(refusals.head_too_slow);
    else this.#endDrain();
  }

  /** Closes, unless a slow caller has not been sent the whole answer yet. */
  #endDrain(): void {
    if (this.#socket.pendingBytes === 0) this.#socket.destroy();
    else {
      this.#socket.pause();
      this.#runtime.drainDeadlines.set(this.#deadline, this.#runtime.nowMs());
    }
  }
}
