import type { KubernetesClient } from "@sluice/kubernetes/client";
import type { KubernetesObject, ResourceType } from "@sluice/kubernetes/resource";

/** One write as a line, and its body. */
export interface Write {
  what: string;
  body: unknown;
}

/** A client that only remembers what is written; every write succeeds, but for those that `refuse` throws at. */
export function recordingClient(refuse: (what: string) => void = () => undefined): { client: KubernetesClient; writes: Write[] } {
  const writes: Write[] = [];
  const write = (verb: string, { plural }: ResourceType, { namespace, name }: { namespace?: string | undefined; name: string }, body: unknown): void => {
    const what = `${verb} ${plural} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
    refuse(what);
    writes.push({ what, body });
  };
  const object = (verb: string) => async (type: ResourceType, given: KubernetesObject) => {
    await Promise.resolve();
    write(verb, type, given.metadata, given);
    return given;
  };
  const client = {
    create: object("create"),
    replace: object("replace"),
    patch: async (type: ResourceType, ref: { namespace?: string; name: string }, { body }: { body: unknown }, options?: { subresource?: string }) => {
      await Promise.resolve();
      write(options?.subresource === undefined ? "patch" : `patch ${options.subresource} of`, type, ref, body);
      return {};
    },
    delete: async (type: ResourceType, ref: { namespace?: string; name: string }, options?: { preconditions?: unknown }) => {
      await Promise.resolve();
      write("delete", type, ref, options?.preconditions);
    },
  };
  return { client: client as unknown as KubernetesClient, writes };
}
