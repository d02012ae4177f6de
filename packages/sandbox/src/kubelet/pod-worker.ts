import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { ApiError } from "@sluice/kubernetes/api-error";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import { kinds, type Pod } from "@sluice/kubernetes/kinds";
import type { EventRecorder } from "@sluice/kubernetes/record-event";
import type { Loopback } from "../network/loopback.ts";
import type { Programs } from "../programs/image-table.ts";
import { ContainerRunner } from "./container-runner.ts";
import { planPodStatus } from "./plan-pod-status.ts";
import { PodContainers } from "./pod-containers.ts";
import { podSources } from "./pod-sources.ts";
import { graceSecondsOf, restartPolicyOf } from "./pod-spec.ts";
import { prepareContainer, writeShims } from "./prepare-container.ts";
import { PodVolumes } from "./volumes/pod-volumes.ts";

const writeRetryMs = 500;
const accountMsMax = 2_000;
const accountPollMs = 20;

/** What every pod of one node shares. */
export interface NodeContext {
  readonly clusterName: string;
  readonly client: KubernetesClient;
  readonly events: EventRecorder;
  readonly programs: Programs;
  readonly dir: string;
  readonly nodeIp: string;
  readonly apiServer: string;
  /** Address of a new pod; `release` gives it back. */
  readonly addresses: { claim(): string; release(ip: string): void };
  readonly loopback: Loopback;
  /** What every process needs to find the addresses of the cluster. */
  readonly environment: Readonly<Record<string, string>>;
  /** Address of the forward proxy for this pod. */
  readonly proxyUrl: (pod: Pod, ip: string) => { url: string; release(): void };
  /** kubeconfig with a token of the pod's account; undefined when the account does not exist. */
  readonly accountKubeconfig: (namespace: string, account: string) => string | undefined;
  readonly onError: (message: string, error: unknown) => void;
}

const timeNow = (): string => new Date().toISOString().replace(/\.\d+/, "");

/** One pod as local processes, from its start to its final deletion. */
export class PodWorker {
  readonly #node: NodeContext;
  readonly #startTime = timeNow();
  readonly dir: string;
  readonly ip: string;
  #pod: Pod;
  readonly #containers: PodContainers;
  readonly #volumes: PodVolumes;
  #proxy: { url: string; release(): void };
  #status: NonNullable<Pod["status"]>;
  #written = "";
  #writing: Promise<void> | undefined;
  #ending: Promise<void> | undefined;
  #isGone = false;

  constructor(node: NodeContext, pod: Pod) {
    this.#node = node;
    this.#pod = pod;
    this.dir = `${node.dir}/${pod.metadata.uid}`;
    this.ip = node.addresses.claim();
    this.#proxy = node.proxyUrl(pod, this.ip);
    this.#status = { conditions: pod.status?.conditions ?? [] };
    const { dir, ip } = this;
    const sources = podSources(node.client, pod, { podIp: ip, hostIp: node.nodeIp });
    this.#volumes = new PodVolumes({ pod: () => this.#pod, folder: `${dir}/volumes`, sources });
    const onEvent = (type: "Normal" | "Warning", reason: string, message: string): void => node.events.record(this.#pod, { type, reason, message });
    this.#containers = new PodContainers({
      pod,
      programs: node.programs,
      onEvent,
      makeRunner: (container, restartPolicy, waitingReason) =>
        new ContainerRunner({
          container,
          restartPolicy,
          waitingReason,
          dir,
          podIp: ip,
          loopback: node.loopback,
          prepare: () => prepareContainer(node, this.#pod, container, { dir, ip, proxyUrl: this.#proxy.url, sources, volumes: this.#volumes }),
          onChange: () => this.#changed(),
          onEvent,
        }),
    });
  }

  get pod(): Pod {
    return this.#pod;
  }

  runner(container: string): ContainerRunner | undefined {
    return this.#containers.find(container);
  }

  async start(): Promise<void> {
    mkdirSync(this.dir, { recursive: true, mode: 0o700 });
    writeShims(`${this.dir}/bin`, this.#node.programs);
    await this.#writeKubeconfig();
    this.#changed();
  }

  /** Takes the pod as it now is in the API; begins its end when that was asked for. */
  update(pod: Pod): void {
    this.#pod = pod;
    if (pod.metadata.deletionTimestamp !== undefined) void this.end(graceSecondsOf(pod) * 1000, true);
  }

  /** Ends the processes, and with `remove` then the object; the object's disappearance ends them at once. */
  async end(graceMs: number, remove: boolean): Promise<void> {
    if (graceMs === 0) void this.#containers.stop(0);
    await (this.#ending ??= this.#end(graceMs, remove));
  }

  /** Writes the status if it changed; one write at a time, the last state wins. */
  report(): void {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
      if (!this.#isGone && this.#planned() !== this.#written) this.report();
    });
  }

  #changed(): void {
    this.#containers.advance();
    this.report();
  }

  async #end(graceMs: number, remove: boolean): Promise<void> {
    if (remove) this.#node.events.record(this.#pod, { type: "Normal", reason: "Killing", message: `Stopping container ${this.#containers.names.join(", ")}` });
    this.#volumes.stop();
    await this.#containers.stop(graceMs);
    await this.#writing;
    this.#isGone = true;
    this.#proxy.release();
    this.#node.loopback.forget(this.ip);
    this.#node.addresses.release(this.ip);
    this.#containers.remove();
    rmSync(this.dir, { recursive: true, force: true });
    if (!remove) return;
    const preconditions = { uid: this.#pod.metadata.uid ?? "" };
    for (let attempt = 0; attempt < 20; attempt += 1) {
      try {
        return await this.#node.client.delete(kinds.pods, this.#pod.metadata, { gracePeriodSeconds: 0, preconditions });
      } catch (error) {
        if (error instanceof ApiError && (error.code === 404 || error.code === 409)) return;
        if (attempt === 19) this.#node.onError(`pod ${this.#pod.metadata.name} can't be removed`, error);
        await new Promise((resolve) => setTimeout(resolve, writeRetryMs));
      }
    }
  }

  #planned(): string {
    const { init, main } = this.#containers.reports();
    const facts = {
      initContainers: init,
      containers: main,
      podIp: this.ip,
      hostIp: this.#node.nodeIp,
      startTime: this.#startTime,
      restartPolicy: restartPolicyOf(this.#pod),
    };
    this.#status = planPodStatus(facts, this.#status.conditions ?? [], timeNow());
    return JSON.stringify(this.#status);
  }

  async #write(): Promise<void> {
    // What happens within one turn becomes one write.
    await Promise.resolve();
    const planned = this.#planned();
    if (planned === this.#written || this.#isGone) return;
    try {
      const body = { metadata: { uid: this.#pod.metadata.uid }, status: this.#status };
      await this.#node.client.patch(kinds.pods, this.#pod.metadata, { type: "merge", body }, { subresource: "status" });
      this.#written = planned;
    } catch (error) {
      if (error instanceof ApiError && (error.code === 404 || error.code === 409)) this.#written = planned;
      else await new Promise((resolve) => setTimeout(resolve, writeRetryMs).unref());
    }
  }

  async #writeKubeconfig(): Promise<void> {
    if (this.#pod.spec["automountServiceAccountToken"] === false) return;
    const account = this.#pod.spec.serviceAccountName ?? "default";
    // A new namespace gets its account a moment after it is made; Kubernetes would refuse the pod until then.
    for (let waitedMs = 0; waitedMs < accountMsMax; waitedMs += accountPollMs) {
      const text = this.#node.accountKubeconfig(this.#pod.metadata.namespace ?? "", account);
      if (text !== undefined) return writeFileSync(`${this.dir}/kubeconfig`, text, { mode: 0o600 });
      await new Promise((resolve) => setTimeout(resolve, accountPollMs));
    }
    this.#node.events.record(this.#pod, {
      type: "Warning",
      reason: "FailedMount",
      message: `service account "${account}" does not exist, so the pod has no credentials; create it and delete the pod`,
    });
  }
}
