import { isIP } from "node:net";
import type { StatusCause } from "../api-failure.ts";
import { isRecord, listAt, recordAt, textAt } from "../json-value.ts";
import { fieldCause, IMMUTABLE } from "./field-cause.ts";
import { setDefault } from "./pod-defaults.ts";
import type { Strategy } from "./resource-definition.ts";

const ADDRESS_TYPES = ["FQDN", "IPv4", "IPv6"];
const PROTOCOLS = ["SCTP", "TCP", "UDP"];
const ENDPOINTS_MAX = 1000;

/** Loopback addresses are allowed here: every pod of the sandbox has one. */
function checkAddress(address: unknown, type: string, path: string, place: number): StatusCause[] {
  if ((type !== "IPv4" && type !== "IPv6") || typeof address !== "string") return [];
  const family = isIP(address);
  if (family === 0) return [fieldCause.invalid(`${path}[${place}]`, address, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")];
  if (type === "IPv4" && family === 6) return [fieldCause.invalid(path, address, "must be an IPv4 address")];
  return type === "IPv6" && family === 4 ? [fieldCause.invalid(`${path}[${place}]`, address, "must be an IPv6 address")] : [];
}

export const endpointSliceStrategy: Strategy = {
  prepare(slice) {
    slice["endpoints"] ??= null;
    slice["ports"] ??= null;
    for (const port of listAt(slice, "ports")) {
      if (!isRecord(port)) continue;
      setDefault(port, "name", "");
      setDefault(port, "protocol", "TCP");
    }
  },
  validate(slice, old) {
    const causes: StatusCause[] = [];
    const type = textAt(slice, "addressType");
    if (type === "") causes.push(fieldCause.required("addressType"));
    else if (!ADDRESS_TYPES.includes(type)) causes.push(fieldCause.notSupported("addressType", type, ADDRESS_TYPES));
    if (old !== undefined && textAt(old, "addressType") !== type) causes.push(fieldCause.invalid("addressType", type, IMMUTABLE));
    const endpoints = listAt(slice, "endpoints");
    if (endpoints.length > ENDPOINTS_MAX) causes.push(fieldCause.tooMany("endpoints", endpoints.length, ENDPOINTS_MAX));
    for (const [index, endpoint] of endpoints.entries()) {
      const addresses = listAt(endpoint, "addresses");
      if (addresses.length === 0) causes.push(fieldCause.required(`endpoints[${index}].addresses`, "must contain at least 1 address"));
      for (const [place, address] of addresses.entries()) causes.push(...checkAddress(address, type, `endpoints[${index}].addresses`, place));
    }
    const names = new Set<unknown>();
    for (const [index, port] of listAt(slice, "ports").entries()) {
      const { name, protocol } = recordAt(port);
      if (typeof protocol !== "string" || !PROTOCOLS.includes(protocol)) causes.push(fieldCause.notSupported(`ports[${index}].protocol`, protocol, PROTOCOLS));
      if (names.has(name)) causes.push(fieldCause.duplicate(`ports[${index}].name`, name));
      names.add(name);
    }
    return causes;
  },
};
