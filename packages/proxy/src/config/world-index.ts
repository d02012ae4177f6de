import { memberName, portRecordsKey, portRecordsName, shadowOfLabel, sliceManagedByLabel, sliceManager, sliceServiceLabel } from "@sluice/shared/attachment/attachment-names";
import { sliceRoleLabel } from "@sluice/shared/attachment/desired-slices";
import { noPortRecords, portRecordsTextSchema, type PortRecords } from "@sluice/shared/attachment/port-records";
import { clusterKeySchema } from "@sluice/shared/cluster/cluster-key";
import { serviceExportSpecSchema, type ServiceExport } from "@sluice/shared/export/service-export-schema";
import { serviceImportSpecSchema, type ServiceImport, type ServiceImportSpec } from "@sluice/shared/import/service-import-schema";
import { globalTrafficPolicySpecSchema, type GlobalTrafficPolicy } from "@sluice/shared/policy/global-traffic-policy-schema";
import type { ConfigMap, EndpointSlice, Service } from "@sluice/kubernetes/kinds";
import type { z } from "zod";
import type { Affected, World } from "./world.ts";

/** What a source feeds in, by kind. */
export interface WorldObjects {
  service: Service;
  slice: EndpointSlice;
  policy: GlobalTrafficPolicy;
  serviceImport: ServiceImport;
  serviceExport: ServiceExport;
  configMap: ConfigMap;
}

/**
 * The world as its sources told it, indexed by service. Objects are parsed here, once; of one that is malformed the
 * last good version stays, since a proxy that goes on with yesterday's policy is better than one without any.
 */
export class WorldIndex implements World {
  clusterKey = "";
  portRecords: PortRecords = noPortRecords;
  readonly #services = new Map<string, Service>();
  readonly #slices = new Map<string, EndpointSlice>();
  readonly #slicesByService = new Map<string, Set<string>>();
  readonly #shadows = new Map<string, Set<string>>();
  readonly #policies = new Map<string, GlobalTrafficPolicy>();
  readonly #imports = new Map<string, ServiceImportSpec>();
  readonly #exports = new Map<string, ServiceExport>();
  readonly #onProblem: (message: string) => void;

  constructor(onProblem: (message: string) => void = () => undefined) {
    this.#onProblem = onProblem;
  }

  *serviceKeys(): Iterable<string> {
    yield* this.#services.keys();
    for (const key of this.#exports.keys()) if (!this.#services.has(key)) yield key;
  }

  service(key: string): Service | undefined {
    return this.#services.get(key);
  }

  policy(key: string): GlobalTrafficPolicy | undefined {
    return this.#policies.get(key);
  }

  serviceImport(key: string): ServiceImportSpec | undefined {
    return this.#imports.get(key);
  }

  serviceExport(key: string): ServiceExport | undefined {
    return this.#exports.get(key);
  }

  /**
   * Both the service's and the shadow's slices: while a service is being attached or detached the pods move from one
   * to the other, and at no moment may they be in neither.
   */
  localSlices(key: string): readonly EndpointSlice[] {
    const slices: EndpointSlice[] = [];
    for (const service of [key, ...(this.#shadows.get(key) ?? [])]) {
      for (const sliceKey of this.#slicesByService.get(service) ?? []) {
        const slice = this.#slices.get(sliceKey);
        if (slice !== undefined && slice.metadata.labels?.[sliceManagedByLabel] !== sliceManager) slices.push(slice);
      }
    }
    return slices;
  }

  /** True while a slice of ours sends callers to the address. */
  isListed(address: string): boolean {
    for (const { metadata, endpoints } of this.#slices.values()) {
      if (metadata.labels?.[sliceManagedByLabel] !== sliceManager) continue;
      if (endpoints.some((endpoint) => endpoint.addresses.includes(address) && endpoint.conditions?.ready !== false)) return true;
    }
    return false;
  }

  /** Addresses of every proxy that our slices list, whether they send callers there or not. */
  proxyAddresses(): string[] {
    const slices = [...this.#slices.values()].filter(({ metadata }) => metadata.labels?.[sliceManagedByLabel] === sliceManager && metadata.labels[sliceRoleLabel] === "proxy");
    return [...new Set(slices.flatMap(({ endpoints }) => endpoints.flatMap(({ addresses }) => addresses)))].toSorted();
  }

  /** Sets or (undefined) removes one object; answers which services that may change. */
  update<K extends keyof WorldObjects>(kind: K, key: string, object: WorldObjects[K] | undefined): Affected {
    switch (kind) {
      case "service":
        return this.#updateService(key, object as Service | undefined);
      case "slice":
        return this.#updateSlice(key, object as EndpointSlice | undefined);
      case "policy":
        return this.#updateParsed(this.#policies, key, object as GlobalTrafficPolicy | undefined, (policy) => {
          const spec = this.#parse(globalTrafficPolicySpecSchema, policy.spec, `GlobalTrafficPolicy ${key}`);
          return spec === undefined ? undefined : { ...policy, spec };
        });
      case "serviceImport":
        return this.#updateParsed(this.#imports, key, object as ServiceImport | undefined, ({ spec }) => this.#parse(serviceImportSpecSchema, spec, `ServiceImport ${key}`));
      case "serviceExport":
        return this.#updateParsed(this.#exports, key, object as ServiceExport | undefined, (one) => {
          const spec = this.#parse(serviceExportSpecSchema, one.spec, `ServiceExport ${key}`);
          return spec === undefined ? undefined : { ...one, spec };
        });
      case "configMap":
        return this.#updateConfigMap(key, object as ConfigMap | undefined);
    }
    throw new Error(`unknown kind ${String(kind)}`);
  }

  #updateService(key: string, service: Service | undefined): Affected {
    const before = this.#services.get(key);
    if (service === undefined) this.#services.delete(key);
    else this.#services.set(key, service);
    const owners = new Set<string>();
    for (const [one, adds] of [[before, false], [service, true]] as const) {
      const owner = one === undefined ? undefined : ownerOfShadow(one);
      if (owner === undefined) continue;
      if (adds) addTo(this.#shadows, owner, key);
      else removeFrom(this.#shadows, owner, key);
      owners.add(owner);
    }
    return [key, ...owners];
  }

  #updateSlice(key: string, slice: EndpointSlice | undefined): Affected {
    const affected = new Set<string>();
    const before = this.#slices.get(key);
    if (slice === undefined) this.#slices.delete(key);
    else this.#slices.set(key, slice);
    for (const [one, adds] of [[before, false], [slice, true]] as const) {
      const name = one?.metadata.labels?.[sliceServiceLabel];
      if (name === undefined) continue;
      const serviceKey = `${one?.metadata.namespace}/${name}`;
      if (adds) addTo(this.#slicesByService, serviceKey, key);
      else removeFrom(this.#slicesByService, serviceKey, key);
      const service = this.#services.get(serviceKey);
      affected.add((service === undefined ? undefined : ownerOfShadow(service)) ?? serviceKey);
    }
    return [...affected];
  }

  #updateParsed<T, S>(map: Map<string, S>, key: string, object: T | undefined, parse: (object: T) => S | undefined): Affected {
    if (object === undefined) return map.delete(key) ? [key] : [];
    const parsed = parse(object);
    if (parsed === undefined) return [];
    map.set(key, parsed);
    return [key];
  }

  #updateConfigMap(key: string, configMap: ConfigMap | undefined): Affected {
    const name = key.slice(key.indexOf("/") + 1);
    if (name === memberName) {
      const clusterKey = configMap?.data?.["clusterKey"] ?? "";
      const parsed = clusterKey === "" ? "" : this.#parse(clusterKeySchema, clusterKey, `ConfigMap ${key}, clusterKey`);
      if (parsed === undefined || parsed === this.clusterKey) return [];
      this.clusterKey = parsed;
      return "all";
    }
    // A record that vanished is not evidence that listeners may close: they stay until it says so.
    const text = configMap?.data?.[portRecordsKey];
    if (name !== portRecordsName || text === undefined) return [];
    const parsed = this.#parse(portRecordsTextSchema, text, `ConfigMap ${key}, ${portRecordsKey}`);
    if (parsed === undefined) return [];
    this.portRecords = parsed;
    return "all";
  }

  #parse<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> | undefined {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    this.#onProblem(`${what}: ${issue?.path.join(".") ?? ""} ${issue?.message ?? "is not valid"}; the last good version stays in force`);
    return undefined;
  }
}

function ownerOfShadow(service: Service): string | undefined {
  const name = service.metadata.labels?.[shadowOfLabel];
  return name === undefined ? undefined : `${service.metadata.namespace}/${name}`;
}

function addTo(map: Map<string, Set<string>>, key: string, value: string): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, new Set([value]));
  else values.add(value);
}

function removeFrom(map: Map<string, Set<string>>, key: string, value: string): void {
  const values = map.get(key);
  if (values?.delete(value) === true && values.size === 0) map.delete(key);
}
