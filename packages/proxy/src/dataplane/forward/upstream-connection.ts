import type { PooledConnection } from "../balance/connection-pool.ts";
import type { Destination } from "../balance/destination.ts";
import { clearDeadline, createDeadline, type Deadline } from "../deadlines.ts";
import { BodyDecoder, type BodySink } from "../http/body-decoder.ts";
import { HeadBuffer } from "../http/head-buffer.ts";
import { limits } from "../http/limits.ts";
import { isRefusal, type RequestHead } from "../http/parse-request-head.ts";
import { parseResponseHead, type ResponseHead } from "../http/parse-response-head.ts";
import type { ByteSocket, SocketEvents } from "../sockets/byte-socket.ts";
import { JoiningWriter } from "../sockets/joining-writer.ts";
import type { Runtime } from "./runtime.ts";
import type { ResponseFraming } from "./write-response-head.ts";

/** Who a connection carries a request for. */
export interface UpstreamUser {
  readonly head: RequestHead;
  onConnected(): void;
  onInterim(head: ResponseHead): void;
  onResponseHead(head: ResponseHead, framing: ResponseFraming): void;
  /** The endpoint goes on with the protocol that was asked for: its socket is the user's now; `early` came with the head. */
  onUpgraded(head: ResponseHead, socket: ByteSocket, early: Buffer | null): void;
  onResponseBody(bytes: Buffer): void;
  onResponseEnd(trailers: string): void;
  /** All that came with one read was handed over. */
  onResponseFlush(): void;
  onUpstreamDrain(): void;
  onUpstreamLost(reason: "dial_failed" | "dial_timeout" | "upstream_closed" | "bad_response" | "upstream_truncated"): void;
}

/** One connection to an endpoint or gateway: carries one request at a time, never pipelines. */
export class UpstreamConnection implements SocketEvents, PooledConnection, BodySink {
  readonly destination: Destination;
  readonly writer: JoiningWriter;
  connected = false;
  /** It has carried a request before the present one. */
  reused = false;
  idleSinceMs = 0;
  safeIdleMs = Number.POSITIVE_INFINITY;
  readonly #socket: ByteSocket;
  readonly #runtime: Runtime;
  readonly #deadline: Deadline;
  readonly #head = new HeadBuffer();
  readonly #body = new BodyDecoder();
  #user: UpstreamUser | null;
  #state: "dialling" | "idle" | "head" | "body" | "closed" = "dialling";
  #keep = false;
  #paused = false;

  /** Dials; `user` is told when it is connected or why not. */
  constructor(destination: Destination, user: UpstreamUser, runtime: Runtime) {
    this.destination = destination;
    this.#runtime = runtime;
    this.#user = user;
    this.#deadline = createDeadline(() => this.#onDeadline());
    runtime.dialDeadlines.set(this.#deadline, runtime.nowMs());
    const { host, port, fallbackIp } = destination;
    this.#socket = runtime.sockets.dial({ host, port, fallbackIp, idleMsMax: limits.streamIdleMsMax }, this);
    this.writer = new JoiningWriter(this.#socket);
  }

  /** Gives a connection that the pool returned to its next user. */
  reuse(user: UpstreamUser): void {
    clearDeadline(this.#deadline);
    this.#user = user;
    this.#state = "head";
    this.reused = true;
  }

  /** Back to the pool if it is clean, closed otherwise. Called when the answer has ended; `requestEnded` as the name says. */
  release(requestEnded: boolean): void {
    this.#user = null;
    if (!this.#keep || !requestEnded || this.destination.retired) {
      this.discard();
      return;
    }
    this.#state = "idle";
    this.resume();
    this.safeIdleMs = Math.min(this.safeIdleMs, this.destination.observedIdleMs / 2);
    const nowMs = this.#runtime.nowMs();
    this.#runtime.upstreamIdleDeadlines.set(this.#deadline, nowMs);
    this.destination.pool.put(this, nowMs);
  }

  /** Closes it and tells nobody. */
  discard(): void {
    this.#user = null;
    this.#state = "closed";
    clearDeadline(this.#deadline);
    this.#socket.destroy();
  }

  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#socket.resume();
  }

  onConnect(): void {
    if (this.#state !== "dialling") return;
    clearDeadline(this.#deadline);
    this.connected = true;
    this.#state = "head";
    this.#user?.onConnected();
  }

  onData(bytes: Buffer): void {
    if (this.#state === "idle") {
      // Nobody asked: whatever this is, it must never be taken for the next request's answer.
      this.destination.pool.remove(this);
      this.discard();
      return;
    }
    const user = this.#user;
    let at = 0;
    while (at < bytes.length && (this.#state === "head" || this.#state === "body")) {
      at = this.#state === "head" ? this.#readHead(bytes, at) : this.#readBody(bytes, at);
    }
    // Bytes after a whole answer: the connection was just put back, but it cannot be trusted.
    if (at < bytes.length && this.#isIdle()) {
      this.destination.pool.remove(this);
      this.discard();
    }
    user?.onResponseFlush();
  }

  onBody(bytes: Buffer): void {
    this.#user?.onResponseBody(bytes);
  }

  onEnd(): void {
    if (this.#state === "idle") this.#learnIdleLimit();
    else if (this.#state === "body" && this.#body.end()) {
      this.#keep = false;
      this.#endAnswer();
      return;
    } else this.#lose(this.#state === "body" ? "upstream_truncated" : "upstream_closed");
    this.discard();
  }

  onDrain(): void {
    this.writer.blocked = false;
    this.#user?.onUpstreamDrain();
  }

  onIdle(): void {
    this.#lose(this.#state === "body" ? "upstream_truncated" : "upstream_closed");
    this.discard();
  }

  onClose(): void {
    if (this.#state === "closed") return;
    if (this.#state === "idle") this.#learnIdleLimit();
    this.#lose(this.#state === "dialling" ? "dial_failed" : this.#state === "body" ? "upstream_truncated" : "upstream_closed");
    this.discard();
  }

  #isIdle(): boolean {
    return this.#state === "idle";
  }

  #readHead(bytes: Buffer, from: number): number {
    const text = this.#head.take(bytes, from);
    if (text === null) return bytes.length;
    const parsed = typeof text === "string" ? parseResponseHead(text) : text;
    if (isRefusal(parsed) || (parsed.status === 101 && !this.#isAskedFor(parsed))) {
      this.#lose("bad_response");
      this.discard();
      return bytes.length;
    }
    if (parsed.status === 101) {
      this.#handOver(parsed, this.#head.consumed < bytes.length ? bytes.subarray(this.#head.consumed) : null);
      return bytes.length;
    }
    if (parsed.status < 200) this.#user?.onInterim(parsed);
    else this.#beginBody(parsed);
    return this.#head.consumed;
  }

  /** Whether a 101 changes to the protocol that was asked for, and says so in both fields (RFC 6455 4.1). */
  #isAskedFor({ minor, fields }: ResponseHead): boolean {
    return minor === 1 && fields.upgradeOption && fields.upgrade === this.#user?.head.upgrade;
  }

  #handOver(head: ResponseHead, early: Buffer | null): void {
    const user = this.#user;
    this.#user = null;
    this.#state = "closed";
    user?.onUpgraded(head, this.#socket, early);
  }

  #beginBody(head: ResponseHead): void {
    const { fields, status } = head;
    const user = this.#user;
    if (user === null) return;
    let framing: ResponseFraming = "until-close";
    if (user.head.method === "HEAD" || status === 204 || status === 304) framing = "none";
    else if (fields.chunked) framing = "chunked";
    else if (fields.contentLength !== -1) framing = "length";
    this.#keep = !fields.close && framing !== "until-close" && (head.minor === 1 || fields.keepAlive);
    if (fields.idleLimitMs >= 0) this.safeIdleMs = fields.idleLimitMs / 2;
    this.#body.begin(framing, fields.contentLength);
    this.#state = "body";
    user.onResponseHead(head, framing);
    if (this.#body.done && this.#user !== null) this.#endAnswer();
  }

  #readBody(bytes: Buffer, from: number): number {
    const end = this.#body.feed(bytes, from, this);
    if (this.#body.broken !== null) {
      this.#lose("upstream_truncated");
      this.discard();
    } else if (this.#body.done && this.#user !== null) this.#endAnswer();
    return end;
  }

  #endAnswer(): void {
    this.#user?.onResponseEnd(this.#body.trailers);
  }

  #learnIdleLimit(): void {
    this.destination.pool.remove(this);
    const idleMs = this.#runtime.nowMs() - this.idleSinceMs;
    // A close after less is a restart, which teaches nothing about idle limits.
    if (idleMs >= 1_000) this.destination.observedIdleMs = Math.min(this.destination.observedIdleMs, idleMs);
  }

  #lose(reason: Parameters<UpstreamUser["onUpstreamLost"]>[0]): void {
    const user = this.#user;
    this.#user = null;
    clearDeadline(this.#deadline);
    this.#state = "closed";
    user?.onUpstreamLost(reason);
  }

  #onDeadline(): void {
    if (this.#state === "dialling") this.#lose("dial_timeout");
    else this.destination.pool.remove(this);
    this.discard();
  }
}
