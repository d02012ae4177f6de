import type { Pod } from "@sluice/kubernetes/kinds";
import type { VolumeMount } from "./volumes/volume-spec.ts";

export interface EnvVar {
  name: string;
  value?: string;
  valueFrom?: {
    fieldRef?: { fieldPath: string };
    configMapKeyRef?: { name: string; key: string; optional?: boolean };
    secretKeyRef?: { name: string; key: string; optional?: boolean };
    [other: string]: unknown;
  };
}

export interface Probe {
  httpGet?: { path?: string; port: number | string; host?: string; scheme?: string; httpHeaders?: { name: string; value: string }[] };
  tcpSocket?: { port: number | string; host?: string };
  exec?: { command?: string[] };
  initialDelaySeconds?: number;
  periodSeconds?: number;
  timeoutSeconds?: number;
  successThreshold?: number;
  failureThreshold?: number;
}

/** The fields of a container that the sandbox's kubelet honours. */
export interface Container {
  name: string;
  image: string;
  command?: string[];
  args?: string[];
  workingDir?: string;
  /** Of an init container: "Always" makes it a sidecar. */
  restartPolicy?: string;
  volumeMounts?: VolumeMount[];
  env?: EnvVar[];
  envFrom?: { prefix?: string; configMapRef?: { name: string; optional?: boolean }; secretRef?: { name: string; optional?: boolean } }[];
  ports?: { name?: string; containerPort: number; protocol?: string }[];
  readinessProbe?: Probe;
  livenessProbe?: Probe;
  startupProbe?: Probe;
  lifecycle?: { preStop?: { exec?: { command?: string[] }; sleep?: { seconds: number } } };
}

export function containersOf(pod: Pod): Container[] {
  return pod.spec.containers as Container[];
}

export function initContainersOf(pod: Pod): Container[] {
  return (pod.spec["initContainers"] as Container[] | undefined) ?? [];
}

export function restartPolicyOf(pod: Pod): string {
  return (pod.spec["restartPolicy"] as string | undefined) ?? "Always";
}

/** Seconds between SIGTERM and SIGKILL. */
export function graceSecondsOf(pod: Pod): number {
  const { deletionGracePeriodSeconds } = pod.metadata as { deletionGracePeriodSeconds?: number };
  return deletionGracePeriodSeconds ?? (pod.spec["terminationGracePeriodSeconds"] as number | undefined) ?? 30;
}

/** Number of a container's port given by number or name; undefined for a name that it does not have. */
export function portNumber(container: Container, port: number | string): number | undefined {
  return typeof port === "number" ? port : container.ports?.find(({ name }) => name === port)?.containerPort;
}
