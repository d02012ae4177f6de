/** A path with a "." or ".." segment, literal or percent-encoded in part or whole; the query is not looked at. */
const pattern = /\/(?:\.|%2e){1,2}(?:\/|$)/i;

/** Whether a path could be resolved to another one by someone behind us. `path` has no query. */
export function hasDotSegment(path: string): boolean {
  return pattern.test(path);
}
