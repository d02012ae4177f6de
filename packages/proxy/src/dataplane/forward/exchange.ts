import type { Destination } from "../balance/destination.ts";
import { isReplayableMethod } from "../http/is-replayable-method.ts";
import type { RequestHead } from "../http/parse-request-head.ts";
import type { ResponseHead } from "../http/parse-response-head.ts";
import type { ByteSocket } from "../sockets/byte-socket.ts";
import type { HttpDownstream } from "./http-downstream.ts";
import { failureAnswer, type FailureCode, ownAnswers } from "./own-answer.ts";
import { ReplayTee } from "./replay-tee.ts";
import { RequestSession } from "./request-session.ts";
import type { Route, RouteTarget, WaitingRequest } from "./route.ts";
import type { Runtime } from "./runtime.ts";
import { UpstreamConnection, type UpstreamUser } from "./upstream-connection.ts";
import { writeRequestHead } from "./write-request-head.ts";
import type { AnswerContext, ResponseFraming } from "./write-response-head.ts";

/** Sendings of one request, each to an endpoint of its own. */
const attemptsMax = 3;

type Lost = Parameters<UpstreamUser["onUpstreamLost"]>[0];

/** One request from its head to the end of its answer, over however many attempts; counted exactly once. */
export class Exchange implements UpstreamUser, WaitingRequest {
  readonly head: RequestHead;
  readonly #downstream: HttpDownstream;
  readonly #route: Route;
  readonly #runtime: Runtime;
  readonly #startedAtMs: number;
  readonly #tee = new ReplayTee();
  /** null: the route is not sticky. */
  #session: RequestSession | null = null;
  readonly #triedDestinations: Destination[] = [];
  readonly #triedTargets: RouteTarget[] = [];
  /** Whom the ticket named: the request counts there, whoever answers. */
  #chosen: RouteTarget | null = null;
  #target: RouteTarget | null = null;
  #upstream: UpstreamConnection | null = null;
  #attempts = 0;
  #replayed = false;
  /** A pooled connection turned out to be closed: dial the next. */
  #fresh = false;
  #sent = false;
  /** What the connection had taken before this request: if no more was taken when it is lost, the request was never sent. */
  #takenBefore = 0;
  #requestEnded = false;
  #trailers = "";
  #status = 0;
  #finished = false;

  constructor(downstream: HttpDownstream, head: RequestHead, route: Route, runtime: Runtime) {
    this.#downstream = downstream;
    this.head = head;
    this.#route = route;
    this.#runtime = runtime;
    this.#startedAtMs = runtime.nowMs();
  }

  /** Chooses the target and sends the head. */
  begin(): void {
    this.#route.counters.ledger.onAccepted();
    this.#route.budget.onRequest();
    if (this.#route.sticky) this.#session = new RequestSession(this.#route, this.head);
    const session = this.#session?.given ?? null;
    const chosen = session === null ? this.#route.choose() : this.#route.chooseFor(session);
    if (typeof chosen === "string") {
      this.#answerFailure(chosen);
      return;
    }
    this.#chosen = chosen;
    chosen.counters.inFlight++;
    if (!this.#attempt(chosen)) this.#answerFailure("no_healthy_target");
  }

  onRequestBody(bytes: Buffer): void {
    if (this.#finished) return;
    if (this.#chosen !== null) this.#chosen.counters.bytesReceived += bytes.length;
    this.#tee.add(bytes);
    if (!this.#sent) {
      if (this.#tee.full) this.#downstream.hold(true);
      return;
    }
    const upstream = this.#upstream as UpstreamConnection;
    this.#writeBody(upstream, bytes);
    this.#tee.trim();
  }

  /** Everything of the body that came with one read was handed over. */
  onRequestFlush(): void {
    const upstream = this.#upstream;
    if (!this.#sent || upstream === null) return;
    upstream.writer.flush();
    if (upstream.writer.blocked) this.#downstream.hold(true);
  }

  onRequestEnd(trailers: string): void {
    this.#requestEnded = true;
    this.#trailers = trailers;
    if (this.#sent && this.#upstream !== null) this.#endBody(this.#upstream);
  }

  /** The request's body is malformed: nothing that the endpoint did with its beginning may look whole. */
  onRequestBroken(): void {
    this.#dropUpstream();
    if (this.#status === 0) this.#answerFailure("bad_request_body");
    else this.#breakOff("bad_request_body");
  }

  /** The caller has gone. */
  abandon(): void {
    if (this.#finished) return;
    this.#dropUpstream();
    this.#route.counters.ledger.onAbandoned();
    this.#finish();
  }

  onDownstreamDrain(): void {
    this.#upstream?.resume();
  }

  onConnected(): void {
    this.#send(this.#upstream as UpstreamConnection);
  }

  onInterim(head: ResponseHead): void {
    this.#downstream.writeInterim(head);
  }

  onResponseHead(head: ResponseHead, framing: ResponseFraming): void {
    const target = this.#target as RouteTarget;
    const destination = this.#triedDestinations.at(-1) as Destination;
    target.waiting?.delete(this);
    target.counters.latencyHead.record(this.#runtime.nowMs() - this.#startedAtMs);
    if (head.status >= 500) {
      target.onBadAnswer(destination);
      if (this.#attempts === 1) target.counters.firstAttemptBad++;
      if (head.status >= 502 && head.status <= 504 && this.#replay(target)) return;
    } else target.onGoodAnswer(destination);
    this.#tee.discard();
    this.#status = head.status;
    this.#downstream.beginAnswer(head, framing, this.#route, this.#told(target));
  }

  /** The request ends here, answered; the destination is in use until its tunnel ends. */
  onUpgraded(head: ResponseHead, socket: ByteSocket, early: Buffer | null): void {
    const target = this.#target as RouteTarget;
    const destination = this.#triedDestinations.at(-1) as Destination;
    const { counters } = this.#chosen as RouteTarget;
    this.#upstream = null;
    target.waiting?.delete(this);
    target.counters.latencyHead.record(this.#runtime.nowMs() - this.#startedAtMs);
    target.onGoodAnswer(destination);
    this.#status = head.status;
    this.#route.counters.ledger.onAnswered();
    this.#finish();
    this.#downstream.beginTunnel(head, this.#route, this.#told(target), { socket, early, counters, onClosed: () => destination.inFlight-- });
  }

  onResponseBody(bytes: Buffer): void {
    (this.#chosen as RouteTarget).counters.bytesSent += bytes.length;
    this.#downstream.writeBody(bytes);
  }

  onResponseFlush(): void {
    if (!this.#finished && this.#downstream.flush()) this.#upstream?.pause();
  }

  onResponseEnd(trailers: string): void {
    const upstream = this.#upstream as UpstreamConnection;
    this.#upstream = null;
    this.#leaveDestination();
    upstream.release(this.#requestEnded);
    this.#route.counters.ledger.onAnswered();
    this.#finish();
    this.#downstream.endAnswer(trailers, this.#requestEnded);
  }

  onUpstreamDrain(): void {
    this.#downstream.hold(false);
  }

  onUpstreamLost(reason: Lost): void {
    const upstream = this.#upstream as UpstreamConnection;
    const target = this.#target as RouteTarget;
    const destination = this.#triedDestinations.at(-1) as Destination;
    const wasSent = this.#sent;
    const wasTaken = wasSent && upstream.writer.bytesTaken > this.#takenBefore;
    this.#upstream = null;
    this.#sent = false;
    this.#leaveDestination();
    if (this.#status !== 0) {
      target.onBadAnswer(destination);
      this.#breakOff("upstream_truncated");
      return;
    }
    target.counters.attemptFailures++;
    if (this.#attempts === 1) target.counters.firstAttemptBad++;
    if (!wasSent) target.onDialFailure(destination);
    else if (upstream.reused && reason === "upstream_closed") this.#forgetStale();
    else target.onBadAnswer(destination);
    if (!this.#resend(target, !wasTaken, reason, upstream.reused)) this.#answerFailure(reason);
  }

  /** Sends it elsewhere where it may be sent twice and there is somewhere; else it goes on waiting. */
  onUnreachable(): void {
    const lost = this.#target as RouteTarget;
    if (!this.#requestEnded || !this.#tee.complete || this.#attempts >= attemptsMax || !isReplayableMethod(this.head.method)) return;
    const other = this.#route.elsewhere(this.#triedTargets, this.#session?.given ?? null);
    if (other === null || !this.#route.budget.take(this.#runtime.nowMs())) return;
    lost.counters.attemptFailures++;
    if (this.#attempts === 1) lost.counters.firstAttemptBad++;
    this.#dropUpstream();
    if (!this.#attempt(other)) this.#answerFailure("upstream_closed");
  }

  /** What an answer says beside what the endpoint said. */
  #told(target: RouteTarget): Pick<AnswerContext, "answeredBy" | "sessionField"> {
    const asked = this.head.fields.probe && this.#route.role === "service";
    return { answeredBy: asked ? target.clusterKey : null, sessionField: this.#session?.answerField ?? "" };
  }

  /** Starts an attempt at `target`; false when it has no endpoint left to try. */
  #attempt(target: RouteTarget): boolean {
    const nowMs = this.#runtime.nowMs();
    if (target !== this.#target) this.#session?.fit(target);
    const destination = target.group.pick(this.#triedDestinations, this.#downstream.caller, nowMs, this.#session?.key ?? null);
    if (destination === null) return false;
    if (!this.#triedTargets.includes(target)) this.#triedTargets.push(target);
    this.#triedDestinations.push(destination);
    this.#target = target;
    target.counters.attempts++;
    if (this.#attempts++ === 0) target.counters.firstAttempts++;
    destination.inFlight++;
    const pooled = this.#fresh ? null : destination.pool.take(nowMs, isReplayableMethod(this.head.method));
    if (pooled instanceof UpstreamConnection) {
      this.#upstream = pooled;
      pooled.reuse(this);
      this.#send(pooled);
    } else this.#upstream = new UpstreamConnection(destination, this, this.#runtime);
    return true;
  }

  /** Writes the head and whatever of the body has come. */
  #send(upstream: UpstreamConnection): void {
    const target = this.#target as RouteTarget;
    this.#sent = true;
    target.waiting?.add(this);
    this.#takenBefore = upstream.writer.bytesTaken;
    const requestTarget = this.#route.requestTarget(this.head.target, target);
    const toGateway = target.remotePath !== null;
    const kept = toGateway && this.#session !== null ? this.#session.keptForGateway : this.head.fields.kept;
    upstream.writer.text(writeRequestHead(this.head, requestTarget, this.#downstream.caller, this.#route.role, toGateway, kept));
    for (const piece of this.#tee.pieces) this.#writeBody(upstream, piece);
    this.#tee.trim();
    if (this.#requestEnded) this.#endBody(upstream);
    upstream.writer.flush();
    this.#downstream.hold(upstream.writer.blocked);
  }

  #writeBody(upstream: UpstreamConnection, bytes: Buffer): void {
    if (this.head.fields.chunked) upstream.writer.chunk(bytes);
    else upstream.writer.bytes(bytes);
  }

  #endBody(upstream: UpstreamConnection): void {
    if (this.head.fields.chunked) upstream.writer.text(`0\r\n${this.#trailers}\r\n`);
    upstream.writer.flush();
  }

  /** A pooled connection that was closed under the request says nothing about its endpoint, which may be tried again. */
  #forgetStale(): void {
    this.#fresh = true;
    this.#triedDestinations.pop();
  }

  /** Sends a lost request again where that is allowed (RFC 9110 9.2.2, 3-dataplane); false when it is not. */
  #resend(lost: RouteTarget, unprocessed: boolean, reason: Lost, reused: boolean): boolean {
    if (!this.#tee.complete || this.#attempts >= attemptsMax) return false;
    if (unprocessed) return this.#attemptAgain(lost);
    if (reason === "bad_response" || !isReplayableMethod(this.head.method)) return false;
    // A pooled connection that was closed says nothing against the local endpoint: no fail-over for that.
    if (!reused && this.#replay(lost)) return true;
    return this.#route.budget.take(this.#runtime.nowMs()) && this.#attemptAgain(lost);
  }

  /** Another endpoint of the same cluster; the last attempt goes to another cluster if there is one: a third endpoint after two lost ones may well be lost too. */
  #attemptAgain(lost: RouteTarget): boolean {
    const last = this.#attempts === attemptsMax - 1;
    if (!last && this.#attempt(lost)) return true;
    const other = this.#route.elsewhere(this.#triedTargets, this.#session?.given ?? null);
    if (other !== null && this.#attempt(other)) return true;
    return last && this.#attempt(lost);
  }

  /** FailOver: replays a failed local attempt to a target, once. */
  #replay(failed: RouteTarget): boolean {
    if (this.#replayed || !this.#tee.complete || !this.#requestEnded || !isReplayableMethod(this.head.method)) return false;
    const standIn = this.#route.standIn(failed, this.#session?.given ?? null);
    if (standIn === null) return false;
    this.#replayed = true;
    this.#dropUpstream();
    return this.#attempt(standIn);
  }

  #dropUpstream(): void {
    if (this.#upstream === null) return;
    this.#upstream.discard();
    this.#upstream = null;
    this.#sent = false;
    this.#leaveDestination();
  }

  #leaveDestination(): void {
    const destination = this.#triedDestinations.at(-1);
    if (destination !== undefined) destination.inFlight--;
    this.#target?.waiting?.delete(this);
  }

  /** Answers for the endpoint that could not. */
  #answerFailure(code: FailureCode): void {
    this.#status = ownAnswers[code].status;
    this.#countFailure(code);
    const target = this.#target ?? this.#chosen;
    this.#finish();
    this.#downstream.answer(failureAnswer(code, this.#route.service, target?.clusterKey ?? null), this.head.method, this.#requestEnded);
  }

  /** The answer has begun and cannot be finished: the caller must see that. */
  #breakOff(code: FailureCode): void {
    this.#status = 0;
    this.#countFailure(code);
    this.#finish();
    this.#downstream.breakOff();
  }

  #countFailure(code: FailureCode): void {
    this.#route.counters.ledger.onFailed(code);
    this.#chosen?.counters.onFailure(code);
  }

  /** The one place where a request leaves the books as being in flight. */
  #finish(): void {
    if (this.#finished) throw new Error("a request was finished twice");
    this.#finished = true;
    this.#tee.discard();
    const chosen = this.#chosen;
    this.#route.counters.latest.add((this.#target ?? chosen)?.clusterKey ?? "", this.#status);
    if (chosen === null) return;
    chosen.counters.requests++;
    chosen.counters.inFlight--;
    if (this.#status !== 0) chosen.counters.onAnswer(this.#status);
    chosen.counters.latencyTotal.record(this.#runtime.nowMs() - this.#startedAtMs);
  }
}
