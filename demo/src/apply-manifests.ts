import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ApiError } from "@sluice/kubernetes/api-error";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import type { KubernetesObject, ResourceType } from "@sluice/kubernetes/resource";
import { parseAllDocuments } from "yaml";

const fieldManager = "sluice-demo";

/** Every object of a YAML file, or of all `*.yaml` files of a folder in the order of their names. */
export function readManifests(path: string): KubernetesObject[] {
  const files = path.endsWith(".yaml") ? [path] : readdirSync(path).filter((name) => name.endsWith(".yaml")).toSorted().map((name) => join(path, name));
  return files.flatMap((file) =>
    parseAllDocuments(readFileSync(file, "utf8"))
      .map((document) => document.toJS() as KubernetesObject | null)
      .filter((object) => object !== null),
  );
}

/**
 * Creates objects in order; one that is there gets a merge patch, so that a second start changes nothing. @throws ApiError
 * as the API server answers; Error for a kind that it does not have.
 */
export async function applyManifests(client: KubernetesClient, objects: readonly KubernetesObject[]): Promise<void> {
  const types = new Map<string, ResourceType>();
  for (const object of objects) {
    const id = `${object.apiVersion} ${object.kind}`;
    const type = types.get(id) ?? (await discover(client, object));
    types.set(id, type);
    try {
      await client.create(type, object, { fieldManager });
    } catch (error) {
      if (!(error instanceof ApiError) || error.reason !== "AlreadyExists") throw error;
      const { name, namespace } = object.metadata;
      await client.patch(type, { name, namespace }, { type: "merge", body: object }, { fieldManager });
    }
  }
}

interface ResourceList {
  resources: { name: string; kind: string; namespaced: boolean }[];
}

async function discover(client: KubernetesClient, object: KubernetesObject): Promise<ResourceType> {
  const [first = "", second] = object.apiVersion.split("/");
  const { status, text } = await client.raw(second === undefined ? `/api/${first}` : `/apis/${object.apiVersion}`);
  const found = status === 200 ? (JSON.parse(text) as ResourceList).resources.find(({ kind, name }) => kind === object.kind && !name.includes("/")) : undefined;
  if (found === undefined) throw new Error(`${client.server} has no ${object.kind} of ${object.apiVersion}`);
  return { group: second === undefined ? "" : first, version: second ?? first, plural: found.name, kind: object.kind, namespaced: found.namespaced };
}
