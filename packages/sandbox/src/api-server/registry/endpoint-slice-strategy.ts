import type { StatusCause } from "../api-failure.ts";
import { isRecord, listAt, recordAt, textAt } from "../json-value.ts";
import { fieldCause, IMMUTABLE } from "./field-cause.ts";
import { setDefault } from "./pod-defaults.ts";
import type { Strategy } from "./resource-definition.ts";

const ADDRESS_TYPES = ["FQDN", "IPv4", "IPv6"];
const ENDPOINTS_MAX = 1000;

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
      if (listAt(endpoint, "addresses").length === 0) causes.push(fieldCause.required(`endpoints[${index}].addresses`, "must contain at least 1 address"));
    }
    const names = new Set<unknown>();
    for (const [index, port] of listAt(slice, "ports").entries()) {
      const name = recordAt(port)["name"];
      if (names.has(name)) causes.push(fieldCause.duplicate(`ports[${index}].name`, name));
      names.add(name);
    }
    return causes;
  },
};
