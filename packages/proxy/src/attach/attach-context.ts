import type { AttachmentMemory } from "@sluice/shared/attachment/observed";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import type { EventRecorder } from "@sluice/kubernetes/record-event";
import type { Write } from "./apply-actions.ts";
import type { MemberCache } from "./member-cache.ts";
import type { NeighbourWatch } from "./neighbour-watch.ts";
import type { ProxyPoller } from "./poll-proxies.ts";

/** What one leader's reconciliations share. */
export interface AttachContext {
  readonly client: KubernetesClient;
  readonly cache: MemberCache;
  readonly neighbours: Pick<NeighbourWatch, "claims" | "unseen" | "pending">;
  readonly poller: ProxyPoller;
  readonly events: EventRecorder;
  /** Where Sluice itself lives. */
  readonly systemNamespace: string;
  readonly now: () => number;
  readonly log: (level: "info" | "warn", details: object, message: string) => void;
  /** By service uid. */
  readonly memories: Map<string, AttachmentMemory>;
  /** Writes that the cache may not have seen yet, by service key. */
  readonly writes: Map<string, { readonly writes: Write[]; readonly untilMs: number }>;
  /** What was last told as an Event, by service key. */
  readonly told: Map<string, { readonly stage: string; readonly refusal: string | undefined; readonly ramping: ReadonlySet<string> }>;
}
