import type { MemberConnection } from "../kubernetes/member-connection.ts";
import type { Member } from "../kubernetes/member-directory.ts";
import { proxyPodsOf } from "../world/world-index.ts";
import { ProxyStream } from "./proxy-stream.ts";
import type { TelemetryState } from "./telemetry-state.ts";

export interface TelemetryReadersOptions {
  members: () => readonly Member[];
  state: TelemetryState;
  now: () => number;
  onError: (clusterKey: string, pod: string, error: unknown) => void;
  /** Called after each frame, e.g. to see acknowledgements at once. */
  onFrame: () => void;
  intervalMs: number;
}

interface Reader {
  stream: ProxyStream;
  connection: MemberConnection;
  clusterKey: string;
  pod: string;
}

/** One stream for each proxy pod of each member; `sync` starts and stops them as pods come and go. */
export class TelemetryReaders {
  readonly #options: TelemetryReadersOptions;
  readonly #readers = new Map<string, Reader>();

  constructor(options: TelemetryReadersOptions) {
    this.#options = options;
  }

  /** Level-triggered: call it whenever pods or connections may have changed. */
  sync(): void {
    const wanted = new Set<string>();
    for (const { key, connection } of this.#options.members()) {
      if (connection === undefined) continue;
      for (const { metadata, status } of proxyPodsOf(connection.caches.pods.list())) {
        if (status?.phase !== "Running") continue;
        const { name } = metadata;
        const id = `${key} ${name}`;
        wanted.add(id);
        const reader = this.#readers.get(id);
        if (reader?.connection === connection) continue;
        if (reader !== undefined) this.#end(id, reader);
        this.#readers.set(id, { stream: this.#open(key, name, connection), connection, clusterKey: key, pod: name });
      }
    }
    for (const [id, reader] of this.#readers) {
      if (wanted.has(id)) continue;
      this.#end(id, reader);
      this.#options.state.forget(reader.clusterKey, reader.pod);
    }
  }

  async stop(): Promise<void> {
    const readers = [...this.#readers.values()];
    this.#readers.clear();
    await Promise.all(readers.map((reader) => reader.stream.stop()));
  }

  #open(clusterKey: string, pod: string, connection: MemberConnection): ProxyStream {
    const { state, now, onError, onFrame, intervalMs } = this.#options;
    return new ProxyStream({
      client: connection.client,
      pod,
      intervalMs,
      onError: (error) => onError(clusterKey, pod, error),
      onFrame: (frame) => {
        state.ingest(clusterKey, pod, frame, now());
        onFrame();
      },
    });
  }

  #end(id: string, reader: Reader): void {
    this.#readers.delete(id);
    void reader.stream.stop();
  }
}
