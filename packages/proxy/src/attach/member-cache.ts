import { attachAnnotation, inlineSelectorKey, managedByLabel, managedBySluice, memberName, portRecordsName, shadowOfLabel, sliceManagedByLabel, sliceManager, sliceServiceLabel } from "@sluice/shared/attachment/attachment-names";
import type { ServiceExport } from "@sluice/shared/export/service-export-schema";
import type { ServiceImport } from "@sluice/shared/import/service-import-schema";
import type { GlobalTrafficPolicy } from "@sluice/shared/policy/global-traffic-policy-schema";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import type { Informer, InformerOptions } from "@sluice/kubernetes/informer";
import { kinds, type ConfigMap, type EndpointSlice, type Namespace, type Node, type Pod, type Service } from "@sluice/kubernetes/kinds";
import type { KubernetesObject, ResourceType } from "@sluice/kubernetes/resource";
import { startInformer } from "@sluice/kubernetes/start-informer";
import type { Write } from "./apply-actions.ts";
import { GroupIndex } from "./group-index.ts";
import { selects } from "./observed-objects.ts";

const proxyName = "sluice-proxy";
const zoneLabel = "topology.kubernetes.io/zone";
/** ConfigMap whose presence asks the controller to detach everything and to stay out. */
export const detachAllName = "sluice-detach-all";

export interface MemberCacheOptions {
  client: KubernetesClient;
  /** Where Sluice itself lives. */
  namespace: string;
  /** Keys of services whose world changed; "all" when it may be any. */
  onChange: (services: readonly string[] | "all") => void;
  onProblem: (message: string) => void;
}

/** All that the attachment controller watches, found by service. Keys are "namespace/name" of a service. */
export class MemberCache {
  readonly #options: MemberCacheOptions;
  readonly #services: Informer<Service>;
  readonly #slices: Informer<EndpointSlice>;
  readonly #pods: Informer<Pod>;
  readonly #policies: Informer<GlobalTrafficPolicy>;
  readonly #imports: Informer<ServiceImport>;
  readonly #exports: Informer<ServiceExport>;
  readonly #configMaps: Informer<ConfigMap>;
  readonly #namespaces: Informer<Namespace>;
  readonly #nodes: Informer<Node>;
  readonly #informers: Informer<KubernetesObject>[] = [];
  readonly #slicesByService = new GroupIndex();
  readonly #shadowsByOwner = new GroupIndex();
  readonly #podsByNamespace = new GroupIndex();
  readonly #servicesByNamespace = new GroupIndex();

  constructor(options: MemberCacheOptions) {
    this.#options = options;
    const { namespace } = options;
    this.#services = this.#watch(kinds.services, (key, service) => {
      const shadowOf = service?.metadata.labels?.[shadowOfLabel];
      const owners = this.#shadowsByOwner.move(key, shadowOf === undefined ? undefined : `${service?.metadata.namespace}/${shadowOf}`);
      const [namespaceOfIt = ""] = this.#servicesByNamespace.move(key, service?.metadata.namespace);
      // Another Service on the same pods is a way past the proxies.
      return [key, ...owners, ...this.#attachedIn(namespaceOfIt)];
    });
    this.#slices = this.#watch(kinds.endpointSlices, (key, slice) => {
      const name = slice?.metadata.labels?.[sliceServiceLabel];
      const services = this.#slicesByService.move(key, name === undefined ? undefined : `${slice?.metadata.namespace}/${name}`);
      return services.map((service) => this.#ownerOf(service));
    });
    this.#pods = this.#watch(kinds.pods, (key, pod) => {
      const [podNamespace] = this.#podsByNamespace.move(key, pod === undefined ? undefined : pod.metadata.namespace);
      if (podNamespace === namespace) return "all";
      return this.#attachedIn(podNamespace);
    });
    this.#policies = this.#watch(kinds.globalTrafficPolicies, (key) => [key]);
    this.#imports = this.#watch(kinds.serviceImports, (key) => [key]);
    this.#exports = this.#watch(kinds.serviceExports, (key) => (this.isConcerned(key) ? [key] : []));
    this.#namespaces = this.#watch(kinds.namespaces, (key) => this.#imports.list().map(keyOfObject).filter((one) => one.startsWith(`${key}/`)));
    // Nodes report every few seconds; only their versions matter, and the resync is soon enough for these.
    this.#nodes = this.#watch(kinds.nodes, () => []);
    this.#configMaps = this.#watch(kinds.configMaps, (key) => (key === `${namespace}/${memberName}` || key === `${namespace}/${detachAllName}` ? "all" : []), { namespace });
  }

  /** True when the cache holds what the write left, or something later. */
  hasSeen(write: Write): boolean {
    const informer = { service: this.#services, slice: this.#slices, configMap: this.#configMaps }[write.kind];
    const known: KubernetesObject | undefined = informer.get(write.key);
    if ("deletedUid" in write) return known === undefined || known.metadata.uid !== write.deletedUid;
    // Versions of one kind can be compared as numbers (KEP-5504); an object that is gone was changed since.
    return known === undefined ? false : Number(known.metadata.resourceVersion) >= Number(write.resourceVersion);
  }

  async synced(): Promise<void> {
    await Promise.all(this.#informers.map((informer) => informer.synced()));
  }

  /** True while every watch works: what the cache says is then what the API server says. */
  get live(): boolean {
    return this.#informers.every((informer) => informer.state.phase === "live");
  }

  get clusterKey(): string | undefined {
    return this.#configMaps.get(`${this.#options.namespace}/${memberName}`)?.data?.["clusterKey"] || undefined;
  }

  get portRecords(): ConfigMap | undefined {
    return this.#configMaps.get(`${this.#options.namespace}/${portRecordsName}`);
  }

  service(key: string): Service | undefined {
    return this.#services.get(key);
  }

  servicesOf(namespace: string): Service[] {
    return [...this.#servicesByNamespace.keysOf(namespace)].map((key) => this.#services.get(key)).filter((service) => service !== undefined);
  }

  shadow(key: string): Service | undefined {
    for (const shadow of this.#shadowsByOwner.keysOf(key)) return this.#services.get(shadow);
    return undefined;
  }

  slices(key: string): EndpointSlice[] {
    return [...this.#slicesByService.keysOf(key)].map((slice) => this.#slices.get(slice)).filter((slice) => slice !== undefined);
  }

  policy(key: string): GlobalTrafficPolicy | undefined {
    return this.#policies.get(key);
  }

  serviceImport(key: string): ServiceImport | undefined {
    return this.#imports.get(key);
  }

  serviceExport(key: string): ServiceExport | undefined {
    return this.#exports.get(key);
  }

  hasNamespace(name: string): boolean {
    const namespace = this.#namespaces.get(name);
    return namespace !== undefined && namespace.metadata.deletionTimestamp === undefined;
  }

  /** Set while everything is to be detached, see `detachAllName`. */
  get isDetachAll(): boolean {
    return this.#configMaps.get(`${this.#options.namespace}/${detachAllName}`) !== undefined;
  }

  /** True when any object of ours, or our key, is left in a service's path. */
  get hasTraces(): boolean {
    if (this.#slices.list().some((slice) => slice.metadata.labels?.[sliceManagedByLabel] === sliceManager)) return true;
    return this.#services.list().some(({ metadata, spec }) => metadata.labels?.[shadowOfLabel] !== undefined || spec.selector?.[inlineSelectorKey] !== undefined || metadata.labels?.[managedByLabel] === managedBySluice);
  }

  /** False when a node's kube-proxy may be too old to fall back to terminating endpoints (before 1.26). */
  get hasTerminatingFallback(): boolean {
    return this.#nodes.list().every(({ status }) => {
      // Newer clusters leave kubeProxyVersion empty; there the kubelet's is the best that is known.
      const version = /^v(\d+)\.(\d+)/.exec(status?.nodeInfo?.kubeProxyVersion || status?.nodeInfo?.kubeletVersion || "");
      return version === null || Number(version[1]) > 1 || Number(version[2]) >= 26;
    });
  }

  /** Zone of a node, by its well-known label; undefined when nobody labelled it. */
  zoneOf(nodeName: string | undefined): string | undefined {
    return nodeName === undefined ? undefined : this.#nodes.get(nodeName)?.metadata.labels?.[zoneLabel];
  }

  /** Uids of all Services. */
  serviceUids(): Set<string> {
    return new Set(this.#services.list().map((service) => service.metadata.uid ?? ""));
  }

  /** Pods of the namespace that the selector chooses, of any readiness. */
  pods(namespace: string, selector: Readonly<Record<string, string>>): Pod[] {
    const pods: Pod[] = [];
    for (const key of this.#podsByNamespace.keysOf(namespace)) {
      const pod = this.#pods.get(key);
      if (pod !== undefined && selects(selector, pod.metadata.labels)) pods.push(pod);
    }
    return pods;
  }

  /** Proxies that have an address, ready or not; ended ones are out. */
  proxies(): Pod[] {
    return this.pods(this.#options.namespace, { "app.kubernetes.io/name": proxyName }).filter(
      (pod) => pod.status?.podIP !== undefined && pod.status.phase !== "Succeeded" && pod.status.phase !== "Failed",
    );
  }

  /** Services of which a policy, an import, or a trace of ours is there; all others are left alone unseen. */
  attachedKeys(): Set<string> {
    const keys = new Set<string>();
    for (const policy of this.#policies.list()) keys.add(keyOfObject(policy));
    for (const one of this.#imports.list()) keys.add(keyOfObject(one));
    for (const owner of this.#shadowsByOwner.groups()) keys.add(owner);
    for (const service of this.#services.list()) if (isMarked(service)) keys.add(keyOfObject(service));
    for (const slice of this.#slices.list()) {
      const name = slice.metadata.labels?.[sliceServiceLabel];
      if (name !== undefined && slice.metadata.labels?.[sliceManagedByLabel] === sliceManager) keys.add(`${slice.metadata.namespace}/${name}`);
    }
    return keys;
  }

  /** True when the service is one of `attachedKeys`. */
  isConcerned(key: string): boolean {
    if (this.#policies.get(key) !== undefined || this.#imports.get(key) !== undefined || this.shadow(key) !== undefined) return true;
    const service = this.#services.get(key);
    if (service !== undefined && isMarked(service)) return true;
    return this.slices(key).some((slice) => slice.metadata.labels?.[sliceManagedByLabel] === sliceManager);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#informers.map((informer) => informer.stop()));
  }

  #watch<T extends KubernetesObject>(
    type: ResourceType<T>,
    affected: (key: string, object: T | undefined) => readonly string[] | "all",
    options: InformerOptions = {},
  ): Informer<T> {
    const informer: Informer<T> = startInformer(this.#options.client, type, {
      ...options,
      onChange: (key) => {
        const services = affected(key, informer.get(key));
        if (services.length > 0) this.#options.onChange(services);
      },
      onState: (state) => {
        if (state.phase !== "live" && state.error !== undefined) this.#options.onProblem(`${type.plural}: ${state.error.message}`);
      },
    });
    this.#informers.push(informer);
    return informer;
  }

  #attachedIn(namespace: string | undefined): string[] {
    return [...this.attachedKeys()].filter((key) => key.startsWith(`${namespace}/`));
  }

  #ownerOf(service: string): string {
    const shadowOf = this.#services.get(service)?.metadata.labels?.[shadowOfLabel];
    return shadowOf === undefined ? service : `${service.slice(0, service.indexOf("/"))}/${shadowOf}`;
  }
}

/** The annotation asks for us, or our key or our label is there. */
function isMarked({ metadata, spec }: Service): boolean {
  return metadata.annotations?.[attachAnnotation] !== undefined || spec.selector?.[inlineSelectorKey] !== undefined || metadata.labels?.[managedByLabel] === managedBySluice;
}

function keyOfObject(object: { metadata: { name: string; namespace?: string } }): string {
  return `${object.metadata.namespace ?? ""}/${object.metadata.name}`;
}
