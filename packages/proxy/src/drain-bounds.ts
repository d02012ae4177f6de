import { propagationMs } from "@sluice/shared/attachment/propagation-ms";

/** How long each part of a proxy's end may take, in ms; together less than its pod's grace period. */
export const drainBounds = {
  /** Slices may go on listing it: the leading attachment controller may have died too, and another takes over when its Lease ends. */
  unlistMsMax: 30_000,
  /** Until the last kube-proxy has heard that a slice changed. */
  propagationMs,
  /** What is in flight ends by itself; then it is cut off. */
  endMsMax: 15_000,
};
