import type { KubernetesClient } from "@sluice/kubernetes/client";
import type { Member, MemberDirectory } from "./kubernetes/member-directory.ts";
import { LiveHub } from "./live-hub.ts";
import { SluiceError } from "./sluice-error.ts";
import type { TelemetryState } from "./telemetry/telemetry-state.ts";
import { type AcknowledgementLog, type Look, lookAt } from "./views/look.ts";

/** What routers have to work with: caches to read, clusters to write to. */
export interface ConsoleBackend {
  readonly controlPlane: KubernetesClient;
  readonly directory: MemberDirectory;
  readonly telemetry: TelemetryState;
  readonly acknowledgements: AcknowledgementLog;
  readonly allowInsecure: boolean;
  readonly now: () => number;
  readonly live: LiveHub;
  /** Everything as it is now. */
  readonly look: () => Look;
}

/** `instance` tells this process from others, e.g. in the ids of live events. */
export function createBackend(parts: Omit<ConsoleBackend, "look" | "live">, instance: string): ConsoleBackend {
  const look = () => lookAt(parts.directory.world(), parts.telemetry, parts.acknowledgements, parts.now());
  return { ...parts, look, live: new LiveHub(look, instance) };
}

/** The member that writes go to. Throws when it is not in the set, or can't be written to now. */
export function writableMember(backend: ConsoleBackend, key: string, field: string): Member & { connection: NonNullable<Member["connection"]> } {
  const member = backend.directory.member(key);
  if (member === undefined) {
    throw new SluiceError("NOT_FOUND", "ClusterNotFound", `${field}: no cluster of the set has the key "${key}"`, { field, remedy: "choose one that clusters.list names" });
  }
  const { connection } = member;
  if (connection === undefined || member.failure !== undefined) {
    throw new SluiceError("PRECONDITION_FAILED", "ClusterUnreachable", `${field}: "${key}" can't be written to: ${member.failure?.message ?? "it is being connected"}`, {
      field,
      remedy: "wait until the cluster is Managed again",
    });
  }
  return { cluster: member.cluster, key, connection, failure: undefined };
}
