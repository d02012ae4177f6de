/** Of which every one begins when the one before was seen to end. */
const stepCount = 8;

/**
 * A signal that is aborted after `ms` in which this process could have heard an answer: time in which it was stopped, or too busy to
 * look at its timers, counts for one step of several, so what it missed meanwhile is heard first. `end` takes it back.
 */
export function patience(ms: number): { signal: AbortSignal; end: () => void } {
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const wait = (left: number) => {
    timer = setTimeout(() => {
      if (left > 1) wait(left - 1);
      else abort.abort(new DOMException(`no answer for ${ms} ms`, "TimeoutError"));
    }, ms / stepCount);
  };
  wait(stepCount);
  return { signal: abort.signal, end: () => clearTimeout(timer) };
}
