import type { StatusCause } from "../api-failure.ts";
import { isRecord, listAt, recordAt, textAt } from "../json-value.ts";
import { fieldCause } from "./field-cause.ts";

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_DETAIL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const PORT_DETAIL = "must be between 1 and 65535, inclusive";

/** A port number from 1 to 65535. */
export function isPort(value: unknown): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 65_535;
}

function validatePorts(container: unknown, path: string): StatusCause[] {
  return listAt(container, "ports").flatMap((port, index) => {
    const at = `${path}.ports[${index}]`;
    const number = recordAt(port)["containerPort"];
    const causes: StatusCause[] = [];
    if (number === undefined || number === 0) causes.push(fieldCause.required(`${at}.containerPort`));
    else if (!isPort(number)) causes.push(fieldCause.invalid(`${at}.containerPort`, number, PORT_DETAIL));
    const protocol = textAt(port, "protocol");
    if (!["TCP", "UDP", "SCTP"].includes(protocol)) causes.push(fieldCause.notSupported(`${at}.protocol`, protocol, ["SCTP", "TCP", "UDP"]));
    return causes;
  });
}

function validateContainers(containers: unknown[], path: string): StatusCause[] {
  const names = new Set<string>();
  return containers.flatMap((container, index) => {
    const at = `${path}[${index}]`;
    const causes: StatusCause[] = [];
    const name = textAt(container, "name");
    if (name === "") causes.push(fieldCause.required(`${at}.name`));
    else if (!LABEL.test(name) || name.length > 63) causes.push(fieldCause.invalid(`${at}.name`, name, LABEL_DETAIL));
    else if (names.has(name)) causes.push(fieldCause.duplicate(`${at}.name`, name));
    names.add(name);
    if (textAt(container, "image") === "") causes.push(fieldCause.required(`${at}.image`));
    for (const [position, variable] of listAt(container, "env").entries()) {
      if (textAt(variable, "name") === "") causes.push(fieldCause.required(`${at}.env[${position}].name`));
    }
    return [...causes, ...validatePorts(container, at)];
  });
}

/** Faults of a PodSpec, the ones that a person is likely to make (kubernetes pkg/apis/core/validation). */
export function validatePodSpec(spec: unknown, path: string): StatusCause[] {
  if (!isRecord(spec)) return [fieldCause.required(`${path}.containers`)];
  const causes: StatusCause[] = [];
  const containers = listAt(spec, "containers");
  if (containers.length === 0) causes.push(fieldCause.required(`${path}.containers`));
  causes.push(...validateContainers(containers, `${path}.containers`), ...validateContainers(listAt(spec, "initContainers"), `${path}.initContainers`));
  const restart = textAt(spec, "restartPolicy");
  if (!["Always", "OnFailure", "Never"].includes(restart)) causes.push(fieldCause.notSupported(`${path}.restartPolicy`, restart, ["Always", "OnFailure", "Never"]));
  const grace = spec["terminationGracePeriodSeconds"];
  if (typeof grace === "number" && grace < 0) causes.push(fieldCause.invalid(`${path}.terminationGracePeriodSeconds`, grace, "must be greater than or equal to 0"));
  return causes;
}
