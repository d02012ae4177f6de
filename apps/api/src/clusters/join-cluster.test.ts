import { kinds } from "@sluice/kubernetes/kinds";
import { afterEach, expect, it, vi } from "vitest";
import { readyProxy, TestSet } from "../testing/test-clusters.ts";
import { refusal, trpcClient } from "../testing/trpc-client.ts";

const set = new TestSet();
afterEach(() => set.end());

const until = <T>(check: () => Promise<T>) => vi.waitFor(check, { timeout: 20_000, interval: 50 });
const place = { region: "default", zone: "default", group: "default", gatewayHost: "127.0.0.1", gatewayPort: 1 };

async function started() {
  const controlPlane = await set.cluster("control-plane");
  const member = await set.cluster("1-27");
  const trpc = trpcClient(await set.api(controlPlane));
  const { kubeconfig } = member;
  const hostile = kubeconfig.replace(/token: .*/, "exec: { command: sh }");
  const silent = kubeconfig.replace(/https:\/\/[^\s"]+/, "https://127.0.0.1:1");
  return { controlPlane, member, trpc, kubeconfig, hostile, silent, ended: member.server.kubeconfigFor("no-such-token") };
}

it("joins over HTTP what can be used, and refuses the rest with field and remedy", async () => {
  const { controlPlane, trpc, kubeconfig, hostile, silent, ended } = await started();
  const join = (name: string, text: string, more: { acceptUnreachable?: boolean } = {}) => trpc.clusters.join.mutate({ name, ...place, kubeconfig: text, ...more });
  expect(await refusal(join("a", hostile))).toEqual({ code: "ExecNotAllowed", field: "kubeconfig", message: expect.stringMatching(/^kubeconfig: .*users\[0\]\.user\.exec/) as unknown, remedy: expect.stringContaining("token") as unknown });
  expect(await refusal(join("a", silent))).toMatchObject({ code: "Unreachable", field: "kubeconfig", remedy: expect.stringContaining("acceptUnreachable") as unknown });
  expect(await refusal(join("a", ended))).toMatchObject({ code: "Unauthorized", field: "kubeconfig", remedy: expect.stringContaining("correct the kubeconfig") as unknown });
  // Waiting does not make credentials good.
  expect(await refusal(join("a", ended, { acceptUnreachable: true }))).toMatchObject({ code: "Unauthorized" });
  expect(await refusal(join("A", kubeconfig))).toMatchObject({ code: "InvalidInput", field: "name" });
  expect((await controlPlane.client.list(kinds.clusters)).items).toEqual([]);

  expect(await join("1-27", kubeconfig)).toEqual({ key: "default/default/default/1-27" });
  expect(await refusal(join("1-27", kubeconfig))).toMatchObject({ code: "NameTaken", field: "name" });
  expect(await join("later", silent, { acceptUnreachable: true })).toEqual({ key: "default/default/default/later" });
  const managed = async (name: string) => (await trpc.clusters.list.query()).find((cluster) => cluster.name === name)?.conditions.find(({ type }) => type === "Managed");
  await until(async () => expect(await managed("1-27")).toMatchObject({ status: "True", reason: "Watching" }));
  await until(async () => expect(await managed("later")).toMatchObject({ status: "False", reason: "Unreachable" }));
});

it("checks a pasted kubeconfig over HTTP and writes nothing", async () => {
  const { controlPlane, member, trpc, kubeconfig, hostile, silent, ended } = await started();
  const check = async (text: string) => await trpc.clusters.checkKubeconfig.mutate({ kubeconfig: text });
  const outcomes = async (text: string) => Object.fromEntries((await check(text)).checks.map(({ id, outcome }) => [id, outcome]));
  expect(await check(hostile)).toEqual({
    understood: null,
    refusal: { reason: "ExecNotAllowed", field: "users[0].user.exec", message: expect.any(String) as unknown, remedy: expect.stringContaining("token") as unknown },
    checks: [],
  });
  expect((await check("a: [")).refusal).toMatchObject({ reason: "KubeconfigInvalid" });
  expect(await outcomes(silent)).toEqual({ reachable: "fail", rights: "skipped", crds: "skipped", proxies: "skipped", expiry: "pass" });
  expect(await outcomes(ended)).toMatchObject({ reachable: "fail", rights: "skipped" });
  expect(await outcomes(kubeconfig)).toEqual({ reachable: "pass", rights: "pass", crds: "pass", proxies: "warn", expiry: "pass" });
  expect((await check(kubeconfig)).understood).toMatchObject({ server: member.server.server, authentication: "token" });
  await readyProxy(member);
  expect(await outcomes(kubeconfig)).toMatchObject({ proxies: "pass" });

  await member.client.create(kinds.serviceAccounts, { apiVersion: "v1", kind: "ServiceAccount", metadata: { namespace: "default", name: "weak" } });
  const weak = await check(member.server.kubeconfigFor(member.server.tokenFor({ namespace: "default", name: "weak" })));
  expect(weak.checks.find(({ id }) => id === "rights")).toMatchObject({ outcome: "fail", message: expect.stringMatching(/may not read services/) as unknown });
  await member.client.delete(kinds.customResourceDefinitions, { name: "serviceimports.flomesh.io" });
  expect((await check(kubeconfig)).checks.find(({ id }) => id === "crds")).toMatchObject({ outcome: "fail", message: expect.stringContaining("install the CRDs") as unknown });
  expect((await controlPlane.client.list(kinds.clusters)).items).toEqual([]);
});
