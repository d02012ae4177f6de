import { isRecord, listAt, recordAt, type JsonRecord } from "../json-value.ts";

/** Sets a member that is absent. */
export function setDefault(target: JsonRecord, field: string, value: unknown): void {
  if (target[field] === undefined || target[field] === null) target[field] = value;
}

function defaultProbe(probe: unknown): void {
  if (!isRecord(probe)) return;
  setDefault(probe, "timeoutSeconds", 1);
  setDefault(probe, "periodSeconds", 10);
  setDefault(probe, "successThreshold", 1);
  setDefault(probe, "failureThreshold", 3);
  const http = probe["httpGet"];
  if (isRecord(http)) {
    setDefault(http, "path", "/");
    setDefault(http, "scheme", "HTTP");
  }
}

function defaultContainer(container: unknown): void {
  if (!isRecord(container)) return;
  const image = typeof container["image"] === "string" ? container["image"] : "";
  const tag = /:([^:/]+)$/.exec(image)?.[1];
  setDefault(container, "imagePullPolicy", image.includes("@") || (tag !== undefined && tag !== "latest") ? "IfNotPresent" : "Always");
  setDefault(container, "resources", {});
  setDefault(container, "terminationMessagePath", "/dev/termination-log");
  setDefault(container, "terminationMessagePolicy", "File");
  for (const port of listAt(container, "ports")) if (isRecord(port)) setDefault(port, "protocol", "TCP");
  for (const variable of listAt(container, "env")) {
    const reference = recordAt(variable, "valueFrom")["fieldRef"];
    if (isRecord(reference)) setDefault(reference, "apiVersion", "v1");
  }
  for (const probe of ["livenessProbe", "readinessProbe", "startupProbe"]) defaultProbe(container[probe]);
}

/** Fills a PodSpec in place (kubernetes pkg/apis/core/v1/defaults.go). */
export function defaultPodSpec(spec: JsonRecord): void {
  setDefault(spec, "restartPolicy", "Always");
  setDefault(spec, "terminationGracePeriodSeconds", 30);
  setDefault(spec, "dnsPolicy", "ClusterFirst");
  setDefault(spec, "securityContext", {});
  setDefault(spec, "schedulerName", "default-scheduler");
  if (typeof spec["serviceAccountName"] === "string") setDefault(spec, "serviceAccount", spec["serviceAccountName"]);
  else if (typeof spec["serviceAccount"] === "string") spec["serviceAccountName"] = spec["serviceAccount"];
  for (const container of [...listAt(spec, "containers"), ...listAt(spec, "initContainers")]) defaultContainer(container);
}
