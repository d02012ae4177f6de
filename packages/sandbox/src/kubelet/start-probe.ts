import type { Probe } from "./pod-spec.ts";

/** Between attempts before the first success: processes begin within tens of milliseconds here, a period is seconds. */
const eagerMs = 50;

export interface ProbeLoopOptions {
  readonly probe: Probe;
  /** Undefined for success, else what went wrong. */
  readonly attempt: () => Promise<string | undefined>;
  /** Called when the result changes after the thresholds, and with every further failure. */
  readonly onResult: (isSuccess: boolean, problem?: string) => void;
  /** Attempts between periods until the first success; those never count as failures. */
  readonly eager: boolean;
}

/** Repeats a probe with its delays and thresholds until it is stopped; returns what stops it. */
export function startProbe(options: ProbeLoopOptions): () => void {
  const { probe, attempt, onResult, eager } = options;
  const periodMs = (probe.periodSeconds ?? 10) * 1000;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let result: boolean | undefined;
  let successes = 0;
  let failures = 0;
  let dueMs = 0;

  async function step(): Promise<void> {
    const problem = await attempt().catch((error: unknown) => String(error));
    if (stopped) return;
    const isDue = Date.now() >= dueMs;
    if (problem === undefined) {
      successes += 1;
      failures = 0;
    } else if (isDue) {
      failures += 1;
      successes = 0;
    }
    if (isDue) dueMs = Date.now() + periodMs;
    const reached = successes >= (probe.successThreshold ?? 1) ? true : failures >= (probe.failureThreshold ?? 3) ? false : undefined;
    if (reached === false || (reached && !result)) {
      result = reached;
      onResult(reached, problem);
    }
    timer = setTimeout(() => void step(), eager && result === undefined ? Math.min(eagerMs, periodMs) : periodMs);
  }
  timer = setTimeout(() => void step(), (probe.initialDelaySeconds ?? 0) * 1000);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
