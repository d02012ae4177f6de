import type { ImportEndpoint, ServiceImport } from "./service-import-schema.ts";

type Told = NonNullable<NonNullable<ServiceImport["status"]>["clusters"]>[number];

/** As many as 50 members with 500 services each have, twice over. */
const countMax = 50_000;
/** Of those that go by the same text; more are rare, and looking through them would take longer than they save. */
const alikeMax = 100;

/** Values by a text that few share. Bounded: beyond `countMax` those go that were not asked for since as many others came. */
class Interned<T> {
  #young = new Map<string, T[]>();
  #old = this.#young;
  #count = 0;

  /** The known value that `isSame`, else `value`, which is known from now on. */
  get(text: string, isSame: (known: T) => boolean, value: () => T): T {
    const alike = this.#young.get(text);
    const known = alike?.find(isSame);
    if (known !== undefined) return known;
    const kept = this.#old.get(text)?.find(isSame) ?? value();
    if ((alike?.length ?? 0) < alikeMax) this.#add(text, kept);
    return kept;
  }

  #add(text: string, value: T): void {
    if (this.#count >= countMax) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#count = 0;
    }
    this.#count += 1;
    const alike = this.#young.get(text);
    if (alike === undefined) this.#young.set(text, [value]);
    else alike.push(value);
  }
}

const endpoints = new Interned<ImportEndpoint>();
const clusters = new Interned<Told>();

/** The one object for all equal endpoints; frozen, since it stands in the imports of many members. */
export function internEndpoint(endpoint: ImportEndpoint): ImportEndpoint {
  const { clusterKey, target } = endpoint;
  const { host, ip, port, path } = target;
  const isSame = (known: ImportEndpoint) => known.clusterKey === clusterKey && known.target.host === host && known.target.ip === ip && known.target.port === port;
  return endpoints.get(path, isSame, () => Object.freeze({ clusterKey, target: Object.freeze({ host, ip, port, path }) }));
}

/**
 * The import with what it has in common with those of other members held once: who offers a service stands in the imports of
 * all others. What was never written by Sluice, or by another version of it, stays as it is.
 */
export function internImport(imported: ServiceImport): ServiceImport {
  const { spec, status } = imported;
  if (!Array.isArray(spec.ports) || !spec.ports.every(({ endpoints: list }) => Array.isArray(list))) return imported;
  const ports = spec.ports.map((port) => ({ ...port, endpoints: port.endpoints.map((endpoint) => (isPlain(endpoint) ? internEndpoint(endpoint) : endpoint)) }));
  const told = status?.clusters?.map(internTold);
  return { ...imported, spec: { ...spec, ports }, ...(told === undefined ? {} : { status: { ...status, clusters: told } }) };
}

function internTold(told: Told): Told {
  const { cluster, addresses } = told;
  const [only] = addresses ?? [];
  if (addresses?.length !== 1 || only === undefined || Object.keys(told).length !== 2) return told;
  return clusters.get(cluster, (known) => known.addresses?.[0] === only, () => Object.freeze({ cluster, addresses: Object.freeze([only]) as string[] }));
}

/** Nothing is lost of it where only the fields of the schema are kept. */
function isPlain(endpoint: ImportEndpoint): boolean {
  return Object.keys(endpoint).length === 2 && Object.keys(endpoint.target ?? {}).length === 4;
}
