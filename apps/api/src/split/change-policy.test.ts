import { ApiError, ConnectionError } from "@sluice/kubernetes/api-error";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import { kinds } from "@sluice/kubernetes/kinds";
import type { GlobalTrafficPolicy, GlobalTrafficPolicySpec } from "@sluice/shared/policy/global-traffic-policy-schema";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { policyHistory } from "../revisions/policy-history.ts";
import { encodeRevision } from "../revisions/revision-record.ts";
import { TestSet } from "../testing/test-clusters.ts";
import { keyFor } from "../testing/make-world.ts";
import { changePolicy, type PolicyChange } from "./change-policy.ts";

const set = new TestSet();
const httpbin = { namespace: "httpbin", name: "httpbin" };
const service = "httpbin/httpbin";
const nowMs = Date.parse("2026-01-01T12:00:00Z");
const specOf = (weight: number): GlobalTrafficPolicySpec => ({ lbType: "ActiveActive", targets: [{ clusterKey: keyFor("b"), weight }] });

let client: KubernetesClient;
beforeAll(async () => {
  ({ client } = await set.cluster("a"));
});
afterAll(() => set.end());
beforeEach(async () => {
  await client.delete(kinds.globalTrafficPolicies, httpbin).catch((error: unknown) => error instanceof ApiError);
  const { items } = await client.list(kinds.controllerRevisions, { namespace: "httpbin" });
  for (const { metadata } of items) await client.delete(kinds.controllerRevisions, { namespace: "httpbin", name: metadata.name });
});

const makePolicy = (weight: number) => client.create(kinds.globalTrafficPolicies, { apiVersion: "flomesh.io/v1alpha1", kind: "GlobalTrafficPolicy", metadata: httpbin, spec: specOf(weight) });
const setWeight = (weight: number) => client.patch(kinds.globalTrafficPolicies, httpbin, { type: "merge", body: { spec: specOf(weight) } }, { fieldManager: "kubectl" });
const presentWeight = async () => (await client.get(kinds.globalTrafficPolicies, httpbin)).spec.targets[0]?.weight;
/** What others did is recorded beside it. */
const recorded = async () => policyHistory((await client.list(kinds.controllerRevisions, { namespace: "httpbin" })).items, service).filter(({ intent }) => intent !== "external").map(({ generation, spec, uid }) => ({ generation, weight: spec.targets[0]?.weight, uid }));
const changeOf = (weight: number, live: GlobalTrafficPolicy | undefined): PolicyChange => ({ service, spec: specOf(weight), base: { uid: live?.metadata.uid ?? null, spec: live?.spec ?? null }, reason: "why", intent: "split", reviewed: true, actor: "console" });

/** The client, but just before one write of a policy something else happens, or right after it. */
function meddled(verb: "create" | "patch", { before, after }: { before?: () => Promise<unknown>; after?: () => void }): KubernetesClient {
  let done = false;
  return new Proxy(client, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return async (...args: unknown[]) => {
        const meddle = name === verb && args[0] === kinds.globalTrafficPolicies && !done;
        if (meddle) done = true;
        if (meddle) await before?.();
        const answer: unknown = await (value as (...given: unknown[]) => Promise<unknown>).apply(target, args);
        if (meddle) after?.();
        return answer;
      };
    },
  });
}

const change = (by: KubernetesClient, wanted: PolicyChange, check = () => {}) => changePolicy(by, wanted, () => nowMs, check);

describe("a change of a policy", () => {
  it("is recorded under its generation, and applied", async () => {
    const live = await makePolicy(10);
    expect(await change(client, changeOf(20, live))).toMatchObject({ outcome: "applied", generation: 2, revision: 2 });
    expect([await presentWeight(), await recorded()]).toEqual([20, [{ generation: 2, weight: 20, uid: live.metadata.uid }]]);
  });

  it("is recorded before it is applied", async () => {
    const live = await makePolicy(10);
    let before: unknown;
    await change(meddled("patch", { before: async () => (before = await recorded()) }), changeOf(20, live));
    expect(before).toEqual([{ generation: 2, weight: 20, uid: live.metadata.uid }]);
  });

  it.each<[string, () => Promise<unknown>]>([
    ["another spec", () => setWeight(30)],
    ["another object with the same spec", async () => {
      await client.delete(kinds.globalTrafficPolicies, httpbin);
      return await makePolicy(10);
    }],
  ])("is a conflict once %s is there, before it is looked at and while it is written, and leaves no record", async (_case, meanwhile) => {
    const live = await makePolicy(10);
    const result = await change(meddled("patch", { before: meanwhile }), changeOf(20, live));
    expect(result).toMatchObject({ outcome: "conflict", mine: specOf(20), base: specOf(10) });
    expect([await presentWeight() === 20, await recorded()]).toEqual([false, []]);
    let checked = false;
    expect(await change(client, changeOf(20, live), () => (checked = true))).toMatchObject({ outcome: "conflict" });
    expect([checked, await recorded()]).toEqual([false, []]);
  });

  it("is none while only the status changes", async () => {
    const live = await makePolicy(10);
    const status = () => client.patch(kinds.globalTrafficPolicies, httpbin, { type: "merge", body: { status: { observedGeneration: 1 } } }, { subresource: "status" });
    expect(await change(meddled("patch", { before: status }), changeOf(20, live))).toMatchObject({ outcome: "applied", generation: 2 });
  });

  it("is recorded under the generation that it got, when others went there and back meanwhile", async () => {
    const live = await makePolicy(10);
    const thereAndBack = async () => {
      await setWeight(30);
      await setWeight(10);
    };
    expect(await change(meddled("patch", { before: thereAndBack }), changeOf(20, live))).toMatchObject({ outcome: "applied", generation: 4, revision: 2 });
    expect(await recorded()).toEqual([{ generation: 4, weight: 20, uid: live.metadata.uid }]);
  });

  it("keeps its record when there was no answer, since it may have been made", async () => {
    const live = await makePolicy(10);
    const lost = () => {
      throw new ConnectionError("reset", "no answer");
    };
    await expect(change(meddled("patch", { after: lost }), changeOf(20, live))).rejects.toThrow(ConnectionError);
    expect([await presentWeight(), await recorded()]).toEqual([20, [{ generation: 2, weight: 20, uid: live.metadata.uid }]]);
  });

  it.each([
    ["conflict", 9_000, 10],
    ["applied", 10_000, 20],
  ] as const)("is a %s where another writer's record of the same generation is %i ms old", async (outcome, ageMs, weight) => {
    const live = await makePolicy(10);
    const record = { spec: specOf(99), before: null, actor: "other", reason: null, intent: "split" as const, reviewed: false, uid: live.metadata.uid ?? "", generation: 2, at: new Date(nowMs - ageMs).toISOString() };
    await client.create(kinds.controllerRevisions, encodeRevision(httpbin, 1, record));
    expect(await change(client, changeOf(20, live))).toMatchObject({ outcome });
    expect([await presentWeight(), (await recorded()).map((one) => one.weight)]).toEqual([weight, [outcome === "applied" ? 20 : 99]]);
  });

  it("leaves 50 records, its own among them", async () => {
    const live = await makePolicy(10);
    const old = { spec: specOf(10), before: null, actor: "a", reason: null, intent: "split" as const, reviewed: false, uid: "earlier", at: new Date(nowMs - 172_800_000).toISOString() };
    await Promise.all(Array.from({ length: 50 }, (_, at) => client.create(kinds.controllerRevisions, encodeRevision(httpbin, at + 1, { ...old, generation: at + 1 }))));
    expect(await change(client, changeOf(20, live))).toMatchObject({ outcome: "applied", revision: 52 });
    const { items } = await client.list(kinds.controllerRevisions, { namespace: "httpbin" });
    expect(items.map(({ revision }) => revision).toSorted((one, other) => one - other)).toEqual(Array.from({ length: 50 }, (_, at) => at + 3));
  });

  it("that changes nothing, or that the check refuses, is neither recorded nor made", async () => {
    const live = await makePolicy(10);
    await expect(change(client, changeOf(10, live))).rejects.toMatchObject({ view: { code: "NothingToChange", field: "draft" } });
    const refuse = () => {
      throw new Error("refused");
    };
    await expect(change(client, changeOf(20, live), refuse)).rejects.toThrow("refused");
    expect([await presentWeight(), await recorded()]).toEqual([10, []]);
  });
});

describe("a first policy", () => {
  it("is recorded under the uid that it got; the intent's own record is gone", async () => {
    let before: unknown;
    const result = await change(meddled("create", { before: async () => (before = await recorded()) }), changeOf(20, undefined));
    const { metadata } = await client.get(kinds.globalTrafficPolicies, httpbin);
    expect(before).toEqual([{ generation: 0, weight: 20, uid: "" }]);
    expect(result).toMatchObject({ outcome: "applied", generation: 1, uid: metadata.uid, revision: 1 });
    expect(await recorded()).toEqual([{ generation: 1, weight: 20, uid: metadata.uid }]);
  });

  it("is a conflict when somebody else makes one meanwhile, and leaves no record", async () => {
    const result = await change(meddled("create", { before: () => makePolicy(30) }), changeOf(20, undefined));
    expect(result).toMatchObject({ outcome: "conflict", theirs: specOf(30), mine: specOf(20), base: null });
    expect([await presentWeight(), await recorded()]).toEqual([30, []]);
  });
});
