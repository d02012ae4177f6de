import type { LiveFrame, ServiceLiveView } from "./views/live-view.ts";
import type { Look } from "./views/look.ts";
import { fleetView } from "./views/fleet-views.ts";
import type { FleetView } from "./views/cluster-view.ts";
import { historyView, serviceView, sortedRows } from "./views/service-views.ts";
import { splitRowView } from "./views/split-rows.ts";
import { SluiceError } from "./sluice-error.ts";

const subscriberCountMax = 200;

export interface WatchRequest {
  fleet: boolean;
  services: readonly string[];
  /** Id of the last event that the tab got, when it comes back. */
  lastEventId: string | null;
}

/** What one subscriber was sent last, so that only what changed is sent again. */
interface Sent {
  fleet: string;
  services: Map<string, string>;
  historyMs: Map<string, number>;
}

/** Feeds all tabs from one look a second. */
export class LiveHub {
  readonly #look: () => Look;
  /** Tells this process's event ids from those of another, whose history had other points. */
  readonly #instance: string;
  readonly #stopped = new AbortController();
  #current: { look: Look; fleet: FleetView | undefined } | undefined;
  #next = Promise.withResolvers<void>();
  #subscribers = 0;

  constructor(look: () => Look, instance: string) {
    this.#look = look;
    this.#instance = instance;
  }

  get subscribers(): number {
    return this.#subscribers;
  }

  /** Called once a second: wakes every subscriber. */
  tick(): void {
    this.#current = undefined;
    const { resolve } = this.#next;
    this.#next = Promise.withResolvers<void>();
    resolve();
  }

  /** Ends every subscription. */
  stop(): void {
    this.#stopped.abort();
    this.tick();
  }

  /**
   * Events for one tab, the first at once; ends when the tab or the server does. A slow reader skips ticks, nothing
   * is queued for it. Throws TooManyStreams beyond the bound.
   */
  async *watch(request: WatchRequest, signal: AbortSignal): AsyncGenerator<{ id: string; frame: LiveFrame }, void, undefined> {
    if (this.#subscribers >= subscriberCountMax) {
      throw new SluiceError("TOO_MANY_REQUESTS", "TooManyStreams", `at most ${subscriberCountMax} live streams are served`, { remedy: "close tabs that are not looked at" });
    }
    this.#subscribers += 1;
    const aborted = Promise.withResolvers<void>();
    const onAbort = () => aborted.resolve();
    signal.addEventListener("abort", onAbort);
    try {
      const sent: Sent = { fleet: "", services: new Map(), historyMs: new Map() };
      const seenMs = this.#resumedMs(request.lastEventId);
      for (const service of request.services) sent.historyMs.set(service, seenMs);
      while (!signal.aborted && !this.#stopped.signal.aborted) {
        const wake = this.#next.promise;
        const frame = this.#frame(request, sent);
        yield { id: `${this.#instance}.${frame.atMs}`, frame };
        await Promise.race([wake, aborted.promise]);
      }
    } finally {
      signal.removeEventListener("abort", onAbort);
      this.#subscribers -= 1;
    }
  }

  #resumedMs(lastEventId: string | null): number {
    const [instance, atMs] = (lastEventId ?? "").split(".");
    return instance === this.#instance ? Number(atMs) || 0 : 0;
  }

  #frame(request: WatchRequest, sent: Sent): LiveFrame {
    const current = (this.#current ??= { look: this.#look(), fleet: undefined });
    const { look } = current;
    const newestMs = look.telemetry.newestMs();
    const frame: LiveFrame = { atMs: look.nowMs, telemetryAgeMs: newestMs === null ? null : Math.max(0, look.nowMs - newestMs) };
    if (request.fleet) {
      const fleet = (current.fleet ??= fleetView(look));
      const text = JSON.stringify(fleet);
      if (text !== sent.fleet) frame.fleet = fleet;
      sent.fleet = text;
    }
    const services: Record<string, ServiceLiveView> = {};
    for (const service of request.services) {
      const view = servicePart(look, service, sent);
      if (view !== undefined) services[service] = view;
    }
    if (Object.keys(services).length > 0) frame.services = services;
    return frame;
  }
}

function servicePart(look: Look, service: string, sent: Sent): ServiceLiveView | undefined {
  const rows = sortedRows(look, service);
  const view: ServiceLiveView = { service: serviceView(look, service), rows: rows.map((row) => splitRowView(look, row)) };
  const text = JSON.stringify(view);
  const first = !sent.services.has(service);
  const afterMs = sent.historyMs.get(service) ?? 0;
  const history = historyView(look, service, afterMs);
  const newestMs = Math.max(history.atMs.at(-1) ?? 0, history.markers.at(-1)?.atMs ?? 0);
  const grown = history.atMs.length > 0 || history.markers.length > 0;
  if (!first && !grown && sent.services.get(service) === text) return undefined;
  sent.services.set(service, text);
  if (first || grown) view.history = history;
  sent.historyMs.set(service, Math.max(afterMs, newestMs));
  return view;
}
