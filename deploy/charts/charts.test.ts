import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { findHelm, runHelm } from "./helm.ts";
import { renderMember } from "./render-member.ts";
import { chartOf, variants } from "./variants.ts";

const here = import.meta.dirname;
const charts = ["sluice", "sluice-member"];
const helm = findHelm() ?? "";
if (helm === "") console.info("skipped: the charts' tests need helm (set HELM_PATH or put it on PATH)");

interface SecurityContext {
  runAsNonRoot?: boolean;
  runAsUser?: number;
  seccompProfile?: { type: string };
  allowPrivilegeEscalation?: boolean;
  readOnlyRootFilesystem?: boolean;
  capabilities?: { drop?: string[]; add?: string[] };
}
interface PodSpec {
  securityContext?: SecurityContext;
  hostNetwork?: boolean;
  containers: { name: string; image: string; securityContext?: SecurityContext; ports?: { hostPort?: number }[]; resources?: { requests?: object; limits?: object } }[];
  initContainers?: unknown[];
  volumes?: Record<string, unknown>[];
  priorityClassName?: string;
}
interface Rendered {
  kind: string;
  metadata: { name: string; namespace?: string; annotations?: Record<string, string> };
  spec?: { replicas?: number; type?: string; ports?: { port: number; nodePort?: number }[]; template?: { spec: PodSpec }; strategy?: { rollingUpdate?: object }; maxUnavailable?: number | string } & Partial<PodSpec>;
  rules?: { apiGroups: string[]; resources: string[]; verbs: string[] }[];
}

const render = (chart: string, ...more: string[]) => runHelm(helm, ["template", chart, path.join(here, chart), "--namespace", "sluice-system", "--kube-version", "1.36", ...more]);

function objectsOf(chart: string, ...more: string[]): Rendered[] {
  const { status, stdout, stderr } = render(chart, ...more);
  if (status !== 0) throw new Error(stderr);
  return parseAllDocuments(stdout).flatMap((document) => (document.toJS() as Rendered | null) ?? []);
}

const podSpecOf = ({ kind, spec }: Rendered) => (kind === "Pod" ? (spec as PodSpec) : spec?.template?.spec);
const clusterScoped = new Set(["ClusterRole", "ClusterRoleBinding", "PriorityClass"]);

/** What Pod Security "restricted" forbids, and what we ask beyond it: kubernetes.io/docs/concepts/security/pod-security-standards. */
function violations({ metadata: { name }, spec }: Rendered, pod: PodSpec | undefined): string[] {
  if (pod === undefined) return spec?.template === undefined ? [] : [`${name}: no pod`];
  const found: string[] = [];
  if (pod.hostNetwork === true) found.push("hostNetwork");
  if (pod.securityContext?.runAsNonRoot !== true || !((pod.securityContext.runAsUser ?? 0) > 0)) found.push("may run as root");
  if (pod.securityContext?.seccompProfile?.type !== "RuntimeDefault") found.push("seccompProfile");
  if (pod.volumes?.some((volume) => !Object.keys(volume).every((key) => ["name", "emptyDir"].includes(key))) === true) found.push("volumes");
  for (const { name: container, securityContext: own, ports, resources } of pod.containers) {
    if (own?.allowPrivilegeEscalation !== false) found.push(`${container}: allowPrivilegeEscalation`);
    if (own?.readOnlyRootFilesystem !== true) found.push(`${container}: readOnlyRootFilesystem`);
    if (own?.capabilities?.drop?.includes("ALL") !== true || own.capabilities.add !== undefined) found.push(`${container}: capabilities`);
    if (ports?.some(({ hostPort }) => hostPort !== undefined) === true) found.push(`${container}: hostPort`);
    if (resources?.requests === undefined || resources.limits === undefined) found.push(`${container}: resources`);
  }
  return found.map((violation) => `${name}: ${violation}`);
}

describe.skipIf(helm === "")("charts", () => {
  test.each(charts)("%s passes helm lint --strict", (chart) => {
    const { stdout } = runHelm(helm, ["lint", "--strict", path.join(here, chart), "--namespace", "sluice-system", "--kube-version", "1.36"]);
    expect(stdout).toContain("1 chart(s) linted, 0 chart(s) failed");
  });

  test.each(Object.entries(variants))("%s: restricted pods, in the release's namespace", (name, args) => {
    const objects = objectsOf(chartOf(name), ...args);
    expect(objects.flatMap((object) => violations(object, podSpecOf(object)))).toEqual([]);
    expect(objects.filter(({ kind, metadata }) => !clusterScoped.has(kind) && metadata.namespace !== "sluice-system").map(({ metadata }) => metadata.name)).toEqual([]);
    expect(objects.filter(({ rules = [] }) => rules.some(({ verbs, resources, apiGroups }) => [...verbs, ...resources, ...apiGroups].includes("*"))).map(({ metadata }) => metadata.name)).toEqual([]);
  });

  test("an upgrade takes no proxy away before another has taken its place", () => {
    for (const chart of charts) {
      const deployments = objectsOf(chart).filter(({ kind }) => kind === "Deployment");
      expect(deployments.map(({ spec }) => spec?.strategy?.rollingUpdate)).toEqual(deployments.map(() => ({ maxUnavailable: 0, maxSurge: 1 })));
      expect(deployments.every(({ spec }) => spec?.replicas === 2)).toBe(true);
    }
  });

  test("where nodes are drained, one pod of each kind goes at a time", () => {
    const budgets = charts.flatMap((chart) => objectsOf(chart).filter(({ kind }) => kind === "PodDisruptionBudget"));
    expect(budgets.map(({ metadata, spec }) => [metadata.name, spec?.maxUnavailable])).toEqual([["sluice", 1], ["sluice-attach", 1], ["sluice-proxy", 1]]);
    const bare = objectsOf("sluice-member", "--set", "proxy.disruptionBudget.create=false,attach.disruptionBudget.create=false");
    expect(bare.filter(({ kind }) => kind === "PodDisruptionBudget")).toEqual([]);
  });

  test("a host port is the only thing against Pod Security, it replaces proxies in place, and needs no Service", () => {
    const objects = objectsOf("sluice-member", "--set", "gateway.type=HostPort,gateway.port=8081");
    expect(objects.flatMap((object) => violations(object, podSpecOf(object)))).toEqual(["sluice-proxy: proxy: hostPort"]);
    expect(objects.find(({ kind, metadata }) => kind === "Deployment" && metadata.name === "sluice-proxy")?.spec?.strategy?.rollingUpdate).toEqual({ maxUnavailable: 1, maxSurge: 0 });
    expect(objects.filter(({ kind }) => kind === "Service")).toEqual([]);
  });

  test("uninstalling detaches first, unless it is told not to", () => {
    const hook = (...args: string[]) => objectsOf("sluice-member", ...args).find(({ metadata }) => metadata.annotations?.["helm.sh/hook"] === "pre-delete");
    expect(hook()?.spec?.template?.spec.containers[0]).toMatchObject({ args: ["attach", "--detach-all", "--admin-port", "9081", "--namespace", "sluice-system"] });
    expect(hook("--set", "detachAll.onUninstall=false")).toBeUndefined();
  });

  test.each([
    ["sluice-member", "surprise=1", "surprise"],
    ["sluice-member", "proxy.replicaCount=3", "replicaCount"],
    ["sluice-member", "proxy.replicas=0", "replicas"],
    ["sluice-member", "proxy.replicas=two", "replicas"],
    ["sluice-member", "gateway.type=Tunnel", "gateway"],
    ["sluice-member", "gateway.port=70000", "port"],
    ["sluice-member", "gateway.type=ClusterIP,gateway.nodePort=30080", "gateway"],
    ["sluice-member", "controlPlane.clusterAdmin=true", "clusterAdmin"],
    ["sluice-member", "image.pullPolicy=Sometimes", "pullPolicy"],
    ["sluice", "listen=0.0.0.0", "listen"],
    ["sluice", "api.image.tags=1", "tags"],
    ["sluice", "replicas=0", "replicas"],
    ["sluice", "console.ingress.enabled=true", "ingress"],
  ])("%s refuses --set %s", (chart, set, named) => {
    const { status, stderr } = render(chart, "--set", set);
    expect(status).not.toBe(0);
    expect(stderr).toContain(named);
  });

  test.each(charts)("%s refuses any namespace but the one that the programs know", (chart) => {
    const { status, stderr } = runHelm(helm, ["template", "x", path.join(here, chart), "--namespace", "elsewhere", "--kube-version", "1.36"]);
    expect(status).not.toBe(0);
    expect(stderr).toContain('namespace "elsewhere": install into sluice-system');
  });

  test('deploy/member is what "npm run manifests" writes', () => {
    const folder = path.join(here, "../member");
    const rendered = renderMember(helm);
    expect(readdirSync(folder).toSorted()).toEqual(["00-namespace.yaml", ...Object.keys(rendered)].toSorted());
    expect(Object.fromEntries(Object.keys(rendered).map((file) => [file, readFileSync(path.join(folder, file), "utf8")]))).toEqual(rendered);
  });
});

test.each(charts)("%s: no template names a namespace", (chart) => {
  const folder = path.join(here, chart, "templates");
  const templates = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".yaml"));
  expect(templates.length).toBeGreaterThan(4);
  expect(templates.filter((file) => /namespace: (?!\{\{)/.test(readFileSync(path.join(folder, file), "utf8")))).toEqual([]);
});
