import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import { kinds } from "@sluice/kubernetes/kinds";
import type { ApiObject } from "@sluice/sandbox/api-server/api-object";
import type { ServerMemory } from "@sluice/sandbox/api-server/start-api-server";
import type { RealApiServer } from "@sluice/sandbox/real-api-server/start-real-api-server";
import type { ServiceImportSpec } from "@sluice/shared/import/service-import-schema";

const namespaces = 20;
/** etcd takes 128 operations and 1.5 MiB at a time. */
const atATime = 50;
const writtenAt = "2026-01-01T00:00:00Z";

/** What of a member is not to be there yet. */
export type Without = "imports" | "nothing";

/** Names of equal length, which can be put for one another in what is stored. */
const nameOf = (service: number): string => `service-${String(service).padStart(4, "0")}`;
const namespaceOf = (service: number): string => `team-${String(service % namespaces).padStart(2, "0")}`;

export const metadataOf = (service: number): { namespace: string; name: string } => ({ namespace: namespaceOf(service), name: nameOf(service) });
export const pathOf = (member: string, service: number, change = 0): string => `/${member}/${nameOf(service)}${change === 0 ? "" : `/${change}`}`;
export const gateway = { host: "127.0.0.1", port: 9 };

/** Makes one object of each kind by the API, which all others are to be like. */
export async function createFirst(client: KubernetesClient, member: string, others: readonly string[]): Promise<void> {
  for (let team = 0; team < namespaces; team += 1) await client.create(kinds.namespaces, { apiVersion: "v1", kind: "Namespace", metadata: { name: namespaceOf(team) } });
  const metadata = metadataOf(0);
  await client.create(kinds.services, { apiVersion: "v1", kind: "Service", metadata, spec: { clusterIP: "None", selector: { app: metadata.name }, ports: [{ port: 8080, protocol: "TCP" }] } });
  await client.create(kinds.serviceExports, { apiVersion: "flomesh.io/v1alpha1", kind: "ServiceExport", metadata, spec: { serviceAccountName: "*", rules: [{ portNumber: 8080, path: pathOf(member, 0), pathType: "Prefix" }] } } as never);
  await client.create(kinds.serviceImports, { apiVersion: "flomesh.io/v1alpha1", kind: "ServiceImport", metadata: { ...metadata, labels: { "app.kubernetes.io/managed-by": "sluice" } }, spec: importOf(0, others) });
}

/**
 * Puts the services and exports of a member, like its first ones, where its kube-apiserver stores them, and unless `without` the imports of
 * what all others offer, and what Sluice judged: as if kube-apiserver had been asked, which takes a hundred times as long.
 */
export async function fillStore(server: RealApiServer, member: string, others: readonly string[], services: number, without: Without): Promise<void> {
  const store = new Store(server);
  const folders = { services: "services/specs", exports: "flomesh.io/serviceexports", imports: "flomesh.io/serviceimports" };
  const keyOf = (folder: string, service: number) => `${folder}/${namespaceOf(service)}/${nameOf(service)}`;
  const [service, exported, imported] = await Promise.all(Object.values(folders).map((folder) => store.get(keyOf(folder, 0))));
  if (service === undefined || exported === undefined || imported === undefined) throw new Error(`${member} does not store what it was given`);
  const [firstExport, firstImport] = [exported, imported].map((stored) => JSON.parse(stored.toString()) as Stored);
  const puts: [string, Buffer][] = [];
  for (let at = 0; at < services; at += 1) {
    puts.push([keyOf(folders.services, at), renamed(service, at)], [keyOf(folders.exports, at), Buffer.from(JSON.stringify(exportAt(firstExport, member, at, without)))]);
    if (without === "nothing") puts.push([keyOf(folders.imports, at), Buffer.from(JSON.stringify(importAt(firstImport, others, at)))]);
  }
  for (let at = 0; at < puts.length; at += atATime) await store.put(puts.slice(at, at + atATime));
}

/** The same in what a sandbox keeps over a stop and a start. */
export function fillMemory({ snapshot }: ServerMemory, member: string, others: readonly string[], services: number, without: Without): void {
  if (snapshot === undefined) throw new Error(`${member} was not stopped`);
  const { collections } = snapshot;
  const put = (collection: string, objectAt: (first: Stored | undefined, service: number) => Stored) => {
    const [first] = collections[collection] ?? [];
    collections[collection] = Array.from({ length: services }, (_, service) => {
      const object = objectAt(first as unknown as Stored, service);
      return { ...object, metadata: { ...object.metadata, resourceVersion: String((snapshot.revision += 1)) } } as unknown as ApiObject;
    });
  };
  put("services", (first, service) => ({ ...first, metadata: { ...first?.metadata, ...metadataOf(service), uid: randomUUID() } }));
  put("flomesh.io/serviceexports", (first, service) => exportAt(first, member, service, without));
  if (without === "nothing") put("flomesh.io/serviceimports", (first, service) => importAt(first, others, service));
  else delete collections["flomesh.io/serviceimports"];
}

/** An object as it is stored. */
interface Stored {
  metadata: object;
  spec?: object;
}

function importOf(service: number, others: readonly string[]): ServiceImportSpec {
  const endpoints = others.toSorted((a, b) => (a < b ? -1 : 1)).map((name) => ({ clusterKey: `default/default/default/${name}`, target: { ...gateway, ip: gateway.host, path: pathOf(name, service) } }));
  return { type: "Headless", serviceAccountName: "*", ports: [{ port: 8080, protocol: "TCP", endpoints }] };
}

/** A Service is stored as protobuf, in which a text may be another of equal length. */
function renamed(stored: Buffer, service: number): Buffer {
  const text = stored.toString("latin1").replaceAll(nameOf(0), nameOf(service)).replaceAll(namespaceOf(0), namespaceOf(service));
  return Buffer.from(text.replace(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/, randomUUID()), "latin1");
}

function exportAt(first: Stored | undefined, member: string, service: number, without: Without): Stored {
  const told = { lastTransitionTime: writtenAt, observedGeneration: 1 };
  const conditions = [
    { type: "Valid", status: "True", reason: "Exported", message: "1 rule is offered at the gateway", ...told },
    { type: "Conflict", status: "False", reason: "NoConflict", message: "all exports of the service agree", ...told },
  ];
  const rules = [{ portNumber: 8080, path: pathOf(member, service), pathType: "Prefix" }];
  return { ...first, metadata: { ...first?.metadata, ...metadataOf(service), uid: randomUUID() }, spec: { ...first?.spec, rules }, ...(without === "imports" ? {} : { status: { conditions } }) };
}

function importAt(first: Stored | undefined, others: readonly string[], service: number): Stored {
  const clusters = others.map((name) => ({ cluster: `default/default/default/${name}`, addresses: [gateway.host] }));
  return { ...first, metadata: { ...first?.metadata, ...metadataOf(service), uid: randomUUID() }, spec: importOf(service, others), status: { clusters } } as Stored;
}

/** What a kube-apiserver keeps in etcd, by etcd's JSON gateway (etcd: api v3, grpc-gateway). */
class Store {
  readonly #socketPath: string;
  readonly #prefix: string;

  constructor({ store: { socketPath, prefix } }: RealApiServer) {
    this.#socketPath = socketPath;
    this.#prefix = prefix;
  }

  async get(key: string): Promise<Buffer | undefined> {
    const { kvs } = (await this.#ask("range", { key: this.#key(key) })) as { kvs?: { value: string }[] };
    return kvs?.[0] && Buffer.from(kvs[0].value, "base64");
  }

  async put(values: readonly (readonly [string, Buffer])[]): Promise<void> {
    await this.#ask("txn", { success: values.map(([key, value]) => ({ request_put: { key: this.#key(key), value: value.toString("base64") } })) });
  }

  #key(key: string): string {
    return Buffer.from(`${this.#prefix}/${key}`).toString("base64");
  }

  async #ask(what: "range" | "txn", body: unknown): Promise<unknown> {
    const outgoing = request({ socketPath: this.#socketPath, path: `/v3/kv/${what}`, method: "POST" });
    outgoing.end(JSON.stringify(body));
    const [answer] = (await once(outgoing, "response")) as [IncomingMessage];
    const told = await text(answer);
    if (answer.statusCode !== 200) throw new Error(`etcd answered ${answer.statusCode}: ${told.slice(0, 200)}`);
    return JSON.parse(told);
  }
}
