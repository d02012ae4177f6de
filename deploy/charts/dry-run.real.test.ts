import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findKubectl, Kubectl, type KubectlResult } from "../../packages/sandbox/contract/run-kubectl.ts";
import { findAssets } from "../../packages/sandbox/src/real-api-server/find-assets.ts";
import { RealApiServer } from "../../packages/sandbox/src/real-api-server/start-real-api-server.ts";
import { findHelm, runHelm } from "./helm.ts";
import { chartOf, variants } from "./variants.ts";

const namespace = "sluice-system";
const podSecurity = "pod-security.kubernetes.io";
const helm = findHelm() ?? "";
if (helm === "") console.info("skipped: the charts' dry run needs helm (set HELM_PATH or put it on PATH)");

for (const assets of findAssets()) {
  const program = assets.kubectl ?? findKubectl();
  describe.skipIf(helm === "" || program === undefined)(`the charts on kube-apiserver ${assets.version}, which takes restricted pods only`, () => {
    let server: RealApiServer;
    let kubectl: Kubectl;

    beforeAll(async () => {
      server = await RealApiServer.start({ name: "charts", assets });
      kubectl = new Kubectl(program ?? "", server.kubeconfig);
      await kubectl.output(["create", "namespace", namespace]);
      // To enforce it refuses pods alone; of what makes pods it only warns.
      await kubectl.output(["label", "namespace", namespace, `${podSecurity}/enforce=restricted`, `${podSecurity}/warn=restricted`]);
      // The API server itself makes none, and admits no pod whose account is missing.
      await kubectl.output(["create", "serviceaccount", "default", "-n", namespace]);
    });
    afterAll(async () => {
      kubectl?.close();
      await server?.stop();
    });

    /** Every object of a chart, its hooks, tests and custom resources too, up to where they would be stored. */
    async function dryRun(variant: string, args: readonly string[]): Promise<KubectlResult> {
      const chart = chartOf(variant);
      const template = ["template", chart, path.join(import.meta.dirname, chart), "--namespace", namespace, "--kube-version", assets.version, "--include-crds"];
      const { status, stdout, stderr } = runHelm(helm, [...template, ...args]);
      if (status !== 0) throw new Error(stderr);
      return kubectl.run(["apply", "--dry-run=server", "--validate=strict", "-f", "-"], stdout);
    }

    test.each(Object.entries(variants))("%s: every object is taken, without a warning", async (variant, args) => {
      const { code, stdout, stderr } = await dryRun(variant, args);
      expect(stderr).toBe("");
      expect(code).toBe(0);
      expect(stdout.match(/ created \(server dry run\)$/gm)?.length).toBeGreaterThan(6);
    });

    test("a host port is the only thing that it warns of", async () => {
      const { code, stderr } = await dryRun("sluice-member", ["--set", "gateway.type=HostPort,gateway.port=8081"]);
      expect(code).toBe(0);
      const warnings = stderr.match(/^Warning: .*$/gm) ?? [];
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toMatch(/would violate PodSecurity "restricted:latest": hostPort \(container "proxy" uses hostPort 8081\)$/);
    });
  });
}
