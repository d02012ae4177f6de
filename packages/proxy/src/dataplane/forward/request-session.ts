import type { RequestHead } from "../http/parse-request-head.ts";
import type { Route, RouteTarget } from "./route.ts";
import { sessionField, sessionOf, withSession } from "./session-cookie.ts";

/**
 * The session that a request of a sticky route belongs to: the one that its cookie names, or a new one whose key is
 * drawn so that it leads to the target that was chosen. The new key goes with the request, so that the other cluster
 * chooses the endpoint by it already, and back to the caller with the answer.
 */
export class RequestSession {
  /** null: no key that fits was found, and the request belongs to no session. */
  key: string | null;
  /** The caller does not have the key yet. */
  #drawn = false;
  readonly #route: Route;
  readonly #head: RequestHead;

  constructor(route: Route, head: RequestHead) {
    this.#route = route;
    this.#head = head;
    this.key = sessionOf(head.fields.kept);
  }

  /** The key that came with the request; null when it came with none. */
  get given(): string | null {
    return this.#drawn ? null : this.key;
  }

  /** Draws a key that leads to `target`, unless the request came with one. */
  fit(target: RouteTarget): void {
    if (this.given !== null) return;
    // What comes from another proxy without a key is its to give one: ours could lead elsewhere there.
    this.key = this.#head.fields.hops > 0 ? null : this.#route.drawSession(target);
    this.#drawn = this.key !== null;
  }

  /** The request's kept field lines as another cluster's gateway is to see them. */
  get keptForGateway(): string {
    const { kept } = this.#head.fields;
    return this.#drawn && this.key !== null ? withSession(kept, this.key) : kept;
  }

  /** The field line that gives a new key to the caller; empty when there is none to give. */
  get answerField(): string {
    return this.#drawn && this.key !== null ? sessionField(this.#head.fields.kept, this.key) : "";
  }
}
