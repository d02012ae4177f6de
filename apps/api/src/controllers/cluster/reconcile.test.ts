import { describe, expect, it } from "vitest";
import { makeObservation, type ObservationSketch } from "../../testing/make-observation.ts";
import { keyFor } from "../../testing/make-world.ts";
import { planCluster } from "./reconcile.ts";

const joined = { "sluice.dev/color": "0", "sluice.dev/cluster-uid": "u" };
const record = { clusterKey: keyFor("a"), setUid: "set", epoch: 1, termUid: "e" };
const plan = (given: ObservationSketch = {}) => planCluster(makeObservation({ annotations: joined, ...given }));
const fault = { reason: "ClusterReplaced", message: "it is another" } as const;

describe("what is done about a cluster", () => {
  it.each<[string, ObservationSketch, string[]]>([
    ["nothing of one that is well", {}, []],
    ["a new one gets its finalizer first, then its colour and identity, then its record", { annotations: {}, finalizers: [], kubeconfig: "k", record: null }, ["add-finalizer", "move-kubeconfig", "raise-epoch", "annotate", "write-member"]],
    ["others' finalizers are no reason to leave ours out", { finalizers: ["other/x"] }, ["add-finalizer"]],
    ["a kubeconfig is moved, a blanked one is not", { kubeconfig: "k" }, ["move-kubeconfig"]],
    ["blanked", { kubeconfig: "" }, []],
    ["its colour stays, whatever it would get today", { color: 5 }, []],
    ["its identity stays, whoever answers now", { memberUid: "another" }, []],
    ["its identity is taken only from a live one", { annotations: { "sluice.dev/color": "0" }, live: false }, []],
    ["its identity is taken only from one that is ours", { annotations: { "sluice.dev/color": "0" }, fault }, []],
    ["no record without a namespace to hold it", { record: null, hasSystemNamespace: false }, []],
    ["no record while it is not live", { record: null, live: false }, []],
    ["no record while it may not be written to", { record: null, fault }, []],
    ["another key", { record: { ...record, clusterKey: keyFor("b") } }, ["write-member"]],
    ["another set", { record: { ...record, setUid: "other" } }, ["write-member"]],
    ["an earlier epoch", { record: { ...record, epoch: 0 } }, ["write-member"]],
    ["the same epoch, from before epochs were told apart", { record: { ...record, termUid: "" } }, ["write-member"]],
  ])("%s", (_case, given, expected) => {
    expect(plan(given).actions.map((action) => action.do)).toEqual(expected);
  });

  it("gives only what is missing", () => {
    expect(plan({ annotations: { "sluice.dev/color": "3" } }).actions).toMatchObject([{ do: "raise-epoch" }, { do: "annotate", annotations: { "sluice.dev/cluster-uid": "u" } }]);
    expect(plan({ annotations: { "sluice.dev/cluster-uid": "u" }, color: 4 }).actions).toMatchObject([{ do: "annotate", annotations: { "sluice.dev/color": "4" } }]);
  });

  it("is the plan of leaving once it is deleted, beside what is seen of it", () => {
    const { actions, conditions } = plan({ deleted: true });
    expect(actions.map((action) => action.do)).toEqual(["remove-member"]);
    expect(conditions.map(({ type }) => type)).toEqual(["Managed", "ProxyReady", "GatewayReachable", "Leaving"]);
  });
});

describe("its conditions", () => {
  it.each<[string, ObservationSketch, string, string, RegExp]>([
    ["it can't be reached", { live: false, failure: { reason: "Unreachable", message: "no answer", temporary: true } }, "Managed", "False Unreachable", /no answer/],
    ["its first lists are not complete", { live: false }, "Managed", "Unknown Connecting", /not complete/],
    ["it is not the one that joined", { fault }, "Managed", "False ClusterReplaced", /another/],
    ["it is watched", {}, "Managed", "True Watching", /synced$/],
    ["it is watched, but for its Ingresses", { ingressesClosed: "forbidden" }, "Managed", "True Watching", /Ingresses use are not known.*forbidden$/],
    ["its pods can't be read", { live: false }, "ProxyReady", "Unknown MemberNotSeen", /can't be read/],
    ["nothing is installed", { hasSystemNamespace: false }, "ProxyReady", "False NotInstalled", /install the proxy/],
    ["no proxy is ready", { proxies: { ready: 0, total: 2 } }, "ProxyReady", "False NoReadyProxy", /^0 of 2/],
    ["a proxy is ready", {}, "ProxyReady", "True Ready", /one proxy/],
    ["its gateway was not asked", {}, "GatewayReachable", "Unknown NotProbed", /^h:80 /],
    ["its gateway does not answer", { gateway: { ok: false, message: "refused" } }, "GatewayReachable", "False Unreachable", /\(refused\).*gatewayHost/],
    ["another cluster's gateway answers", { gateway: { ok: true, clusterKey: keyFor("b") } }, "GatewayReachable", "False AnotherCluster", /that of ".*b"/],
    ["its gateway answers", { gateway: { ok: true, clusterKey: keyFor("a") } }, "GatewayReachable", "True Reachable", /h:80 answers/],
  ])("%s", (_case, given, type, expected, message) => {
    const found = plan(given).conditions.find((condition) => condition.type === type);
    expect(`${found?.status} ${found?.reason}`).toBe(expected);
    expect(found?.message).toMatch(message);
  });
});
