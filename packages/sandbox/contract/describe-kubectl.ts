import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kubectlCases, prepareKubectlCases } from "./kubectl-cases.ts";
import { Kubectl } from "./run-kubectl.ts";

/** A kubectl and the API server that it is tried on. */
export interface KubectlGround {
  /** What server it is. */
  server: string;
  /** Path of the kubectl; undefined: there is none, and its tests are skipped. */
  path: string | undefined;
  start: () => Promise<{ readonly kubeconfig: string; stop(): Promise<void> }>;
}

/** Runs the table of kubectl's cases, in its order. */
export function describeKubectl({ server: name, path, start }: KubectlGround): void {
  describe.skipIf(path === undefined)(`kubectl on ${name}`, () => {
    let server: Awaited<ReturnType<typeof start>>;
    let kubectl: Kubectl;

    beforeAll(async () => {
      server = await start();
      kubectl = new Kubectl(path ?? "", server.kubeconfig);
      await prepareKubectlCases(kubectl);
    });
    afterAll(async () => {
      kubectl?.close();
      await server?.stop();
    });

    it.each(kubectlCases)("$name", async (each) => {
      await expect(each.run(kubectl)).resolves.toBeUndefined();
    });
  });
}
