import { ApiError } from "@sluice/kubernetes/api-error";
import type { ServiceImport } from "@sluice/shared/import/service-import-schema";
import type { ExportVerdict, ImportAction } from "@sluice/shared/propagation/plan-imports";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import type { Member } from "../../kubernetes/member-directory.ts";
import { keyFor } from "../../testing/make-world.ts";
import { recordingClient } from "../../testing/recording-client.ts";
import { applyImport, applyVerdict, type PropagationWorld } from "./apply.ts";

const httpbin = { namespace: "httpbin", name: "httpbin" };
const stale = "sluice.dev/stale-clusters";
const specOf = (ip: string): ServiceImport["spec"] => ({ type: "ClusterSetIP", serviceAccountName: "*", ports: [{ port: 8080, protocol: "TCP", endpoints: [{ clusterKey: keyFor("b"), target: { host: "h", ip, port: 80, path: "/b" } }] }] });
const told = (ip: string) => ({ clusters: [{ cluster: keyFor("b"), addresses: [ip] }] });

interface Present {
  annotations?: Record<string, string>;
  conditions?: object[];
}

function worldOf({ annotations, conditions }: Present, { createNamespaces = false, refuse }: { createNamespaces?: boolean; refuse?: (what: string) => void } = {}) {
  const { client, writes } = recordingClient(refuse);
  const imported = annotations === undefined ? undefined : { apiVersion: "flomesh.io/v1alpha1", kind: "ServiceImport", metadata: { ...httpbin, uid: "i", annotations }, spec: specOf("1.1.1.1"), status: told("1.1.1.1") };
  const exported = conditions === undefined ? undefined : { metadata: { ...httpbin, generation: 3 }, status: { conditions } };
  const member = { key: keyFor("a"), connection: { client, caches: { serviceImports: { get: () => imported }, serviceExports: { get: () => exported } } } } as unknown as Member;
  const world: PropagationWorld = { member, createNamespaces, log: pino({ level: "silent" }), nowMs: 0, signal: new AbortController().signal };
  return { world, writes };
}

const plan = (action: ImportAction["action"], given: Partial<ImportAction> = {}): ImportAction => ({ memberKey: keyFor("a"), ...httpbin, action, staleKeys: [], reason: "r", spec: specOf("2.2.2.2"), ...given });
const statusLine = "patch status of serviceimports httpbin/httpbin";

describe("an import", () => {
  it("is created as ours, with who offers it", async () => {
    const { world, writes } = worldOf({});
    await applyImport(plan("create"), world);
    expect(writes).toEqual([
      { what: "create serviceimports httpbin/httpbin", body: expect.objectContaining({ metadata: { ...httpbin, labels: { "app.kubernetes.io/managed-by": "sluice" } }, spec: specOf("2.2.2.2") }) as unknown },
      { what: statusLine, body: { status: told("2.2.2.2") } },
    ]);
  });

  it("says from the start which of its clusters there is no news of", async () => {
    const { world, writes } = worldOf({});
    await applyImport(plan("create", { staleKeys: [keyFor("b"), keyFor("c")] }), world);
    expect(writes[0]?.body).toMatchObject({ metadata: { annotations: { [stale]: `${keyFor("b")},${keyFor("c")}` } } });
  });

  it("is replaced with another spec, and others' annotations stay", async () => {
    const { world, writes } = worldOf({ annotations: { theirs: "x", [stale]: keyFor("b") } });
    await applyImport(plan("update"), world);
    expect(writes[0]).toMatchObject({ what: "replace serviceimports httpbin/httpbin", body: { metadata: { uid: "i", annotations: { theirs: "x" } }, spec: specOf("2.2.2.2") } });
    expect(writes[0]?.body).toHaveProperty("metadata.annotations", { theirs: "x" });
    expect(writes[1]).toEqual({ what: statusLine, body: { status: told("2.2.2.2") } });
  });

  it("that somebody changed meanwhile waits for the news of it; any other refusal is an error", async () => {
    const conflicting = worldOf({ annotations: {} }, { refuse: () => refuse(409, "Conflict") });
    await applyImport(plan("update"), conflicting.world);
    expect(conflicting.writes).toEqual([]);
    const broken = worldOf({ annotations: {} }, { refuse: () => refuse(500, "InternalError") });
    await expect(applyImport(plan("update"), broken.world)).rejects.toThrow(ApiError);
  });

  it.each<[string, Record<string, string>, string[], string[]]>([
    ["nothing differs", {}, [], []],
    ["it is stale still", { [stale]: keyFor("b") }, [keyFor("b")], []],
    ["it has become stale", {}, [keyFor("b")], ["replace serviceimports httpbin/httpbin"]],
    ["it is not stale any more", { [stale]: keyFor("b") }, [], ["replace serviceimports httpbin/httpbin"]],
  ])("that is kept: %s", async (_case, annotations, staleKeys, expected) => {
    const { world, writes } = worldOf({ annotations });
    await applyImport(plan("keep", { staleKeys, spec: specOf("1.1.1.1") }), world);
    expect(writes.map(({ what }) => what)).toEqual(expected);
  });

  it("is deleted only as the object that was looked at, and one that is gone or new is left", async () => {
    const { world, writes } = worldOf({ annotations: {} });
    await applyImport(plan("delete"), world);
    expect(writes).toEqual([{ what: "delete serviceimports httpbin/httpbin", body: { uid: "i" } }]);
    for (const [code, reason] of [[404, "NotFound"], [409, "Conflict"]] as const) {
      const refusing = worldOf({ annotations: {} }, { refuse: () => refuse(code, reason) });
      await applyImport(plan("delete"), refusing.world);
    }
    const broken = worldOf({ annotations: {} }, { refuse: () => refuse(500, "InternalError") });
    await expect(applyImport(plan("delete"), broken.world)).rejects.toThrow(ApiError);
  });

  it.each([
    [true, ["create namespaces httpbin"]],
    [false, []],
  ])("that waits for its namespace: with --create-namespaces %s", async (createNamespaces, expected) => {
    const { world, writes } = worldOf({}, { createNamespaces });
    await applyImport(plan("wait"), world);
    expect(writes.map(({ what }) => what)).toEqual(expected);
  });
});

describe("a verdict", () => {
  const verdict: ExportVerdict = { memberKey: keyFor("a"), ...httpbin, valid: { status: "True", reason: "Exported", message: "" }, conflict: { status: "False", reason: "NoConflict", message: "" } };

  it("is written once, with the generation that it judges", async () => {
    const { world, writes } = worldOf({ conditions: [] });
    await applyVerdict(verdict, world);
    expect(writes).toMatchObject([{ what: "patch status of serviceexports httpbin/httpbin", body: { status: { conditions: [{ type: "Valid", status: "True", observedGeneration: 3 }, { type: "Conflict", status: "False" }] } } }]);
    const again = worldOf((writes[0]?.body as { status: Present } | undefined)?.status ?? {});
    expect(again.world.member.connection?.caches.serviceExports.get("")).toBeDefined();
    await applyVerdict(verdict, again.world);
    expect(again.writes).toEqual([]);
  });

  it("of an export that is gone is not written", async () => {
    const { world, writes } = worldOf({});
    await applyVerdict(verdict, world);
    expect(writes).toEqual([]);
  });
});

function refuse(code: number, reason: string): never {
  throw new ApiError(code, reason, reason);
}
