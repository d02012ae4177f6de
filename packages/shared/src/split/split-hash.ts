import type { RequestedSplit } from "./split.ts";

const offsetBasis = 0xcbf29ce484222325n;
const prime = 0x100000001b3n;

/**
 * 16 hex characters that differ when the requested splits do: a proxy has acknowledged a policy when it applied the
 * same hash. FNV-1a 64 (RFC 9923), which needs no crypto module and so also runs in a browser; it guards against
 * mix-ups, not against an attacker.
 */
export function splitHash(requested: RequestedSplit): string {
  let hash = offsetBasis;
  for (const byte of new TextEncoder().encode(canonical(requested))) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * prime);
  }
  return hash.toString(16).padStart(16, "0");
}

/** One line a target; cluster keys hold neither space nor newline, so no two splits come to the same text. */
function canonical(requested: RequestedSplit): string {
  switch (requested.mode) {
    case "Locality":
      return requested.mode;
    case "ActiveActive":
      return [requested.mode, ...requested.targets.map((target) => `${target.clusterKey} ${target.weight}`)].join("\n");
    case "FailOver":
      return [requested.mode, ...requested.targets.map((target) => `${target.clusterKey} ${target.priority}`)].join("\n");
  }
}
