import { ApiFailure, type StatusCause } from "../api-failure.ts";
import type { ApiObject } from "../api-object.ts";
import { isRecord, listAt, recordAt, textAt, type JsonRecord } from "../json-value.ts";
import { fieldCause, IMMUTABLE } from "./field-cause.ts";
import { setDefault } from "./pod-defaults.ts";
import { isPort } from "./pod-validation.ts";
import type { Strategy, StrategyContext } from "./resource-definition.ts";

const TYPES = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
const SERVICE = { group: "", plural: "services", kind: "Service" };
const PORT_DETAIL = "must be between 1 and 65535, inclusive";
const PORT_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

function defaultPorts(spec: JsonRecord): void {
  for (const port of listAt(spec, "ports")) {
    if (!isRecord(port)) continue;
    setDefault(port, "protocol", "TCP");
    if (port["targetPort"] === undefined || port["targetPort"] === 0 || port["targetPort"] === "") port["targetPort"] = port["port"];
  }
}

function claimAddress(service: ApiObject, spec: JsonRecord, oldSpec: JsonRecord, context: StrategyContext): void {
  if (spec["type"] === "ExternalName") {
    for (const field of ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"]) delete spec[field];
    return;
  }
  const wanted = textAt(spec, "clusterIP") || (typeof listAt(spec, "clusterIPs")[0] === "string" ? (listAt(spec, "clusterIPs")[0] as string) : "");
  const had = textAt(oldSpec, "clusterIP");
  let address = wanted === "" ? had : wanted;
  if (address === "" || (address !== "None" && address !== had)) {
    const claimed = context.allocateClusterIp(address === "" ? undefined : address);
    if (claimed === undefined) {
      if (address === "") throw new ApiFailure(500, "InternalError", "Internal error occurred: failed to allocate a serviceIP: range is full");
      throw ApiFailure.invalid(SERVICE, service.metadata.name, [
        fieldCause.invalid("spec.clusterIPs", [address], `failed to allocate IP ${address}: provided IP is already allocated or is not in the valid range`),
      ]);
    }
    address = claimed;
  }
  spec["clusterIP"] = address;
  spec["clusterIPs"] = [address];
  setDefault(spec, "internalTrafficPolicy", "Cluster");
  setDefault(spec, "ipFamilies", ["IPv4"]);
  setDefault(spec, "ipFamilyPolicy", "SingleStack");
}

function claimNodePorts(spec: JsonRecord, oldSpec: JsonRecord, context: StrategyContext): void {
  const exposed = spec["type"] === "NodePort" || (spec["type"] === "LoadBalancer" && spec["allocateLoadBalancerNodePorts"] !== false);
  const taken = new Set<number>();
  for (const port of listAt(spec, "ports")) {
    if (!isRecord(port)) continue;
    if (!exposed) {
      delete port["nodePort"];
      continue;
    }
    if (typeof port["nodePort"] === "number" && port["nodePort"] !== 0) continue;
    const before = listAt(oldSpec, "ports").find((each) => recordAt(each)["port"] === port["port"] && recordAt(each)["protocol"] === port["protocol"]);
    const kept = recordAt(before)["nodePort"];
    const free = typeof kept === "number" ? kept : context.allocateNodePort(taken);
    if (free !== undefined) taken.add(free);
    port["nodePort"] = free;
  }
}

function validatePorts(spec: JsonRecord): StatusCause[] {
  const ports = listAt(spec, "ports");
  const seen = new Set<string>();
  const names = new Set<string>();
  return ports.flatMap((port, index) => {
    const at = `spec.ports[${index}]`;
    const causes: StatusCause[] = [];
    const { port: number, targetPort, name } = recordAt(port);
    const protocol = textAt(port, "protocol");
    if (name === undefined || name === "") {
      if (ports.length > 1) causes.push(fieldCause.required(`${at}.name`));
    } else if (typeof name === "string" && (!PORT_NAME.test(name) || name.length > 63)) causes.push(fieldCause.invalid(`${at}.name`, name, "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"));
    else if (names.has(String(name as string))) causes.push(fieldCause.duplicate(`${at}.name`, name));
    if (typeof name === "string" && name !== "") names.add(name);
    if (!isPort(number)) causes.push(fieldCause.invalid(`${at}.port`, number ?? 0, PORT_DETAIL));
    if (!["SCTP", "TCP", "UDP"].includes(protocol)) causes.push(fieldCause.notSupported(`${at}.protocol`, protocol, ["SCTP", "TCP", "UDP"]));
    if (typeof targetPort === "number" && !isPort(targetPort)) causes.push(fieldCause.invalid(`${at}.targetPort`, targetPort, PORT_DETAIL));
    const key = `${String(number as number)}/${protocol}`;
    if (seen.has(key)) causes.push(fieldCause.duplicate(at, { port: number, protocol }));
    seen.add(key);
    return causes;
  });
}

export const serviceStrategy: Strategy = {
  prepare(service, old, context) {
    const spec = (service["spec"] ??= {});
    if (!isRecord(spec)) return;
    const oldSpec = recordAt(old, "spec");
    setDefault(spec, "type", "ClusterIP");
    setDefault(spec, "sessionAffinity", "None");
    if (spec["sessionAffinity"] === "ClientIP") setDefault(spec, "sessionAffinityConfig", { clientIP: { timeoutSeconds: 10_800 } });
    else delete spec["sessionAffinityConfig"];
    defaultPorts(spec);
    claimAddress(service, spec, oldSpec, context);
    if (spec["type"] === "NodePort" || spec["type"] === "LoadBalancer") setDefault(spec, "externalTrafficPolicy", "Cluster");
    else delete spec["externalTrafficPolicy"];
    if (spec["type"] === "LoadBalancer") setDefault(spec, "allocateLoadBalancerNodePorts", true);
    else delete spec["allocateLoadBalancerNodePorts"];
    claimNodePorts(spec, oldSpec, context);
    if (old === undefined) service["status"] = { loadBalancer: {} };
  },
  validate(service, old) {
    const spec = recordAt(service, "spec");
    const type = textAt(spec, "type");
    const causes: StatusCause[] = [];
    if (!TYPES.includes(type)) causes.push(fieldCause.notSupported("spec.type", type, TYPES));
    if (type === "ExternalName" ? textAt(spec, "externalName") === "" : listAt(spec, "ports").length === 0 && spec["clusterIP"] !== "None") {
      causes.push(type === "ExternalName" ? fieldCause.required("spec.externalName") : fieldCause.required("spec.ports"));
    }
    const affinity = textAt(spec, "sessionAffinity");
    if (!["ClientIP", "None"].includes(affinity)) causes.push(fieldCause.notSupported("spec.sessionAffinity", affinity, ["ClientIP", "None"]));
    const { timeoutSeconds } = recordAt(spec, "sessionAffinityConfig", "clientIP");
    if (affinity === "ClientIP" && !(typeof timeoutSeconds === "number" && timeoutSeconds > 0 && timeoutSeconds <= 86_400)) {
      causes.push(fieldCause.invalid("spec.sessionAffinityConfig.clientIP.timeoutSeconds", timeoutSeconds, "must be greater than 0 and less than or equal to 86400"));
    }
    const had = textAt(old, "spec", "clusterIP");
    if (had !== "" && type !== "ExternalName" && spec["clusterIP"] !== had) causes.push(fieldCause.invalid("spec.clusterIPs[0]", [spec["clusterIP"]], IMMUTABLE));
    return [...causes, ...validatePorts(spec)];
  },
};
