import { kinds } from "@sluice/kubernetes/kinds";
import { afterEach, expect, it, vi } from "vitest";
import { exportHttpbin, join, readyEndpoint, readyProxy, TestSet } from "../testing/test-clusters.ts";
import { refusal, trpcClient } from "../testing/trpc-client.ts";
import type { DraftSplit } from "../views/change-view.ts";

const set = new TestSet();
afterEach(() => set.end());

const until = <T>(check: () => Promise<T>) => vi.waitFor(check, { timeout: 20_000, interval: 50 });
const key = (name: string) => `default/default/default/${name}`;
const row = { service: "httpbin/httpbin", source: key("1-23") };
const httpbin = { namespace: "httpbin", name: "httpbin" };
const split = (old: number): DraftSplit => ({ mode: "ActiveActive", shares: [{ clusterKey: key("1-23"), permille: old }, { clusterKey: key("1-25"), permille: 1000 - old }], failOver: [] });
/** No proxy tells anything on bare API servers. */
const overrides = ["telemetry-age", "endpoints-seen"];

async function story() {
  const controlPlane = await set.cluster("control-plane");
  const old = await set.cluster("1-23");
  const next = await set.cluster("1-25");
  for (const cluster of [old, next]) {
    await exportHttpbin(cluster);
    await readyEndpoint(cluster);
    await readyProxy(cluster);
  }
  await join(controlPlane, "1-23", old.kubeconfig, 8081);
  await join(controlPlane, "1-25", next.kubeconfig, 8082);
  const api = await set.api(controlPlane);
  const trpc = trpcClient(api);
  await until(async () => {
    const [first] = await trpc.split.get.query({ service: row.service });
    expect(first?.targets).toHaveLength(2);
  });
  return { controlPlane, old, next, trpc };
}

it("previews, refuses, applies, conflicts, undoes and sends back", async () => {
  const { old, trpc } = await story();
  const draft = split(900);
  const preview = await trpc.split.preview.query({ ...row, draft });
  expect(preview).toMatchObject({ base: { uid: null, spec: null }, movedPermille: 100, friction: "type-name", confirmName: "1-25", attachment: { from: "Detached", to: "Inline" } });
  expect(preview.guards.filter((guard) => guard.outcome !== "pass").map((guard) => guard.id)).toEqual(["telemetry-age"]);
  const { base } = preview;
  const reason = "first step";
  const refused = async (change: object) => await refusal(trpc.split.applyDraft.mutate({ ...row, draft, base, reason, confirmName: "1-25", overrides, ...change }));
  expect(await refused({ overrides: [] })).toMatchObject({ code: "GuardNotOverridden", field: "overrides" });
  expect(await refused({ confirmName: "1-24" })).toMatchObject({ code: "ConfirmNameMissing", field: "confirmName" });
  expect(await refused({ reason: " " })).toMatchObject({ code: "InvalidInput", field: "reason" });
  const short = { ...draft, shares: [{ clusterKey: key("1-23"), permille: 900 }] };
  expect(await refused({ draft: short })).toMatchObject({ code: "GuardRefused", field: "draft" });

  const applied = await trpc.split.applyDraft.mutate({ ...row, draft, base, reason, confirmName: "1-25", overrides });
  expect(applied).toMatchObject({ outcome: "applied", generation: 1, revision: 1 });
  const policy = await old.client.get(kinds.globalTrafficPolicies, httpbin);
  expect(policy.spec).toEqual({ lbType: "ActiveActive", targets: [{ clusterKey: key("1-23"), weight: 900 }, { clusterKey: key("1-25"), weight: 100 }] });

  // Two writers from the same base: one wins, the other is told.
  const results = await Promise.all(
    [850, 800].map((share) => trpc.split.applyDraft.mutate({ ...row, draft: split(share), base: { uid: policy.metadata.uid ?? "", spec: policy.spec }, reason: `to ${share}`, confirmName: "1-25", overrides })),
  );
  expect(results.map((result) => result.outcome).toSorted()).toEqual(["applied", "conflict"]);
  const winner = results.findIndex((result) => result.outcome === "applied") === 0 ? 850 : 800;
  const lost = results.find((result) => result.outcome === "conflict");
  expect(lost).toMatchObject({ base: policy.spec });

  await until(async () => expect((await trpc.revisions.list.query(row)).map((revision) => [revision.number, revision.by, revision.reason])).toEqual([[2, "console", `to ${winner}`], [1, "console", reason]]));
  const shareOf = async () => (await trpc.split.get.query({ service: row.service }))[0]?.targets[0]?.requestedPermille;
  await until(async () => expect(await shareOf()).toBe(winner));
  // No proxy tells anything here, and undoing gives 1-23 more: the same guards as for applying.
  const undoing = { ...row, reason: "too fast" };
  const guarded = { code: "GuardNotOverridden", field: "overrides", message: expect.stringContaining('"telemetry-age"') as unknown, overrides: ["telemetry-age"] };
  expect(await refusal(trpc.split.undo.mutate(undoing))).toMatchObject(guarded);
  expect(await shareOf()).toBe(winner);
  expect(await trpc.split.undo.mutate({ ...undoing, overrides })).toMatchObject({ outcome: "applied", generation: 3 });
  await until(async () => expect(await shareOf()).toBe(900));
  await until(async () => expect(await trpc.revisions.list.query(row)).toHaveLength(3));
  expect(await trpc.revisions.diff.query({ ...row, from: 1, to: 2 })).toMatchObject({ before: expect.stringContaining("weight: 900") as unknown, after: expect.stringContaining(`weight: ${winner}`) as unknown });
  const sending = { service: row.service, reason: "stop" };
  expect(await trpc.split.sendBack.mutate(sending)).toMatchObject([{ source: row.source, result: { outcome: "failed", ...guarded } }]);
  expect(await trpc.split.sendBack.mutate({ ...sending, overrides })).toMatchObject([{ source: row.source, result: { outcome: "applied" } }]);
  await until(async () => expect(await shareOf()).toBe(1000));
  expect(await refusal(trpc.split.sendBack.mutate({ ...sending, overrides }))).toMatchObject({ code: "NothingToSendBack", field: "service" });

  const restoring = { ...row, number: 1, reason: "again", base: (await trpc.split.preview.query({ ...row, draft })).base };
  expect(await refusal(trpc.revisions.restore.mutate({ ...restoring, number: 99 }))).toMatchObject({ code: "RevisionNotFound", field: "number" });
  expect(await refusal(trpc.revisions.restore.mutate(restoring))).toMatchObject(guarded);
  expect(await trpc.revisions.restore.mutate({ ...restoring, base: { uid: "another", spec: null }, overrides })).toMatchObject({ outcome: "conflict" });
  expect(await trpc.revisions.restore.mutate({ ...restoring, overrides })).toMatchObject({ outcome: "applied", revision: 5 });
  await until(async () => expect(await shareOf()).toBe(900));
  await until(async () => expect((await trpc.revisions.list.query(row))[0]).toMatchObject({ number: 5, by: "console", reason: "again" }));
});

it("counts small steps together until one of them was reviewed", async () => {
  const { trpc } = await story();
  const step = async (old: number, expected: object) => {
    const draft = split(old);
    const { base, friction, movedPermille } = await trpc.split.preview.query({ ...row, draft });
    expect({ friction, movedPermille }).toEqual(expected);
    await trpc.split.applyDraft.mutate({ ...row, draft, base, reason: `to ${old}`, confirmName: "1-25", overrides });
    await until(async () => expect((await trpc.split.get.query({ service: row.service }))[0]?.revision?.reason).toBe(`to ${old}`));
  };
  await step(900, { friction: "type-name", movedPermille: 100 });
  await step(840, { friction: "undo", movedPermille: 60 });
  await step(790, { friction: "review", movedPermille: 110 });
  await step(740, { friction: "undo", movedPermille: 50 });
});

it("refuses a way back to a cluster without pods, whatever is overridden", async () => {
  const { old, trpc } = await story();
  const draft = split(0);
  const { base } = await trpc.split.preview.query({ ...row, draft });
  await trpc.split.applyDraft.mutate({ ...row, draft, base, reason: "drain", confirmName: "1-23", overrides });
  await until(async () => expect((await trpc.split.get.query({ service: row.service }))[0]?.undo).toEqual({ revision: 1 }));
  await old.client.delete(kinds.endpointSlices, { namespace: "httpbin", name: "httpbin-1" });
  await until(async () => expect((await trpc.split.preview.query({ ...row, draft: split(100) })).guards).toContainEqual({ id: "ready-endpoints", outcome: "refuse", params: { cluster: "1-23", ready: 0 } }));
  const refused = { code: "GuardRefused", message: expect.stringContaining("ready-endpoints") as unknown };
  expect(await refusal(trpc.split.undo.mutate({ ...row, reason: "back", overrides }))).toMatchObject(refused);
  expect(await trpc.split.sendBack.mutate({ service: row.service, reason: "back", overrides })).toMatchObject([{ result: { outcome: "failed", ...refused } }]);
});

it("shows what kubectl did as unattributed, after a moment", async () => {
  const { old, trpc } = await story();
  await old.client.create(
    kinds.globalTrafficPolicies,
    { apiVersion: "flomesh.io/v1alpha1", kind: "GlobalTrafficPolicy", metadata: httpbin, spec: { lbType: "ActiveActive", targets: [{ clusterKey: key("1-25"), weight: 10 }] } },
    { fieldManager: "kubectl-client-side-apply" },
  );
  await until(async () => {
    const [revision] = await trpc.revisions.list.query(row);
    expect(revision).toMatchObject({ number: 1, by: expect.stringMatching(/^unattributed \(/) as unknown, shares: [{ clusterKey: key("1-23"), permille: 909 }, { clusterKey: key("1-25"), permille: 91 }] });
  });
  expect((await trpc.split.get.query({ service: row.service }))[0]).toMatchObject({ source: key("1-23"), mode: "ActiveActive", owner: { kind: "kubectl" } });
});

it("records what kubectl did a moment ago before the console's own change follows", async () => {
  const { old, trpc } = await story();
  const written = await old.client.create(
    kinds.globalTrafficPolicies,
    { apiVersion: "flomesh.io/v1alpha1", kind: "GlobalTrafficPolicy", metadata: httpbin, spec: { lbType: "ActiveActive", targets: [{ clusterKey: key("1-25"), weight: 10 }] } },
    { fieldManager: "kubectl-client-side-apply" },
  );
  const change = { ...row, draft: split(800), base: { uid: written.metadata.uid ?? "", spec: written.spec }, reason: "at once", confirmName: "1-25", overrides };
  await until(async () => expect(await trpc.split.applyDraft.mutate(change)).toMatchObject({ outcome: "applied", generation: 2, revision: 2 }));
  await until(async () => {
    const shown = (await trpc.revisions.list.query(row)).map(({ number, by }) => [number, by]);
    expect(shown).toEqual([[2, "console"], [1, expect.stringMatching(/^unattributed \(/)]]);
  });
  const diff = await trpc.revisions.diff.query({ ...row, from: 1, to: 2 });
  expect(diff.before).toContain("weight: 10");
});
