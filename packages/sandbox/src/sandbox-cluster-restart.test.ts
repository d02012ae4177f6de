import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { createClient } from "@sluice/kubernetes/create-client";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import { kinds } from "@sluice/kubernetes/kinds";
import { describe, expect, it, vi } from "vitest";
import { startCluster } from "./sandbox-cluster.ts";

const soon = { timeout: 20_000, interval: 50 };
const namespace = "default";
const phaseOf = async (client: KubernetesClient, name: string): Promise<string | undefined> => (await client.get(kinds.pods, { namespace, name })).status?.phase;
const sleeper = (name: string) => ({ apiVersion: "v1", kind: "Pod", metadata: { name, namespace }, spec: { containers: [{ name: "app", image: "curlimages/curl", command: ["sleep", "365d"] }] } });

describe.each(["in memory", "in a folder"])("the API server of a cluster %s", (where) => {
  it("goes away and comes back at its address: with what it had, or empty", async () => {
    const dir = where === "in memory" ? undefined : mkdtempSync(`${tmpdir()}/sandbox-restart-`);
    const cluster = await startCluster({ name: "restarted", ...(dir === undefined ? {} : { dir }), onError: () => undefined });
    const client = createClient({ kubeconfig: cluster.kubeconfig });
    try {
      await client.create(kinds.pods, sleeper("before"));
      await vi.waitFor(async () => expect(await phaseOf(client, "before")).toBe("Running"), soon);
      const { metadata } = await client.get(kinds.pods, { namespace, name: "before" });

      await cluster.apiServer.stop();
      await expect(client.list(kinds.pods, { namespace })).rejects.toMatchObject({ name: "ConnectionError" });
      await cluster.apiServer.start();
      // The same object, and its process was not touched.
      const kept = await client.get(kinds.pods, { namespace, name: "before" });
      expect(kept.metadata.uid).toBe(metadata.uid);
      expect(kept.status).toMatchObject({ containerStatuses: [{ restartCount: 0 }] });
      await client.create(kinds.pods, sleeper("after"));
      await vi.waitFor(async () => expect(await phaseOf(client, "after")).toBe("Running"), soon);

      await cluster.apiServer.stop();
      await cluster.apiServer.start({ empty: true });
      await vi.waitFor(async () => expect((await client.list(kinds.pods, { namespace })).items).toEqual([]), soon);
      // Its node and its controllers find their way back too.
      await client.create(kinds.pods, sleeper("anew"));
      await vi.waitFor(async () => expect(await phaseOf(client, "anew")).toBe("Running"), soon);
    } finally {
      await client.close();
      await cluster.stop();
      if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
    }
  });
});
