import { readFileSync } from "node:fs";
import { expect } from "vitest";
import type { Kubectl } from "./run-kubectl.ts";

const crd = readFileSync(new URL("../../../deploy/crds/flomesh.io_globaltrafficpolicies.yaml", import.meta.url), "utf8");

const workload = (image: string, more = ""): string => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: httpbin, namespace: httpbin, labels: {app: pipy}}
spec:
  replicas: 1${more}
  selector: {matchLabels: {app: pipy}}
  template:
    metadata: {labels: {app: pipy}}
    spec:
      containers:
        - {name: pipy, image: "${image}", ports: [{containerPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: httpbin, namespace: httpbin}
spec:
  ports: [{name: http, port: 8080}]
  selector: {app: pipy}
`;

const policy = (target: string): string => `
apiVersion: flomesh.io/v1alpha1
kind: GlobalTrafficPolicy
metadata: {name: httpbin, namespace: httpbin}
spec:
  lbType: ActiveActive
  targets: [{clusterKey: default/default/default/1-25, ${target}}]
`;

interface KubectlCase {
  readonly name: string;
  run(kubectl: Kubectl): Promise<void>;
}

/** What the cases find: a namespace, a CRD and a workload. */
export async function prepareKubectlCases(kubectl: Kubectl): Promise<void> {
  await kubectl.output(["create", "namespace", "httpbin"]);
  await kubectl.output(["apply", "-f", "-"], crd);
  await kubectl.output(["wait", "--for=condition=established", "crd", "--all", "--timeout=30s"]);
  await kubectl.output(["apply", "-f", "-"], workload("flomesh/pipy:latest"));
}

/** What people do with kubectl: one table for the sandbox and for real API servers, in this order. */
export const kubectlCases: readonly KubectlCase[] = [
  {
    name: "applies again: unchanged, then configured",
    async run(kubectl) {
      expect(await kubectl.output(["apply", "-f", "-"], workload("flomesh/pipy:latest"))).toContain("deployment.apps/httpbin unchanged");
      expect(await kubectl.output(["apply", "-f", "-"], workload("flomesh/pipy:1"))).toContain("deployment.apps/httpbin configured");
      expect(await kubectl.output(["get", "deploy", "httpbin", "-n", "httpbin", "-o", "jsonpath={.spec.template.spec.containers[0].image}"])).toBe("flomesh/pipy:1");
    },
  },
  {
    name: "prints tables, wide ones, YAML and JSON",
    async run(kubectl) {
      const wide = await kubectl.output(["get", "deploy,svc", "-n", "httpbin", "-o", "wide"]);
      expect(wide).toMatch(/NAME +READY +UP-TO-DATE +AVAILABLE +AGE +CONTAINERS +IMAGES +SELECTOR/);
      expect(wide).toMatch(/service\/httpbin +ClusterIP +\d+\.\d+\.\d+\.\d+ +<none> +8080\/TCP/);
      expect(await kubectl.output(["get", "ns", "httpbin"])).toMatch(/NAME +STATUS +AGE\nhttpbin +Active/);
      expect(await kubectl.output(["get", "svc", "httpbin", "-n", "httpbin", "-o", "yaml"])).toContain("targetPort: 8080");
      expect(JSON.parse(await kubectl.output(["get", "svc", "-n", "httpbin", "-o", "json"]))).toMatchObject({ kind: "List", items: [{ metadata: { name: "httpbin" } }] });
    },
  },
  {
    name: "describes, scales, patches in all three ways, labels",
    async run(kubectl) {
      expect(await kubectl.output(["describe", "deploy", "httpbin", "-n", "httpbin"])).toContain("Selector:               app=pipy");
      await kubectl.output(["scale", "deploy", "httpbin", "-n", "httpbin", "--replicas", "3"]);
      const patch = (type: string, body: unknown): Promise<string> => kubectl.output(["patch", "deploy", "httpbin", "-n", "httpbin", "--type", type, "-p", JSON.stringify(body)]);
      await patch("json", [{ op: "test", path: "/spec/replicas", value: 3 }, { op: "add", path: "/metadata/labels/a", value: "b" }]);
      await patch("merge", { metadata: { annotations: { note: "x" } } });
      await patch("strategic", { spec: { template: { spec: { containers: [{ name: "pipy", env: [{ name: "A", value: "1" }] }] } } } });
      await kubectl.output(["label", "deploy", "httpbin", "-n", "httpbin", "c=d"]);
      const deployment = JSON.parse(await kubectl.output(["get", "deploy", "httpbin", "-n", "httpbin", "-o", "json"])) as unknown;
      expect(deployment).toMatchObject({ metadata: { labels: { app: "pipy", a: "b", c: "d" }, annotations: { note: "x" } }, spec: { replicas: 3, template: { spec: { containers: [{ image: expect.stringMatching(/^flomesh/) as string, env: [{ name: "A" }] }] } } } });
    },
  },
  {
    name: "edits with an editor",
    async run(kubectl) {
      await kubectl.output(["apply", "-f", "-"], policy("weight: 10"));
      const editor = kubectl.file("editor.sh", "#!/bin/sh\nsed -i 's/weight: 10/weight: 900/' \"$1\"\n", 0o700);
      expect(await kubectl.output(["edit", "gtp", "httpbin", "-n", "httpbin"], "", { KUBE_EDITOR: editor })).toContain("edited");
      expect(await kubectl.output(["get", "gtp", "httpbin", "-n", "httpbin", "-o", "jsonpath={.spec.targets[0].weight}"])).toBe("900");
      expect(await kubectl.output(["get", "gtp", "-n", "httpbin"])).toMatch(/NAME +LB TYPE +AGE\nhttpbin +ActiveActive/);
    },
  },
  {
    name: "refuses negative weights and unknown fields with their path",
    async run(kubectl) {
      const negative = await kubectl.run(["apply", "-f", "-"], policy("weight: -1").replace("name: httpbin,", "name: bad,"));
      expect(negative.code).toBe(1);
      expect(negative.stderr).toContain("spec.targets[0].weight: Invalid value: -1: spec.targets[0].weight in body should be greater than or equal to 0");
      const unknown = await kubectl.run(["apply", "-f", "-"], policy("wieght: 1").replace("name: httpbin,", "name: bad,"));
      expect(unknown.code).toBe(1);
      expect(unknown.stderr).toContain('strict decoding error: unknown field "spec.targets[0].wieght"');
      const typo = await kubectl.run(["create", "-f", "-"], workload("x", "\n  replcas: 2").replaceAll("name: httpbin, namespace", "name: bad, namespace"));
      expect(typo.stderr).toContain('unknown field "spec.replcas"');
    },
  },
  {
    name: "watches what changes",
    async run(kubectl) {
      const child = kubectl.start(["get", "cm", "-n", "httpbin", "-w", "-o", "name"]);
      try {
        const seen = new Promise<string>((resolve) => {
          let text = "";
          child.stdout?.on("data", (chunk: Buffer) => {
            text += chunk.toString("utf8");
            if (text.includes("configmap/late")) resolve(text);
          });
        });
        await kubectl.output(["create", "configmap", "late", "-n", "httpbin", "--from-literal=a=b"]);
        expect(await seen).toContain("configmap/late");
      } finally {
        child.kill();
      }
    },
  },
  {
    name: "waits for conditions and deletions, and deletes",
    async run(kubectl) {
      await kubectl.output(["create", "configmap", "gone", "-n", "httpbin"]);
      await kubectl.output(["delete", "configmap", "gone", "-n", "httpbin"]);
      await kubectl.output(["wait", "--for=delete", "configmap/gone", "-n", "httpbin", "--timeout=5s"]);
      const missing = await kubectl.run(["get", "configmap", "gone", "-n", "httpbin"]);
      expect(missing.stderr).toContain('Error from server (NotFound): configmaps "gone" not found');
    },
  },
  {
    name: "applies server-side and shows who manages what",
    async run(kubectl) {
      const body = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shared, namespace: httpbin}\ndata: {a: one}\n";
      await kubectl.output(["apply", "--server-side", "--field-manager=first", "-f", "-"], body);
      const conflict = await kubectl.run(["apply", "--server-side", "--field-manager=second", "-f", "-"], body.replace("one", "two"));
      expect(conflict.code).not.toBe(0);
      expect(conflict.stderr).toContain('conflict with "first": .data.a');
      await kubectl.output(["apply", "--server-side", "--force-conflicts", "--field-manager=second", "-f", "-"], body.replace("one", "two"));
      const fields = await kubectl.output(["get", "configmap", "shared", "-n", "httpbin", "-o", "yaml", "--show-managed-fields"]);
      expect(fields).toContain("manager: second");
      expect(fields).toContain("f:a: {}");
    },
  },
  {
    name: "answers who may do what",
    async run(kubectl) {
      expect(await kubectl.output(["auth", "can-i", "delete", "pods"])).toBe("yes\n");
      const refused = await kubectl.run(["auth", "can-i", "delete", "pods", "--as", "nobody"]);
      expect(refused.code).not.toBe(0);
    },
  },
];
