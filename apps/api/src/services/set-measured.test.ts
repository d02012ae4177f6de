import { createTRPCClient, httpLink, TRPCClientError } from "@trpc/client";
import { kinds } from "@sluice/kubernetes/kinds";
import { afterEach, expect, it, vi } from "vitest";
import type { AppRouter } from "../router.ts";
import { exportHttpbin, join, readyProxy, TestSet } from "../testing/test-clusters.ts";

const set = new TestSet();
afterEach(() => set.end());

const until = <T>(check: () => Promise<T>) => vi.waitFor(check, { timeout: 20_000, interval: 50 });
const httpbin = { namespace: "httpbin", name: "httpbin" };
const service = "httpbin/httpbin";
const cluster = "default/default/default/1-23";
const codeOf = (error: unknown) => (error instanceof TRPCClientError ? (error.data as { sluice: { code: string } }).sluice.code : error);

it("asks for the proxies on the Service with who and why, and takes it back; nothing else of it changes", async () => {
  const controlPlane = await set.cluster("control-plane");
  const old = await set.cluster("1-23");
  await exportHttpbin(old);
  await old.client.patch(kinds.services, httpbin, { type: "merge", body: { metadata: { annotations: { team: "shop" } } } });
  await join(controlPlane, "1-23", old.kubeconfig);
  const api = await set.api(controlPlane);
  const trpc = createTRPCClient<AppRouter>({ links: [httpLink({ url: `${api.url}/trpc` })] });
  const asked = async () => (await trpc.split.get.query({ service }))[0]?.measureAsked;
  const change = (measured: boolean, name = service) => trpc.services.setMeasured.mutate({ service: name, cluster, measured, reason: "see it first" }).catch(codeOf);
  await until(async () => expect(await asked()).toBe(false));

  expect(await change(true)).toBe("NoReadyProxy");
  expect(await change(true, "httpbin/none")).toBe("ServiceNotFound");
  await readyProxy(old);
  await until(async () => expect(await change(true)).toEqual({ measured: true }));
  const { annotations } = (await old.client.get(kinds.services, httpbin)).metadata;
  expect(annotations).toEqual({ team: "shop", "sluice.dev/attach": "Inline", "sluice.dev/attach-reason": expect.stringMatching(/^console, 2.*Z: see it first$/) as unknown });
  await until(async () => expect(await asked()).toBe(true));

  expect(await change(false)).toEqual({ measured: false });
  expect((await old.client.get(kinds.services, httpbin)).metadata.annotations).not.toHaveProperty("sluice.dev/attach");
  await until(async () => expect(await asked()).toBe(false));
});
