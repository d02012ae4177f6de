import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Kubectl } from "../../ground/kubectl.ts";

interface Seen {
  type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK";
  object: {
    kind: string;
    metadata: { name: string; resourceVersion: string; labels?: Record<string, string> };
    spec?: { selector?: Record<string, string> };
    endpoints?: { conditions: { ready: boolean } }[] | null;
    status?: { attachment?: string };
  };
}

const key = "sluice.dev/inline";

/** Watches what attachment writes in a namespace, on the API server itself. */
export class Trace {
  readonly #service: string;
  readonly #since: number;
  readonly #watches: ChildProcess[];
  readonly #seen: Seen[] = [];

  private constructor(service: string, since: number, watches: ChildProcess[]) {
    this.#service = service;
    this.#since = since;
    this.#watches = watches;
  }

  static async start(kubectl: Kubectl, namespace: string, service: string): Promise<Trace> {
    const kinds = ["services", "endpointslices", "globaltrafficpolicies"];
    const { metadata } = JSON.parse(await kubectl.run(["get", "--raw", `/api/v1/namespaces/${namespace}/services`])) as { metadata: { resourceVersion: string } };
    const trace = new Trace(service, Number(metadata.resourceVersion), kinds.map((kind) => kubectl.start(["get", kind, "-n", namespace, "--watch", "--output-watch-events", "-o", "json"])));
    await Promise.all(trace.#watches.map((watch) => trace.#follow(watch)));
    return trace;
  }

  stop(): void {
    for (const watch of this.#watches) watch.kill();
  }

  /** What changed since the start, in the API server's order. */
  get steps(): string[] {
    return stepsOf(this.#seen, this.#service, this.#since);
  }

  /** Resolves with the first object; kubectl writes each on a line of its own. */
  async #follow(watch: ChildProcess): Promise<void> {
    if (watch.stdout === null) throw new Error("unreachable: kubectl is started with a pipe");
    const lines = createInterface({ input: watch.stdout });
    lines.on("line", (line) => this.#seen.push(JSON.parse(line) as Seen));
    await Promise.race([once(lines, "line"), once(watch, "exit").then(([code]) => Promise.reject(new Error(`kubectl get --watch ended with ${code}`)))]);
  }
}

/** What one can say of the service's path at a moment; each change of one of these is a step. */
function aspectsOf(objects: ReadonlyMap<string, Seen["object"]>, service: string): Record<string, string> {
  const all = [...objects.values()];
  const slices = (manager: string, role?: string) =>
    all
      .filter(({ kind, metadata: { labels = {} } }) => kind === "EndpointSlice" && labels["kubernetes.io/service-name"] === service && labels["endpointslice.kubernetes.io/managed-by"] === manager && labels["sluice.dev/role"] === role)
      .flatMap(({ endpoints }) => endpoints ?? []);
  const named = (kind: string, name: string) => all.find((object) => object.kind === kind && object.metadata.name === name);
  const proxies = slices("sluice.dev", "proxy");
  return {
    stage: named("GlobalTrafficPolicy", service)?.status?.attachment ?? "none",
    shadow: named("Service", `${service}-sluice-local`) === undefined ? "none" : "there",
    key: key in (named("Service", service)?.spec?.selector ?? {}) ? "set" : "none",
    pods: slices("endpointslice-controller.k8s.io").some(({ conditions }) => conditions.ready) ? "ready" : "none",
    proxies: proxies.length === 0 ? "none" : proxies.some(({ conditions }) => conditions.ready) ? "ready" : "terminating",
    failOpen: slices("sluice.dev", "fail-open").length === 0 ? "none" : "there",
  };
}

function stepsOf(seen: readonly Seen[], service: string, since: number): string[] {
  const objects = new Map<string, Seen["object"]>();
  let before: Record<string, string> = {};
  const steps: string[] = [];
  // etcd counts the changes of all objects in one row.
  const versionOf = ({ object }: Seen) => Number(object.metadata.resourceVersion);
  for (const event of seen.toSorted((a, b) => versionOf(a) - versionOf(b))) {
    const { type, object } = event;
    const id = `${object.kind} ${object.metadata.name}`;
    if (type === "DELETED") objects.delete(id);
    else if (type !== "BOOKMARK") objects.set(id, object);
    const now = aspectsOf(objects, service);
    if (versionOf(event) > since) steps.push(...Object.entries(now).flatMap(([aspect, value]) => (before[aspect] === value ? [] : [`${aspect}: ${value}`])));
    before = now;
  }
  return steps;
}
