import type { PortCounters } from "../../telemetry/port-counters.ts";
import type { TargetCounters } from "../../telemetry/target-counters.ts";
import type { Destination } from "../balance/destination.ts";
import type { EndpointGroup } from "../balance/endpoint-group.ts";
import type { RetryBudget } from "../balance/retry-budget.ts";
import type { RequestHead } from "../http/parse-request-head.ts";
import type { ScanOptions } from "../http/scan-fields.ts";
import type { AnswerText, FailureCode } from "./own-answer.ts";

/** A request that was sent and has no answer yet. */
export interface WaitingRequest {
  /** Whoever has it can't be reached any more. */
  onUnreachable(): void;
}

/** One cluster that requests of a route can go to: the own one, or another's gateway. */
export interface RouteTarget {
  readonly clusterKey: string;
  readonly counters: TargetCounters;
  readonly group: EndpointGroup;
  /** Path of the other cluster's export; null for the own cluster. */
  readonly remotePath: string | null;
  /** Requests that were sent there and have no answer yet; null for the own cluster, whose endpoints nobody probes. */
  readonly waiting: Set<WaitingRequest> | null;
  onDialFailure(destination: Destination): void;
  /** A 5xx, or a connection that broke before the answer. */
  onBadAnswer(destination: Destination): void;
  onGoodAnswer(destination: Destination): void;
}

/** Where the requests of one service port, or of one path of the gateway, go. */
export interface Route {
  /** "namespace/name". */
  readonly service: string;
  readonly counters: PortCounters;
  readonly budget: RetryBudget;
  readonly role: "service" | "gateway";
  /** Callers are to find another way than through this proxy: answers end their connections. */
  readonly parting: boolean;
  /** Takes a ticket: the target of a new request, or why there is none. */
  choose(): RouteTarget | "no_local_endpoints" | "no_healthy_target";
  /** Requests of one session stay together. */
  readonly sticky: boolean;
  /** The target of a request that came with a session's key; takes no ticket. */
  chooseFor(session: string): RouteTarget | "no_local_endpoints" | "no_healthy_target";
  /** Key of a new session that leads to `target`; null when none was found within the bound, or none can. */
  drawSession(target: RouteTarget): string | null;
  /** Another target for a request that `tried` did not process; takes no ticket. `session`: the key that it came with. */
  elsewhere(tried: readonly RouteTarget[], session: string | null): RouteTarget | null;
  /** FailOver: the target that a failed local attempt is replayed to; null in other modes and for other attempts. */
  standIn(failed: RouteTarget, session: string | null): RouteTarget | null;
  /** The request target as `to` shall see it. */
  requestTarget(target: string, to: RouteTarget): string;
}

/** Finds the route of a request on one listener. */
export interface Router {
  readonly scan: ScanOptions;
  route(head: RequestHead): Route | AnswerText | FailureCode;
  /** A request that was refused before it had a route. */
  onRefused(rule: string): void;
}
