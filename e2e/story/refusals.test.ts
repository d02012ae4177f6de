import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Ground, startGround } from "../ground/ground.ts";
import { findKubectl } from "../ground/kubectl.ts";
import { clusterKeyOf as key, givenExport, givenExportedHttpbin, givenPolicy } from "./story.ts";

const kubectlMissing = findKubectl() === undefined;
if (kubectlMissing) console.info("skipped: refusals by kubectl and console need kubectl (set KUBECTL_PATH or put it on PATH)");

const policy = (spec: string): string => `apiVersion: flomesh.io/v1alpha1\nkind: GlobalTrafficPolicy\nmetadata: {name: httpbin, namespace: httpbin}\nspec: ${spec}\n`;
const target = (cluster: string, weight: string): string => `{clusterKey: ${cluster}, weight: ${weight}}`;
const active = (...targets: string[]): string => policy(`{lbType: ActiveActive, targets: [${targets.join(", ")}]}`);

/** What is wrong, the manifest, and what kubectl's error names: the field's path as Kubernetes writes it, and the value. */
const manifests: [string, string, RegExp][] = [
  ["a negative weight", active(target(key("1-25"), "-1")), /spec\.targets\[0\]\.weight: Invalid value: -1/],
  ["a weight that is not whole", active(target(key("1-25"), "1.5")), /spec\.targets\[0\]\.weight: Invalid value/],
  ["a duplicate key", active(target(key("1-25"), "1"), target(key("1-25"), "2")), /spec\.targets\[1\]: Duplicate value/],
  ["a bad cluster key", active(target("1-25", "1")), /spec\.targets\[0\]\.clusterKey: Invalid value: "?1-25/],
  ["an unknown mode", policy("{lbType: RoundRobin}"), /spec\.lbType: Unsupported value: "RoundRobin"/],
  ["an unknown field", policy(`{lbType: ActiveActive, targets: [{clusterKey: ${key("1-25")}, wieght: 1}]}`), /unknown field "spec\.targets\[0\]\.wieght"/],
  ["YAML that is cut short", policy("{lbType: ActiveActive, targets: ["), /error converting YAML to JSON|error parsing/],
];

/** What is wrong, the draft, and the field that the API server's answer names. */
const drafts: [string, object, RegExp][] = [
  ["a negative share", { shares: [{ clusterKey: key("1-23"), permille: 1001 }, { clusterKey: key("1-25"), permille: -1 }] }, /^draft\.shares\[0\]\.permille$/],
  ["a duplicate key", { shares: [{ clusterKey: key("1-25"), permille: 500 }, { clusterKey: key("1-25"), permille: 500 }] }, /^draft/],
  ["a bad cluster key", { shares: [{ clusterKey: "1-25", permille: 1000 }] }, /^draft\.shares\[0\]\.clusterKey$/],
  ["an unknown mode", { mode: "RoundRobin" }, /^draft\.mode$/],
  ["an unknown field", { wieght: 1 }, /^draft\.wieght$/],
  ["shares that do not add up", { shares: [{ clusterKey: key("1-23"), permille: 900 }] }, /^draft/],
];

interface Refusal {
  error?: { data: { sluice: { code: string; message: string; field?: string; remedy?: string } } };
}

describe.skipIf(kubectlMissing)("what is malformed is refused, and nothing changes", () => {
  let ground: Ground;
  let before: string;
  const specNow = () => ground.kubectl("1-23").run(["get", "globaltrafficpolicies", "httpbin", "-n", "httpbin", "-o", "jsonpath={.metadata.generation} {.spec}"]);
  beforeAll(async () => {
    ground = await startGround({ members: ["1-23", "1-25"], workloads: false });
    await givenExportedHttpbin(ground);
    await givenPolicy(ground, "1-23", "ActiveActive", [{ cluster: "1-25", weight: 10 }]);
    before = await specNow();
  }, 300_000);
  afterAll(() => ground?.stop(), 60_000);

  test.each(manifests)("kubectl: %s", async (_, text, named) => {
    const { code, stderr } = await ground.kubectl("1-23").try(["apply", "-f", "-"], { input: text });
    expect(code).not.toBe(0);
    expect(stderr).toMatch(named);
    expect(await specNow()).toBe(before);
  });

  test.each(drafts)("console: %s", async (_, change, field) => {
    const draft = { mode: "ActiveActive", shares: [], failOver: [], ...change };
    const { metadata, spec } = await ground.kubectl("1-23").json<{ metadata: { uid: string }; spec: object }>(["get", "globaltrafficpolicies", "httpbin", "-n", "httpbin"]);
    const input = { service: "httpbin/httpbin", source: key("1-23"), draft, base: { uid: metadata.uid, spec }, reason: "to be refused" };
    const response = await fetch(`${ground.url}/trpc/split.applyDraft`, { method: "POST", headers: { "content-type": "application/json", origin: ground.url }, body: JSON.stringify(input) });
    expect(response.ok).toBe(false);
    const refused = ((await response.json()) as Refusal).error?.data.sluice;
    expect(refused?.field).toMatch(field);
    expect(refused?.remedy ?? "").not.toBe("");
    expect(await specNow()).toBe(before);
  });

  test("an export with a path that is none, by kubectl", async () => {
    await givenExport(ground, "1-23");
    const text = "apiVersion: flomesh.io/v1alpha1\nkind: ServiceExport\nmetadata: {name: httpbin, namespace: httpbin}\nspec: {rules: [{portNumber: 0, path: httpbin, pathType: Prefix}]}\n";
    const { code, stderr } = await ground.kubectl("1-23").try(["apply", "-f", "-"], { input: text });
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/spec\.rules\[0\]\.portNumber: Invalid value: 0/);
    expect(stderr).toMatch(/spec\.rules\[0\]\.path: Invalid value/);
  });
});
