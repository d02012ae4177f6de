import type { LiveFrame } from "@sluice/api/views/live-view";
import { retryDelayMs } from "./links.ts";
import { applyFrame, emptyLiveState, type LiveState } from "./live-state.ts";

export interface WatchInput {
  fleet: boolean;
  services: string[];
  lastEventId: string | null;
}

export interface WatchHandlers {
  onData: (id: string, frame: LiveFrame) => void;
  onUp: () => void;
  onDown: () => void;
  /** The server ended the stream in an orderly way, as one does that is replaced. */
  onEnd: () => void;
}

export type OpenWatch = (input: WatchInput, handlers: WatchHandlers) => { unsubscribe: () => void };

const settleMs = 30;

/**
 * The one stream of this tab: carries the fleet and every service that some part of the page watches, closes
 * while the tab is hidden and goes on from the last event when it is seen again.
 */
export class LiveConnection {
  #state: LiveState = emptyLiveState;
  readonly #listeners = new Set<() => void>();
  readonly #watched = new Map<string, number>();
  readonly #open: OpenWatch;
  readonly #now: () => number;
  #subscription: { unsubscribe: () => void } | null = null;
  #openServices = "";
  #lastEventId: string | null = null;
  #visible = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(open: OpenWatch, now: () => number = Date.now) {
    this.#open = open;
    this.#now = now;
  }

  readonly state = (): LiveState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Adds a service to what the stream carries, until the answer is called. */
  watch(service: string): () => void {
    this.#watched.set(service, (this.#watched.get(service) ?? 0) + 1);
    this.#settle();
    return () => {
      const left = (this.#watched.get(service) ?? 1) - 1;
      if (left > 0) this.#watched.set(service, left);
      else this.#watched.delete(service);
      this.#settle();
    };
  }

  show(visible: boolean): void {
    this.#visible = visible;
    if (visible) this.#settle();
    else this.#close();
  }

  #settle(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#reopen(), settleMs);
  }

  #reopen(): void {
    if (!this.#visible) return;
    const services = [...this.#watched.keys()].sort();
    const wanted = services.join(" ");
    if (this.#subscription !== null && wanted === this.#openServices) return;
    // Another set of services needs their whole history; the same one goes on where it was.
    if (wanted !== this.#openServices) this.#lastEventId = null;
    this.#close();
    this.#openServices = wanted;
    const down = () => this.#state.lostSinceMs === null && this.#set({ ...this.#state, lostSinceMs: this.#now() });
    const opened = this.#open(
      { fleet: true, services, lastEventId: this.#lastEventId },
      {
        onData: (id, frame) => {
          this.#lastEventId = id;
          this.#set(applyFrame(this.#state, frame, this.#now()));
        },
        onUp: () => this.#state.lostSinceMs !== null && this.#set({ ...this.#state, lostSinceMs: null }),
        onDown: down,
        onEnd: () => {
          if (this.#subscription !== opened) return;
          this.#close();
          down();
          // Its link tries again only what failed.
          this.#timer = setTimeout(() => this.#reopen(), retryDelayMs(1));
        },
      },
    );
    this.#subscription = opened;
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.#subscription?.unsubscribe();
    this.#subscription = null;
  }

  #set(state: LiveState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
