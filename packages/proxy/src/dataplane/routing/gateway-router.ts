import type { RequestHead } from "../http/parse-request-head.ts";
import type { AnswerText, FailureCode } from "../forward/own-answer.ts";
import { plainAnswer } from "../forward/own-answer.ts";
import type { Route, Router } from "../forward/route.ts";
import { hopsMax, hopsOf } from "../forward/write-request-head.ts";
import { exportsPath } from "./exports-path.ts";
import type { GatewayExportRoute } from "./gateway-export-route.ts";
import { hasDotSegment } from "./has-dot-segment.ts";
import { matchGatewayPath } from "./match-gateway-path.ts";

/** A route with what matching needs of it. */
interface Entry {
  readonly path: string;
  readonly pathType: "Exact" | "Prefix";
  readonly route: GatewayExportRoute;
}

/** Routes requests of other clusters by path; the Host is never trusted for it. */
export class GatewayRouter implements Router {
  readonly scan = { dropForwarded: true, response: false };
  /** Refusals before any export was known, by rule. */
  readonly refused = new Map<string, number>();
  #clusterKey = "";
  #entries: readonly Entry[] = [];

  /** `routes` longest path first. */
  update(clusterKey: string, routes: readonly GatewayExportRoute[]): void {
    this.#clusterKey = clusterKey;
    this.#entries = routes.map((route) => ({ path: route.rule.path, pathType: route.rule.pathType, route }));
  }

  route(head: RequestHead): Route | AnswerText | FailureCode {
    const query = head.target.indexOf("?");
    const path = query === -1 ? head.target : head.target.slice(0, query);
    if (hasDotSegment(path)) return "bad_path";
    if (path === exportsPath) return this.#exports();
    const entry = matchGatewayPath(this.#entries, path);
    if (entry === null) return "unknown_path";
    if (hopsOf(head) >= hopsMax) return "loop_detected";
    // Plain HTTP gives no identity: only what is open to all may be reached by it.
    return entry.route.rule.serviceAccountName === "*" ? entry.route : "caller_not_identified";
  }

  onRefused(rule: string): void {
    this.refused.set(rule, (this.refused.get(rule) ?? 0) + 1);
  }

  #exports(): AnswerText {
    const exports = this.#entries.map(({ route }) => ({ service: route.service, port: route.rule.port, path: route.rule.path, ready: route.ready }));
    return plainAnswer({ clusterKey: this.#clusterKey === "" ? null : this.#clusterKey, exports });
  }
}
