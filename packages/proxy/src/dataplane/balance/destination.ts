import { ConnectionPool } from "./connection-pool.ts";
import { EjectionState } from "./ejection-state.ts";

/** One address that requests are sent to: an endpoint of a service, or another cluster's gateway. */
export class Destination {
  readonly host: string;
  readonly port: number;
  /** Last good address of `host`. */
  fallbackIp: string;
  readonly pool = new ConnectionPool();
  readonly ejection = new EjectionState();
  /** Requests being sent there now (LeastWork). */
  inFlight = 0;
  /** No snapshot names it any more: its connections are not kept. */
  retired = false;
  /** Shortest idle time after which the other end was seen to close; Infinity until then. */
  observedIdleMs = Number.POSITIVE_INFINITY;

  constructor(host: string, port: number, fallbackIp: string) {
    this.host = host;
    this.port = port;
    this.fallbackIp = fallbackIp;
  }

  retire(): void {
    this.retired = true;
    this.pool.clear();
  }
}
