/**
 * A figure, or the reason why there is none: what is not known is said, never shown as 0.
 * `since` fields are epoch ms.
 */
export type Known<T> =
  | { state: "known"; value: T }
  /** Some proxies answer, some do not: the value counts those that do. */
  | { state: "partial"; value: T; seen: number; total: number; missing: string[] }
  /** The service is Detached: no request passes a proxy. */
  | { state: "not-measured" }
  | { state: "no-traffic" }
  | { state: "cannot-see"; sinceMs: number }
  | { state: "down"; sinceMs: number };
