/** The target of a request at another cluster's gateway: the export's path, then the request's own. */
export function joinRemotePath(exportPath: string, target: string): string {
  const prefix = exportPath.endsWith("/") ? exportPath.slice(0, -1) : exportPath;
  return target === "*" ? `${prefix}/` : prefix + target;
}
