import type { KubernetesClient } from "@sluice/kubernetes/client";
import type { ConfigMap } from "@sluice/kubernetes/kinds";
import { expect, it } from "vitest";
import { raiseEpoch, type SetIdentity } from "./set-identity.ts";

const ours: SetIdentity = { uid: "set", epoch: 6, termUid: "ours", confirmedEpoch: 0, seenEpoch: 2 };

async function raised(data: Record<string, string>): Promise<SetIdentity> {
  const written: ConfigMap[] = [];
  const present = { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "sluice-system", name: "sluice-set", resourceVersion: "9" }, data: { uid: "set", epoch: "6", termUid: "ours", confirmedEpoch: "0", ...data } };
  const client = { get: () => Promise.resolve(present), replace: (_type: unknown, object: ConfigMap) => Promise.resolve(written.push(object)) } as unknown as KubernetesClient;
  const identity = await raiseEpoch(client, ours, new AbortController().signal);
  expect(written).toMatchObject([{ metadata: { resourceVersion: "9" }, data: { uid: "set", epoch: String(identity.epoch), termUid: identity.termUid } }]);
  return identity;
}

it.each<[string, Record<string, string>, number]>([
  ["as it left it", {}, 7],
  ["restored to before its term", { epoch: "3", termUid: "of-the-backup" }, 7],
  ["restored to the beginning of its term", { epoch: "4" }, 7],
  ["ahead, since the answer to an earlier raise was lost", { epoch: "7" }, 8],
])("a leader goes on in its term where the record is %s", async (_case, data, epoch) => {
  expect(await raised(data)).toMatchObject({ uid: "set", epoch, termUid: "ours", seenEpoch: 2 });
});

it.each<[string, Record<string, string>]>([
  ["raised it", { epoch: "7", termUid: "theirs" }],
  ["goes by the same number", { termUid: "theirs" }],
  ["began another set", { uid: "another", epoch: "1" }],
])("raises nothing where another leader %s", async (_case, data) => {
  await expect(raised(data)).rejects.toThrow("of another leader");
});
