import type { Pod } from "@sluice/kubernetes/kinds";
import type { ContainerReport } from "./container-state.ts";

type Conditions = NonNullable<NonNullable<Pod["status"]>["conditions"]>;

export interface PodFacts {
  /** In their order; those that are complete are ready. */
  readonly initContainers: readonly ContainerReport[];
  readonly containers: readonly ContainerReport[];
  readonly podIp: string | undefined;
  readonly hostIp: string;
  /** RFC 3339. */
  readonly startTime: string;
  readonly restartPolicy: string;
}

/** The pod's status as a kubelet reports it (`kubelet_pods.go` getPhase, `status/generate.go`); `now` is RFC 3339. */
export function planPodStatus(facts: PodFacts, before: Conditions, now: string): NonNullable<Pod["status"]> {
  const { containers, initContainers } = facts;
  const incomplete = initContainers.filter(({ ready }) => !ready).map(({ name }) => name);
  const phase = phaseOf(facts);
  const unready = containers.filter(({ ready }) => !ready).map(({ name }) => name);
  const isDone = phase === "Succeeded" || phase === "Failed";
  const reason = phase === "Succeeded" ? "PodCompleted" : phase === "Failed" ? "PodFailed" : "ContainersNotReady";
  const notReady = isDone ? { reason } : { reason, message: `containers with unready status: [${unready.join(" ")}]` };
  const isReady = !isDone && unready.length === 0;
  const condition = (type: string, isTrue: boolean, why: { reason?: string; message?: string } = {}): Conditions[number] => {
    const status = isTrue ? "True" : "False";
    const known = before.find((one) => one.type === type);
    const lastTransitionTime = known?.status === status ? (known.lastTransitionTime ?? now) : now;
    return { type, status, ...(isTrue ? {} : why), lastTransitionTime };
  };
  return {
    phase,
    conditions: [
      condition("PodReadyToStartContainers", facts.podIp !== undefined),
      condition("Initialized", incomplete.length === 0, { reason: "ContainersNotInitialized", message: `containers with incomplete status: [${incomplete.join(" ")}]` }),
      condition("Ready", isReady, notReady),
      condition("ContainersReady", isReady, notReady),
      condition("PodScheduled", true),
    ],
    hostIP: facts.hostIp,
    hostIPs: [{ ip: facts.hostIp }],
    ...(facts.podIp === undefined ? {} : { podIP: facts.podIp, podIPs: [{ ip: facts.podIp }] }),
    startTime: facts.startTime,
    qosClass: "BestEffort",
    ...(initContainers.length === 0 ? {} : { initContainerStatuses: initContainers.map(statusOf) }),
    containerStatuses: containers.map(statusOf),
  };
}

function statusOf(container: ContainerReport): object {
  return { ...container, lastState: container.lastState ?? {}, imageID: container.containerID === "" ? "" : `sandbox://${container.image}` };
}

function phaseOf({ containers, initContainers, restartPolicy }: PodFacts): string {
  const preparing = initContainers.find(({ ready }) => !ready);
  if (preparing !== undefined) return restartPolicy === "Never" && "terminated" in preparing.state ? "Failed" : "Pending";
  const states = containers.map(({ state }) => state);
  const codes = states.flatMap((state) => ("terminated" in state ? [state.terminated.exitCode] : []));
  if (codes.length === states.length && restartPolicy !== "Always") {
    if (codes.every((code) => code === 0)) return "Succeeded";
    if (restartPolicy === "Never") return "Failed";
  }
  // A container that has run once keeps its pod Running while it waits for its restart.
  const isWaiting = containers.some(({ state, lastState }) => "waiting" in state && (lastState === undefined || !("terminated" in lastState)));
  return isWaiting ? "Pending" : "Running";
}
