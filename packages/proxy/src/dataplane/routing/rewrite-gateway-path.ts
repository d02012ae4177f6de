/** What rewriting needs of a gateway's route. */
export interface RewriteRule {
  readonly path: string;
  readonly pathRewrite: { readonly from: string; readonly to: string } | null;
}

/**
 * The request target as the exported application sees it: the rule's path is stripped, or an explicit rewrite replaces
 * that. Of `from` a leading "^" and a trailing "/?" are understood, the rest is literal: expressions that others
 * write are never run here, where one bad one would stop all traffic.
 */
export function rewriteGatewayPath(rule: RewriteRule, target: string): string {
  const query = target.indexOf("?");
  const path = query === -1 ? target : target.slice(0, query);
  const rest = query === -1 ? "" : target.slice(query);
  return (rule.pathRewrite === null ? strip(rule.path, path) : rewrite(rule.pathRewrite, path)) + rest;
}

function strip(prefix: string, path: string): string {
  return absolute(path.slice(prefix.endsWith("/") ? prefix.length - 1 : prefix.length));
}

function rewrite({ from, to }: { from: string; to: string }, path: string): string {
  let literal = from.startsWith("^") ? from.slice(1) : from;
  const slashMayFollow = literal.endsWith("/?");
  if (slashMayFollow) literal = literal.slice(0, -2);
  if (!path.startsWith(literal)) return path;
  let rest = path.slice(literal.length);
  if (slashMayFollow && rest.startsWith("/")) rest = rest.slice(1);
  return absolute(to + rest);
}

function absolute(path: string): string {
  return path.startsWith("/") ? path : `/${path}`;
}
