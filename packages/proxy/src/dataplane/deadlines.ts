/** Something that must happen before a time; a link of its list. */
export interface Deadline {
  atMs: number;
  previous: Deadline | null;
  next: Deadline | null;
  list: DeadlineList | null;
  onDeadline(): void;
}

/** A deadline that calls `expire`. Made once for a connection, not for a request. */
export function createDeadline(expire: () => void): Deadline {
  return { atMs: 0, previous: null, next: null, list: null, onDeadline: expire };
}

/**
 * Deadlines of one length: the list is in order of time by construction, so that setting and clearing are a few
 * assignments and one timer serves all of them.
 */
export class DeadlineList {
  readonly durationMs: number;
  #first: Deadline | null = null;
  #last: Deadline | null = null;

  constructor(durationMs: number) {
    this.durationMs = durationMs;
  }

  /** Sets `deadline` to the present plus this list's length; one that was set is moved. */
  set(deadline: Deadline, nowMs: number): void {
    clearDeadline(deadline);
    deadline.atMs = nowMs + this.durationMs;
    deadline.list = this;
    deadline.previous = this.#last;
    if (this.#last === null) this.#first = deadline;
    else this.#last.next = deadline;
    this.#last = deadline;
  }

  remove(deadline: Deadline): void {
    if (deadline.previous === null) this.#first = deadline.next;
    else deadline.previous.next = deadline.next;
    if (deadline.next === null) this.#last = deadline.previous;
    else deadline.next.previous = deadline.previous;
    deadline.previous = null;
    deadline.next = null;
    deadline.list = null;
  }

  /** Expires what is due. */
  sweep(nowMs: number): void {
    while (this.#first !== null && this.#first.atMs <= nowMs) {
      const due = this.#first;
      this.remove(due);
      due.onDeadline();
    }
  }
}

export function clearDeadline(deadline: Deadline): void {
  deadline.list?.remove(deadline);
}
