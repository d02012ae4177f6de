import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startCluster, type SandboxCluster } from "../src/sandbox-cluster.ts";
import { Kubectl, kubectlsToTest } from "./run-kubectl.ts";

const rollOutSeconds = "--timeout=30s";

const namespace = "try";
const kubectls = kubectlsToTest();
if (kubectls.some(({ path }) => path === undefined)) console.info("skipped: there is no kubectl on PATH (or KUBECTL_PATH)");

for (const { version, path } of kubectls) describe.skipIf(path === undefined)(`kubectl ${version} on a whole cluster of the sandbox`, () => {
  let cluster: SandboxCluster;
  let kubectl: Kubectl;
  const failures: string[] = [];
  const out = (...args: string[]) => kubectl.output(["-n", namespace, ...args]);
  const run = (...args: string[]) => kubectl.run(["-n", namespace, ...args]);
  const images = () => out("get", "pods", "-l", "app=web", "-o", "jsonpath={.items[*].spec.containers[0].image}");

  beforeAll(async () => {
    cluster = await startCluster({ name: "kubectl", onError: (message) => void failures.push(message) });
    kubectl = new Kubectl(path ?? "", cluster.kubeconfig);
    await kubectl.output(["create", "namespace", namespace]);
    await out("create", "deployment", "web", "--image=sluice/echo:1", "--replicas=2", "--port=8080");
    await out("expose", "deployment", "web");
  });
  afterAll(async () => {
    kubectl?.close();
    await cluster?.stop();
  });

  it("rolls out, back, and anew", async () => {
    const status = () => out("rollout", "status", "deployment/web", rollOutSeconds);
    expect(await status()).toContain('deployment "web" successfully rolled out');
    await out("set", "image", "deployment/web", "echo=sluice/echo:2");
    await status();
    expect(await images()).toBe("sluice/echo:2 sluice/echo:2");
    await out("rollout", "undo", "deployment/web");
    await status();
    expect(await images()).toBe("sluice/echo:1 sluice/echo:1");
    expect(await out("rollout", "history", "deployment/web")).toMatch(/\n2 +<none>\n3 +<none>\n/);
    await out("rollout", "restart", "deployment/web");
    await status();
    expect(await out("get", "pods", "-l", "app=web", "-o", "yaml")).toContain("kubectl.kubernetes.io/restartedAt");
    await out("rollout", "pause", "deployment/web");
    await out("set", "image", "deployment/web", "echo=sluice/echo:3");
    await out("rollout", "resume", "deployment/web");
    await status();
    expect(await images()).toBe("sluice/echo:3 sluice/echo:3");
  });

  it("runs a command in a pod of its own, as the image's entrypoint does, and tells its events and its log", async () => {
    await out("run", "once", "--image=curlimages/curl", "--restart=Never", "--", "curl", "-s", "http://web:8080/by-name");
    await out("run", "flags", "--image=curlimages/curl", "--restart=Never", "--", "-s", "http://web:8080/by-flags");
    await out("wait", "--for=jsonpath={.status.phase}=Succeeded", "pod/once", "pod/flags", "--timeout=20s");
    expect(JSON.parse(await out("logs", "once"))).toMatchObject({ path: "/by-name" });
    expect(JSON.parse(await out("logs", "flags"))).toMatchObject({ path: "/by-flags" });
    expect(await out("describe", "pod", "once")).toMatch(/Scheduled .* Successfully assigned/);
    expect((await run("logs", "once", "--previous")).stderr).toContain('previous terminated container "once" in pod "once" not found');
  });

  it("says why a pod has no log yet", async () => {
    await out("run", "unknown", "--image=nginx:1.29");
    await out("wait", "--for=jsonpath={.status.containerStatuses[0].state.waiting.reason}=ImagePullBackOff", "pod/unknown", "--timeout=20s");
    expect((await run("logs", "unknown")).stderr).toContain('container "unknown" in pod "unknown" is waiting to start: ');
    await out("delete", "pod", "unknown", "--now");
  });

  it("executes with input, and ends with the command's code", async () => {
    expect(await kubectl.output(["-n", namespace, "exec", "-i", "deployment/web", "--", "cat"], "through and back")).toBe("through and back");
    expect((await run("exec", "deployment/web", "--", "sh", "-c", "echo wrong >&2; exit 3"))).toMatchObject({ code: 3, stderr: expect.stringContaining("wrong") as string });
  });

  it("refuses in words what it lacks", async () => {
    expect((await run("port-forward", "deployment/web", "0:8080")).stderr).toContain("pods/portforward is not part of the sandbox API server");
    expect((await run("attach", "deployment/web")).stderr).toContain("pods/attach is not part of the sandbox API server");
    expect(await kubectl.output(["auth", "whoami", "-o", "jsonpath={.status.userInfo.groups}"])).toBe('["system:masters","system:authenticated"]');
  });

  it("drains the node, which takes pods again once it is uncordoned", async () => {
    await out("drain", "kubectl-node", "--force", rollOutSeconds);
    expect(await out("get", "node", "kubectl-node")).toContain("Ready,SchedulingDisabled");
    await out("wait", "--for=condition=PodScheduled=false", "pod", "-l", "app=web", rollOutSeconds);
    expect(await out("describe", "pod", "-l", "app=web")).toContain("Pending");
    await out("uncordon", "kubectl-node");
    await out("wait", "--for=condition=ready", "pod", "-l", "app=web", rollOutSeconds);
  });

  it("deletes a namespace with all that it holds", async () => {
    await kubectl.output(["delete", "namespace", namespace, rollOutSeconds]);
    expect(await kubectl.output(["get", "pods,deployments,services", "-A", "-o", "name"])).toBe("");
    expect(failures).toEqual([]);
  });
});
