import type { Preflight } from "./preflight.ts";

const saidMax = 3;

/** The condition Preflight: False while something speaks against proxies in the path, Unknown while that can't be known. */
export function preflightVerdict({ refusals, acknowledged, unknown }: Preflight): { status: "True" | "False" | "Unknown"; reason: string; message: string } {
  const [first] = refusals;
  const unseen = unknown.map(({ kind, why }) => `${kind} (${why})`).join(", ");
  if (first !== undefined) {
    const more = refusals.length > saidMax ? `. And ${refusals.length - saidMax} more` : "";
    return { status: "False", reason: first.reason, message: refusals.slice(0, saidMax).map(({ message }) => message).join(". ") + more };
  }
  if (unseen !== "") return { status: "Unknown", reason: "NotSeen", message: `nothing was found that speaks against proxies in the path, but not everything could be looked at: ${unseen}; let service account sluice-attach list and watch them` };
  if (acknowledged.length > 0) return { status: "True", reason: "Acknowledged", message: `the Service's owner took care of ${acknowledged.join(", ")}` };
  return { status: "True", reason: "Passed", message: "nothing was found that speaks against proxies in the path" };
}
