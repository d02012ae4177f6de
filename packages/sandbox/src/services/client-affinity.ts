import type { Backend } from "./choose-backends.ts";

/** Clients that are remembered; the one not heard of for longest goes. */
const clientsMax = 10_000;

/** Who goes where by `sessionAffinity: ClientIP`: a client's next connection goes where its last one went. */
export class ClientAffinity {
  readonly #last = new Map<string, { backend: Backend; atMs: number }>();

  /**
   * The backend of the client's last connection, if that is not older than `timeoutMs` and the backend is still one of
   * them, else what `choose` gives. Each connection begins the time anew, as with kube-proxy.
   */
  pick(client: string, backends: readonly Backend[], timing: { nowMs: number; timeoutMs: number }, choose: () => Backend | undefined): Backend | undefined {
    const { nowMs, timeoutMs } = timing;
    const last = this.#last.get(client);
    this.#last.delete(client);
    const kept = last !== undefined && nowMs - last.atMs < timeoutMs ? backends.find(({ ip, port }) => ip === last.backend.ip && port === last.backend.port) : undefined;
    const backend = kept ?? choose();
    if (backend === undefined) return undefined;
    this.#last.set(client, { backend, atMs: nowMs });
    const oldest = this.#last.keys().next();
    if (this.#last.size > clientsMax && oldest.done !== true) this.#last.delete(oldest.value);
    return backend;
  }
}
