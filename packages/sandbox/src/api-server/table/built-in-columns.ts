import type { ApiObject } from "../api-object.ts";
import { listAt, recordAt, textAt } from "../json-value.ts";
import { selectorText } from "../rest/scale.ts";
import { ageOf } from "./age.ts";
import { column, type ColumnSpec } from "./column.ts";
import { podColumns } from "./pod-columns.ts";
import { serviceColumns } from "./service-columns.ts";
import type { TableColumn } from "./table-column.ts";

const numberAt = (object: unknown, ...path: string[]): number => {
  const value = recordAt(object, ...path.slice(0, -1))[path.at(-1) ?? ""];
  return typeof value === "number" ? value : 0;
};
const joined = (list: string[], none = "<none>"): string => (list.length === 0 ? none : list.join(","));
const count = (field: string): ColumnSpec => ["Data", (object) => String(Object.keys(recordAt(object, field)).length)];
const templateContainers = (object: ApiObject, field: string): string => listAt(object, "spec", "template", "spec", "containers").map((each) => textAt(each, field)).join(",");

const WIDE_TEMPLATE: ColumnSpec[] = [
  ["Containers", (object) => templateContainers(object, "name"), { priority: 1 }],
  ["Images", (object) => templateContainers(object, "image"), { priority: 1 }],
  ["Selector", (object) => selectorText(recordAt(object, "spec")["selector"]), { priority: 1 }],
];

function slicePorts(slice: ApiObject): string {
  const ports = listAt(slice, "ports");
  return ports.length === 0 ? "<unset>" : ports.map((port) => String((recordAt(port)["port"] as number | undefined) ?? "*")).join(",");
}

function addressesShown(addresses: unknown[]): string {
  const shown = addresses.slice(0, 3).map(String);
  if (addresses.length === 0) return "<unset>";
  return addresses.length > 3 ? `${shown.join(",")} + ${addresses.length - 3} more...` : shown.join(",");
}

function endpointsShown(endpoints: ApiObject): string {
  const all = listAt(endpoints, "subsets").flatMap((subset) =>
    listAt(subset, "addresses").flatMap((address) => {
      const ports = listAt(subset, "ports");
      return ports.length === 0 ? [textAt(address, "ip")] : ports.map((port) => `${textAt(address, "ip")}:${numberAt(port, "port")}`);
    }),
  );
  if (all.length === 0) return "<none>";
  return all.length > 3 ? `${all.slice(0, 3).join(",")} + ${all.length - 3} more...` : all.join(",");
}

function nodeStatus(node: ApiObject): string {
  const ready = listAt(node, "status", "conditions").find((each) => textAt(each, "type") === "Ready");
  const status = ready === undefined ? "Unknown" : textAt(ready, "status") === "True" ? "Ready" : "NotReady";
  return recordAt(node, "spec")["unschedulable"] === true ? `${status},SchedulingDisabled` : status;
}

function nodeRoles(node: ApiObject): string {
  const prefix = "node-role.kubernetes.io/";
  return joined(Object.keys(node.metadata.labels ?? {}).filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length)).toSorted());
}

const nodeAddress = (type: string) => (node: ApiObject): string => textAt(listAt(node, "status", "addresses").find((each) => textAt(each, "type") === type), "address") || "<none>";

function eventSeen(event: ApiObject, nowMs: number): string {
  return ageOf(event["lastTimestamp"] ?? recordAt(event, "series")["lastObservedTime"] ?? event["eventTime"] ?? event["firstTimestamp"] ?? event.metadata.creationTimestamp, nowMs);
}

function subjectNames(binding: ApiObject, kind: string): string {
  return listAt(binding, "subjects")
    .filter((each) => textAt(each, "kind") === kind)
    .map((each) => (kind === "ServiceAccount" ? `${textAt(each, "namespace")}/${textAt(each, "name")}` : textAt(each, "name")))
    .join(", ");
}

const BINDING: ColumnSpec[] = [
  ["Role", (object) => `${textAt(object, "roleRef", "kind")}/${textAt(object, "roleRef", "name")}`],
  "age",
  ["Users", (object) => subjectNames(object, "User"), { priority: 1 }],
  ["Groups", (object) => subjectNames(object, "Group"), { priority: 1 }],
  ["ServiceAccounts", (object) => subjectNames(object, "ServiceAccount"), { priority: 1 }],
];

const EVENT: ColumnSpec[] = [
  ["Last Seen", eventSeen],
  ["Type", (event) => textAt(event, "type")],
  ["Reason", (event) => textAt(event, "reason")],
  ["Object", (event) => `${(textAt(event, "involvedObject", "kind") || textAt(event, "regarding", "kind")).toLowerCase()}/${textAt(event, "involvedObject", "name") || textAt(event, "regarding", "name")}`],
  ["Subobject", (event) => textAt(event, "involvedObject", "fieldPath"), { priority: 1 }],
  ["Source", (event) => textAt(event, "source", "component") || textAt(event, "reportingComponent"), { priority: 1 }],
  ["Message", (event) => (textAt(event, "message") || textAt(event, "note")).trim()],
  ["First Seen", (event, now) => ageOf(event["firstTimestamp"] ?? event["eventTime"] ?? event.metadata.creationTimestamp, now), { priority: 1 }],
  ["Count", (event) => String(numberAt(event, "count") || 1), { priority: 1 }],
  ["Name", (event) => event.metadata.name, { priority: 1, format: "name" }],
];

const BY_KIND: Record<string, ColumnSpec[]> = {
  Pod: podColumns,
  Service: serviceColumns,
  Namespace: ["name", ["Status", (object) => textAt(object, "status", "phase")], "age"],
  Deployment: [
    "name",
    ["Ready", (object) => `${numberAt(object, "status", "readyReplicas")}/${numberAt(object, "spec", "replicas")}`],
    ["Up-to-date", (object) => numberAt(object, "status", "updatedReplicas"), { type: "integer" }],
    ["Available", (object) => numberAt(object, "status", "availableReplicas"), { type: "integer" }],
    "age",
    ...WIDE_TEMPLATE,
  ],
  ReplicaSet: [
    "name",
    ["Desired", (object) => numberAt(object, "spec", "replicas"), { type: "integer" }],
    ["Current", (object) => numberAt(object, "status", "replicas"), { type: "integer" }],
    ["Ready", (object) => numberAt(object, "status", "readyReplicas"), { type: "integer" }],
    "age",
    ...WIDE_TEMPLATE,
  ],
  ControllerRevision: [
    "name",
    ["Controller", (object) => (object.metadata.ownerReferences ?? []).filter((each) => each.controller === true).map((each) => `${each.kind.toLowerCase()}/${each.name}`).join(",") || "<none>"],
    ["Revision", (object) => numberAt(object, "revision"), { type: "integer" }],
    "age",
  ],
  EndpointSlice: [
    "name",
    ["AddressType", (object) => textAt(object, "addressType")],
    ["Ports", slicePorts],
    ["Endpoints", (object) => addressesShown(listAt(object, "endpoints").flatMap((each) => listAt(each, "addresses")))],
    "age",
  ],
  Endpoints: ["name", ["Endpoints", endpointsShown], "age"],
  ConfigMap: ["name", count("data"), "age"],
  Secret: ["name", ["Type", (object) => textAt(object, "type")], count("data"), "age"],
  Node: [
    "name",
    ["Status", nodeStatus],
    ["Roles", nodeRoles],
    "age",
    ["Version", (object) => textAt(object, "status", "nodeInfo", "kubeletVersion")],
    ["Internal-IP", nodeAddress("InternalIP"), { priority: 1 }],
    ["External-IP", nodeAddress("ExternalIP"), { priority: 1 }],
    ["OS-Image", (object) => textAt(object, "status", "nodeInfo", "osImage") || "<unknown>", { priority: 1 }],
    ["Kernel-Version", (object) => textAt(object, "status", "nodeInfo", "kernelVersion") || "<unknown>", { priority: 1 }],
    ["Container-Runtime", (object) => textAt(object, "status", "nodeInfo", "containerRuntimeVersion") || "<unknown>", { priority: 1 }],
  ],
  Event: EVENT,
  Lease: ["name", ["Holder", (object) => textAt(object, "spec", "holderIdentity")], "age"],
  Role: ["name", ["Created At", (object) => object.metadata.creationTimestamp ?? ""]],
  ClusterRole: ["name", ["Created At", (object) => object.metadata.creationTimestamp ?? ""]],
  RoleBinding: ["name", ...BINDING],
  ClusterRoleBinding: ["name", ...BINDING],
  CustomResourceDefinition: ["name", ["Created At", (object) => object.metadata.creationTimestamp ?? ""]],
  PriorityClass: ["name", ["Value", (object) => numberAt(object, "value"), { type: "integer" }], "age"],
};

/** The printer columns of a built-in kind (kubernetes pkg/printers/internalversion). */
export function builtInColumns(_group: string, kind: string): readonly TableColumn[] {
  return (BY_KIND[kind] ?? ["name", "age"]).map(column);
}
