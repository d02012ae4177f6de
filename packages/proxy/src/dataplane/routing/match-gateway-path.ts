/** What matching needs of a gateway's route. */
export interface PathRule {
  readonly path: string;
  readonly pathType: "Exact" | "Prefix";
}

/**
 * The first of `rules` (longest path first) that the raw path matches. A prefix matches whole segments only:
 * "/a/b" matches "/a/b" and "/a/b/c", never "/a/bc".
 */
export function matchGatewayPath<Rule extends PathRule>(rules: readonly Rule[], path: string): Rule | null {
  for (const rule of rules) {
    const prefix = trimSlash(rule.path);
    if (path === rule.path || path === prefix) return rule;
    if (rule.pathType === "Prefix" && path.startsWith(prefix) && path.charCodeAt(prefix.length) === 0x2f) return rule;
  }
  return null;
}

function trimSlash(path: string): string {
  return path.endsWith("/") ? path.slice(0, -1) : path;
}
