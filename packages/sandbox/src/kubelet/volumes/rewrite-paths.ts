/** A path that the program is told, and where it really is. */
export interface MountedPath {
  readonly mountPath: string;
  readonly realPath: string;
}

/**
 * Replaces mount paths, as whole path segments, by the folders they stand for. Pods are processes without a file system
 * of their own, so what names a mounted file (command, arguments, environment, an exec) must name the real one.
 */
export function rewritePaths(text: string, mounts: readonly MountedPath[]): string {
  if (mounts.length === 0) return text;
  const real = new Map(mounts.map(({ mountPath, realPath }) => [trimmed(mountPath), realPath]));
  // The longest first: a mount below another hides what is there.
  const paths = [...real.keys()].sort((a, b) => b.length - a.length).map((path) => path.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const pattern = new RegExp(`(?<![\\w.~/-])(?:${paths.join("|")})(?![\\w.~-])`, "g");
  return text.replace(pattern, (path) => real.get(path) ?? path);
}

function trimmed(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, "") : path;
}
