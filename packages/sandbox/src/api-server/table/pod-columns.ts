import type { ApiObject } from "../api-object.ts";
import { isRecord, listAt, recordAt, textAt } from "../json-value.ts";
import { ageOf } from "./age.ts";
import type { ColumnSpec } from "./column.ts";

function containerReason(status: unknown): string | undefined {
  const waiting = textAt(status, "state", "waiting", "reason");
  if (waiting !== "") return waiting;
  const terminated = recordAt(status, "state")["terminated"];
  if (!isRecord(terminated)) return undefined;
  const reason = textAt(terminated, "reason");
  if (reason !== "") return reason;
  const signal = terminated["signal"];
  return typeof signal === "number" && signal !== 0 ? `Signal:${signal}` : `ExitCode:${String((terminated["exitCode"] as number | undefined) ?? 0)}`;
}

/** Where the init containers are, as long as they are not done. */
function preparingText(pod: ApiObject): string | undefined {
  for (const [index, status] of listAt(pod, "status", "initContainerStatuses").entries()) {
    const terminated = recordAt(status, "state")["terminated"];
    if (isRecord(terminated) && terminated["exitCode"] === 0) continue;
    const reason = containerReason(status);
    if (reason !== undefined && reason !== "PodInitializing") return `Init:${reason}`;
    return `Init:${index}/${listAt(pod, "spec", "initContainers").length}`;
  }
  return undefined;
}

/** The STATUS of a pod: not its phase, but what holds it up (pkg/printers/internalversion printPod). */
export function podStatusText(pod: ApiObject): string {
  const preparing = pod.metadata.deletionTimestamp === undefined ? preparingText(pod) : undefined;
  if (preparing !== undefined) return preparing;
  let text = textAt(pod, "status", "reason") || textAt(pod, "status", "phase");
  const statuses = listAt(pod, "status", "containerStatuses");
  let running = false;
  for (const status of statuses.toReversed()) {
    const reason = containerReason(status);
    if (reason !== undefined) text = reason;
    else if (recordAt(status)["ready"] === true && isRecord(recordAt(status, "state")["running"])) running = true;
  }
  const ready = listAt(pod, "status", "conditions").some((each) => textAt(each, "type") === "Ready" && textAt(each, "status") === "True");
  if (text === "Completed" && running) text = ready ? "Running" : "NotReady";
  if (pod.metadata.deletionTimestamp !== undefined) return textAt(pod, "status", "reason") === "NodeLost" ? "Unknown" : text === "Succeeded" || text === "Failed" || text === "Completed" ? text : "Terminating";
  return text;
}

function restarts(pod: ApiObject, nowMs: number): string {
  let total = 0;
  let last = "";
  const isPreparing = listAt(pod, "status", "initContainerStatuses").some((status) => recordAt(status)["ready"] !== true);
  for (const status of listAt(pod, "status", isPreparing ? "initContainerStatuses" : "containerStatuses")) {
    const count = recordAt(status)["restartCount"];
    if (typeof count === "number") total += count;
    const finished = textAt(status, "lastState", "terminated", "finishedAt");
    if (finished > last) last = finished;
  }
  return total > 0 && last !== "" ? `${total} (${ageOf(last, nowMs)} ago)` : String(total);
}

export const podColumns: ColumnSpec[] = [
  "name",
  ["Ready", (pod) => `${listAt(pod, "status", "containerStatuses").filter((each) => recordAt(each)["ready"] === true).length}/${listAt(pod, "spec", "containers").length}`],
  ["Status", podStatusText],
  ["Restarts", restarts],
  "age",
  ["IP", (pod) => textAt(pod, "status", "podIP") || "<none>", { priority: 1 }],
  ["Node", (pod) => textAt(pod, "spec", "nodeName") || "<none>", { priority: 1 }],
  ["Nominated Node", (pod) => textAt(pod, "status", "nominatedNodeName") || "<none>", { priority: 1 }],
  [
    "Readiness Gates",
    (pod) => {
      const gates = listAt(pod, "spec", "readinessGates").map((gate) => textAt(gate, "conditionType"));
      const met = gates.filter((type) => listAt(pod, "status", "conditions").some((each) => textAt(each, "type") === type && textAt(each, "status") === "True"));
      return gates.length === 0 ? "<none>" : `${met.length}/${gates.length}`;
    },
    { priority: 1 },
  ],
];
