import type { KubernetesClient } from "@sluice/kubernetes/client";
import type { Informer } from "@sluice/kubernetes/informer";
import { kinds, type EndpointSlice, type Service } from "@sluice/kubernetes/kinds";
import type { EventRecorder } from "@sluice/kubernetes/record-event";
import { keyOf } from "@sluice/kubernetes/resource";
import type { Loopback } from "../network/loopback.ts";
import { chooseBackends, type Backend, type Backends } from "./choose-backends.ts";
import { ClientAffinity } from "./client-affinity.ts";
import { planListeners, type WantedListener } from "./plan-listeners.ts";
import { startPortListener, type PortListener } from "./port-listener.ts";

/** Kubernetes' default of `timeoutSeconds`: three hours. */
const affinitySeconds = 10_800;
/** Time between attempts to take a port that another program holds. */
const retryMs = 2_000;

export interface ServiceNetworkOptions {
  client: KubernetesClient;
  services: Pick<Informer<Service>, "get" | "list">;
  slices: Pick<Informer<EndpointSlice>, "list">;
  events: EventRecorder;
  loopback: Loopback;
  /** Whether the address belongs to a pod of this cluster, so that it may be kept as the source. */
  isPodAddress: (ip: string) => boolean;
  random?: () => number;
}

export interface ServiceNetwork {
  /** Tells that the service (`namespace/name`) or a slice of it changed. */
  changed(key: string): void;
  /** Endpoints for new connections to the port now; undefined when there is no such service or port. */
  backends(key: string, port: number): readonly Backend[] | undefined;
  /** One of them for a connection of the client: at random, or where its last one went with `sessionAffinity: ClientIP`; null: there is none now. */
  pick(key: string, port: number, client: string): Backend | null | undefined;
  stop(): Promise<void>;
}

/**
 * The service network of a cluster, in the place of kube-proxy: a listener at each (cluster IP, port) that has
 * backends. Without a backend there is no listener, so callers are refused at once. Open connections stay where they are.
 */
export function startServiceNetwork(options: ServiceNetworkOptions): ServiceNetwork {
  return new LoopbackServiceNetwork(options);
}

class LoopbackServiceNetwork implements ServiceNetwork {
  readonly #options: ServiceNetworkOptions;
  readonly #random: () => number;
  readonly #backends = new Map<string, Backends>();
  readonly #listeners = new Map<string, Map<string, PortListener>>();
  readonly #affinities = new Map<string, ClientAffinity>();
  readonly #failures = new Map<string, string>();
  readonly #told = new Set<string>();
  readonly #retries = new Map<string, NodeJS.Timeout>();
  #stopped = false;

  constructor(options: ServiceNetworkOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
  }

  backends(key: string, port: number): readonly Backend[] | undefined {
    return this.#backends.get(key)?.get(port);
  }

  pick(key: string, port: number, client: string): Backend | null | undefined {
    const backends = this.backends(key, port);
    if (backends === undefined) return undefined;
    const choose = (): Backend | undefined => backends[Math.floor(this.#random() * backends.length)];
    const timeoutMs = affinityMsOf(this.#options.services.get(key));
    if (timeoutMs === undefined) return choose() ?? null;
    const id = `${key}:${port}`;
    const affinity = this.#affinities.get(id) ?? new ClientAffinity();
    this.#affinities.set(id, affinity);
    return affinity.pick(client, backends, { nowMs: Date.now(), timeoutMs }, choose) ?? null;
  }

  changed(key: string): void {
    if (this.#stopped) return;
    const service = this.#options.services.get(key);
    for (const id of this.#affinities.keys()) if (affinityMsOf(service) === undefined && id.startsWith(`${key}:`)) this.#affinities.delete(id);
    if (service === undefined) this.#backends.delete(key);
    else this.#backends.set(key, chooseBackends(service, this.#options.slices.list()));
    this.#settle(key, service);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#retries.values()) clearTimeout(timer);
    await Promise.all([...this.#listeners.values()].flatMap((byPort) => [...byPort.values()].map((listener) => listener.stop())));
  }

  /** Opens and closes listeners so that they are those that the service should have. */
  #settle(key: string, service: Service | undefined): void {
    const wanted = service === undefined ? [] : planListeners(service);
    const open = this.#listeners.get(key) ?? new Map<string, PortListener>();
    this.#listeners.set(key, open);
    const keep = new Set<string>();
    for (const listener of wanted) {
      if (listener.kind === "privileged") {
        this.#tellOnce(service, listener);
        continue;
      }
      const id = `${listener.address}:${listener.port}`;
      // An outside port stays open without backends: its holder must not lose it to another program meanwhile.
      if (listener.kind === "cluster" && (this.backends(key, listener.servicePort)?.length ?? 0) === 0) continue;
      keep.add(id);
      if (!open.has(id)) this.#open(key, id, listener, open);
    }
    for (const [id, listener] of open) {
      if (keep.has(id)) continue;
      open.delete(id);
      listener.close();
    }
    if (service === undefined) this.#listeners.delete(key);
    else if (service.spec.type === "LoadBalancer") void this.#writeStatus(key, service);
  }

  #open(key: string, id: string, wanted: Extract<WantedListener, { kind: "cluster" | "outside" }>, open: Map<string, PortListener>): void {
    const listener = startPortListener({
      loopback: this.#options.loopback,
      address: wanted.address,
      port: wanted.port,
      isPodAddress: this.#options.isPodAddress,
      pick: (client) => this.pick(key, wanted.servicePort, client) ?? undefined,
      onFailure: (error) => this.#failed(key, id, wanted, error),
      onListening: () => {
        const service = this.#options.services.get(key);
        if (wanted.kind === "outside" && this.#failures.delete(id) && service !== undefined) void this.#writeStatus(key, service);
      },
    });
    open.set(id, listener);
  }

  #failed(key: string, id: string, wanted: WantedListener, error: Error): void {
    const service = this.#options.services.get(key);
    this.#listeners.get(key)?.delete(id);
    if (this.#stopped || service === undefined) return;
    this.#failures.set(id, error.message);
    this.#options.events.record(service, {
      type: "Warning",
      reason: "PortTaken",
      message: `Port ${wanted.port} of ${"address" in wanted ? wanted.address : ""} can't be opened (${error.message}); trying again every ${retryMs / 1000} s. End the program that holds it or change the service's port.`,
    });
    if (wanted.kind === "outside") void this.#writeStatus(key, service);
    clearTimeout(this.#retries.get(id));
    this.#retries.set(id, setTimeout(() => this.changed(key), retryMs));
  }

  #tellOnce(service: Service | undefined, wanted: WantedListener): void {
    if (service === undefined) return;
    const id = `${service.metadata.uid}:${wanted.port}`;
    if (this.#told.has(id)) return;
    this.#told.add(id);
    this.#options.events.record(service, {
      type: "Warning",
      reason: "PortBelow1024",
      message: `Port ${wanted.port} has no listener, because the sandbox binds no port below 1024; pods still reach it by the service's name.`,
    });
  }

  async #writeStatus(key: string, service: Service): Promise<void> {
    const outside = planListeners(service).flatMap((listener) => (listener.kind === "outside" ? [listener] : []));
    const ports = outside.map(({ address, port }) => {
      const failed = this.#failures.has(`${address}:${port}`);
      return { port, protocol: "TCP", ...(failed ? { error: "sandbox.sluice.dev/PortTaken" } : {}) };
    });
    const ingress = ports.length === 0 ? [] : [{ ip: "127.0.0.1", ipMode: "VIP", ports }];
    const known = this.#options.services.get(key);
    if (known === undefined || JSON.stringify(known.status?.loadBalancer?.ingress ?? []) === JSON.stringify(ingress)) return;
    await this.#options.client
      .patch(kinds.services, service.metadata, { type: "merge", body: { metadata: { uid: service.metadata.uid }, status: { loadBalancer: { ingress } } } }, { subresource: "status" })
      // The next change of the service brings another attempt.
      .catch(() => undefined);
  }
}

/** How long a client stays where it was, ms; undefined: it does not (core/v1 ClientIPConfig). */
function affinityMsOf(service: Service | undefined): number | undefined {
  if (service?.spec.sessionAffinity !== "ClientIP") return undefined;
  const { clientIP } = (service.spec as { sessionAffinityConfig?: { clientIP?: { timeoutSeconds?: number } } }).sessionAffinityConfig ?? {};
  return (clientIP?.timeoutSeconds ?? affinitySeconds) * 1000;
}

/** Key of the service that a slice belongs to; undefined for a slice of none. */
export function serviceKeyOf(slice: EndpointSlice): string | undefined {
  const name = slice.metadata.labels?.["kubernetes.io/service-name"];
  return name === undefined ? undefined : keyOf({ metadata: { name, namespace: slice.metadata.namespace } });
}
