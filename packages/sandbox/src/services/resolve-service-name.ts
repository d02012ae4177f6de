/** A service that a host name stands for. */
export interface ServiceName {
  readonly name: string;
  readonly namespace: string;
}

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/**
 * Reads `name`, `name.ns`, `name.ns.svc` and `name.ns.svc.cluster.local` (with or without a last dot) as a pod of
 * `ownNamespace` would resolve it; undefined for every other name.
 */
export function resolveServiceName(host: string, ownNamespace: string): ServiceName | undefined {
  const bare = host.toLowerCase().replace(/\.$/, "").replace(/\.svc\.cluster\.local$/, ".svc");
  const [name = "", namespace = ownNamespace, zone = "svc", ...rest] = bare.split(".");
  if (rest.length > 0 || zone !== "svc" || !label.test(name) || !label.test(namespace)) return undefined;
  return { name, namespace };
}
