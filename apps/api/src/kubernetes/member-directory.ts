import type { KubernetesClient } from "@sluice/kubernetes/client";
import { createClient } from "@sluice/kubernetes/create-client";
import type { Informer } from "@sluice/kubernetes/informer";
import { kinds } from "@sluice/kubernetes/kinds";
import { type ReconcileLoop, startReconcileLoop } from "@sluice/kubernetes/reconcile-loop";
import { startInformer } from "@sluice/kubernetes/start-informer";
import { byIdentity } from "@sluice/shared/by-identity";
import { clusterKeyOf } from "@sluice/shared/cluster/cluster-key";
import type { Cluster } from "@sluice/shared/cluster/cluster-schema";
import type { Cache, MemberWorld, World } from "../world/world.ts";
import { controllerManager } from "../world/labels.ts";
import { type ConnectionFailure, connectionFailure } from "./connection-failure.ts";
import { MemberConnection } from "./member-connection.ts";
import { readKubeconfig } from "./read-kubeconfig.ts";

/** A Secret that was changed by hand is read again after at most this long. */
const rereadMs = 15_000;

export interface MemberDirectoryOptions {
  controlPlane: KubernetesClient;
  allowInsecure?: boolean;
  heartbeatMs?: number;
  now?: () => number;
  /** A cache of a member changed, or (cache "state") its connection. Never carries the event: read the caches. */
  onChange?: (clusterName: string, cache: string, key: string) => void;
}

interface Entry {
  kubeconfig: string | undefined;
  connection: MemberConnection | undefined;
  failure: ConnectionFailure | undefined;
  sinceMs: number;
}

/** A member as controllers and routers use it. */
export interface Member {
  readonly cluster: Cluster;
  readonly key: string;
  /** undefined: the kubeconfig can't be used; `failure` says why. */
  readonly connection: MemberConnection | undefined;
  readonly failure: ConnectionFailure | undefined;
}

/**
 * Connections to all members, as the Cluster objects of the control-plane cluster say. Every replica has one; it only
 * reads. One member's trouble touches no other.
 */
export class MemberDirectory {
  readonly clusters: Informer<Cluster>;
  readonly #options: Required<MemberDirectoryOptions>;
  readonly #entries = new Map<string, Entry>();
  readonly #loop: ReconcileLoop;

  constructor(options: MemberDirectoryOptions) {
    this.#options = { allowInsecure: false, heartbeatMs: 5_000, now: Date.now, onChange: () => undefined, ...options };
    this.#loop = startReconcileLoop({ reconcile: (name, signal) => this.#reconcile(name, signal), concurrency: 8 });
    this.clusters = startInformer(options.controlPlane, kinds.clusters, {
      onChange: (name) => {
        this.#loop.add(name);
        this.#options.onChange(name, "clusters", name);
      },
    });
  }

  /** Members in key order, those that leave included. */
  members(): Member[] {
    return inKeyOrder(this.clusters.list()).map(({ cluster, key }) => new ListedMember(cluster, key, this.#entries.get(cluster.metadata.name)));
  }

  member(key: string): Member | undefined {
    return this.members().find((member) => member.key === key);
  }

  world(): World {
    return { members: this.members().map((member) => this.#memberWorld(member)) };
  }

  async stop(): Promise<void> {
    await this.clusters.stop();
    await this.#loop.stop();
    await Promise.all([...this.#entries.keys()].map((name) => this.#drop(name)));
  }

  #memberWorld({ cluster, key, connection }: Member): MemberWorld {
    const sinceMs = this.#entries.get(cluster.metadata.name)?.sinceMs ?? this.#options.now();
    const caches = connection?.caches;
    return {
      key,
      cluster,
      link: connection?.link ?? { state: "unknown", sinceMs },
      namespaces: caches?.namespaces ?? nothing(),
      services: caches?.services ?? nothing(),
      endpointSlices: caches?.endpointSlices ?? nothing(),
      pods: caches?.pods ?? nothing(),
      serviceExports: caches?.serviceExports ?? nothing(),
      serviceImports: caches?.serviceImports ?? nothing(),
      policies: caches?.policies ?? nothing(),
      revisions: caches?.revisions ?? nothing(),
    };
  }

  async #reconcile(name: string, signal: AbortSignal): Promise<{ requeueAfterMs: number } | undefined> {
    const cluster = this.clusters.get(name);
    if (cluster === undefined) {
      await this.#drop(name);
      return undefined;
    }
    const entry = this.#entries.get(name) ?? { kubeconfig: undefined, connection: undefined, failure: undefined, sinceMs: this.#options.now() };
    this.#entries.set(name, entry);
    const read = cluster.spec.isInCluster ? { text: "" } : await readKubeconfig(this.#options.controlPlane, cluster, signal);
    if (signal.aborted) return undefined;
    if ("failure" in read) {
      // While a cluster leaves its Secret goes last; the connection that exists is kept for what remains to be done.
      if (cluster.metadata.deletionTimestamp === undefined) await this.#refuse(name, read.failure);
    } else if (entry.connection === undefined || entry.kubeconfig !== read.text) {
      await this.#connect(name, cluster, read.text);
    }
    return { requeueAfterMs: rereadMs };
  }

  async #connect(name: string, cluster: Cluster, kubeconfig: string): Promise<void> {
    const { allowInsecure, controlPlane, heartbeatMs, now, onChange } = this.#options;
    let client: KubernetesClient;
    try {
      client = cluster.spec.isInCluster ? controlPlane : createClient({ kubeconfig, allowInsecure, fieldManager: controllerManager });
    } catch (error) {
      await this.#refuse(name, connectionFailure(error, "kubeconfig"));
      return;
    }
    await this.#drop(name);
    const connection = new MemberConnection({
      client,
      heartbeatMs,
      now,
      onChange: (cache, key) => onChange(name, cache, key),
      onState: () => onChange(name, "state", name),
    });
    this.#entries.set(name, { kubeconfig, connection, failure: undefined, sinceMs: now() });
    onChange(name, "state", name);
  }

  async #refuse(name: string, failure: ConnectionFailure): Promise<void> {
    const entry = this.#entries.get(name);
    if (entry?.failure?.reason === failure.reason && entry.failure.message === failure.message) return;
    await this.#drop(name);
    this.#entries.set(name, { kubeconfig: undefined, connection: undefined, failure, sinceMs: this.#options.now() });
    this.#options.onChange(name, "state", name);
  }

  async #drop(name: string): Promise<void> {
    const entry = this.#entries.get(name);
    this.#entries.delete(name);
    if (entry?.connection === undefined) return;
    await entry.connection.stop();
    if (entry.connection.client !== this.#options.controlPlane) await entry.connection.client.close();
  }
}

/** Most ask for the caches alone, and often: why there is no connection is looked for when it is asked. */
class ListedMember implements Member {
  readonly cluster: Cluster;
  readonly key: string;
  readonly connection: MemberConnection | undefined;
  readonly #entry: Entry | undefined;

  constructor(cluster: Cluster, key: string, entry: Entry | undefined) {
    this.cluster = cluster;
    this.key = key;
    this.connection = entry?.connection;
    this.#entry = entry;
  }

  get failure(): ConnectionFailure | undefined {
    return this.connection?.failure ?? this.#entry?.failure;
  }
}

const inKeyOrder = byIdentity((clusters: readonly Cluster[]) => clusters.map((cluster) => ({ cluster, key: clusterKeyOf(cluster) })).toSorted((a, b) => (a.key < b.key ? -1 : 1)));

function nothing<T>(): Cache<T> {
  return { get: () => undefined, list: () => [] };
}
