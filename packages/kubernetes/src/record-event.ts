import type { KubernetesClient } from "./client.ts";
import { kinds, type KubernetesEvent } from "./kinds.ts";
import type { KubernetesObject } from "./resource.ts";

/** Repetitions within this time raise the count of the first, as client-go's `tools/record`. */
const sameEventMsMax = 600_000;
/** Per object: a burst, then one each five minutes (client-go's spam filter). */
const burst = 25;
const refillMs = 300_000;
const rememberedMax = 1_000;
const pendingMax = 100;

export interface EventNote {
  type: "Normal" | "Warning";
  /** CamelCase, stable. */
  reason: string;
  message: string;
}

export interface EventRecorder {
  /** Queues an Event about the object. Never throws and never waits: Events are for people, nothing depends on them. */
  record(object: KubernetesObject, note: EventNote): void;
  /** Resolves when all that was queued has been sent or given up. */
  flush(): Promise<void>;
}

export interface EventRecorderOptions {
  client: KubernetesClient;
  /** Who speaks, for example "sluice-attach". */
  component: string;
  onError?: (error: unknown) => void;
  now?: () => number;
  random?: () => number;
}

/** Writes core/v1 Events: repeated ones raise a count, a flood about one object is cut, at most 100 wait. */
export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { client, component, onError = () => undefined } = options;
  const now = options.now ?? Date.now;
  const random = options.random ?? Math.random;
  const sent = new Map<string, { event: KubernetesEvent; count: number; atMs: number }>();
  const allowances = new Map<string, { left: number; atMs: number }>();
  let pending = 0;
  let last: Promise<void> = Promise.resolve();

  function isAllowed(objectKey: string): boolean {
    const nowMs = now();
    const known = allowances.get(objectKey) ?? { left: burst, atMs: nowMs };
    const left = Math.min(burst, known.left + (nowMs - known.atMs) / refillMs);
    remember(allowances, objectKey, { left: left < 1 ? left : left - 1, atMs: nowMs });
    return left >= 1;
  }

  async function send(object: KubernetesObject, note: EventNote): Promise<void> {
    const { namespace, name, uid } = object.metadata;
    const key = [uid ?? "", namespace ?? "", name, note.type, note.reason, note.message].join("\n");
    const atMs = now();
    const time = new Date(atMs).toISOString().replace(/\.\d+/, "");
    const known = sent.get(key);
    if (known !== undefined && atMs - known.atMs < sameEventMsMax) {
      const count = known.count + 1;
      await client.patch(kinds.events, known.event.metadata, { type: "merge", body: { count, lastTimestamp: time } });
      remember(sent, key, { event: known.event, count, atMs });
      return;
    }
    const suffix = Math.floor(random() * 2 ** 48).toString(16).padStart(12, "0");
    const event: KubernetesEvent = {
      apiVersion: "v1",
      kind: "Event",
      metadata: { namespace: namespace ?? "default", name: `${name}.${suffix}` },
      involvedObject: { apiVersion: object.apiVersion, kind: object.kind, name, ...(namespace === undefined ? {} : { namespace }), ...(uid === undefined ? {} : { uid }) },
      reason: note.reason,
      // The API server refuses longer ones.
      message: note.message.slice(0, 1024),
      type: note.type,
      count: 1,
      firstTimestamp: time,
      lastTimestamp: time,
      source: { component },
    };
    await client.create(kinds.events, event);
    remember(sent, key, { event, count: 1, atMs });
  }

  return {
    record: (object, note) => {
      const { uid, namespace, name } = object.metadata;
      if (pending >= pendingMax || !isAllowed(uid ?? `${namespace ?? ""}/${name}`)) return;
      pending++;
      last = last
        .then(() => send(object, note))
        .catch(onError)
        .finally(() => void pending--);
    },
    flush: () => last,
  };
}

/** Sets the newest and forgets the oldest, so that the memory is bounded. */
function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= rememberedMax) return;
  const { value: oldest } = map.keys().next();
  if (oldest !== undefined) map.delete(oldest);
}
