/** What a path of the API names; `rest` is the path behind `proxy`, with its leading slash. */
export type RequestPath =
  | { kind: "resource"; group: string; version: string; plural: string; namespace?: string; name?: string; subresource?: string; rest?: string }
  | { kind: "other"; path: string };

/** Namespaced paths whose third part belongs to the namespace itself. */
const NAMESPACE_SUBRESOURCES = new Set(["status", "finalize"]);

/** Parses `/api/v1/…` and `/apis/GROUP/VERSION/…` (apiserver pkg/endpoints/request/requestinfo.go). */
export function parseRequestPath(path: string): RequestPath {
  const other: RequestPath = { kind: "other", path };
  let parts: string[];
  try {
    parts = path.split("/").slice(1).map(decodeURIComponent);
  } catch {
    return other;
  }
  let group = "";
  if (parts[0] === "api") parts = parts.slice(1);
  else if (parts[0] === "apis") {
    group = parts[1] ?? "";
    parts = parts.slice(2);
  } else return other;
  const version = parts[0] ?? "";
  parts = parts.slice(1);
  if (parts.length === 0 || parts[0] === "" || version === "") return other;

  let namespace: string | undefined;
  if (parts[0] === "namespaces" && parts.length > 2 && !NAMESPACE_SUBRESOURCES.has(parts[2] ?? "")) {
    namespace = parts[1] ?? "";
    parts = parts.slice(2);
  }
  const [plural, name, subresource] = parts;
  if (plural === undefined || plural === "" || (parts.length > 3 && subresource !== "proxy")) return other;
  return {
    kind: "resource",
    group,
    version,
    plural,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined || name === "" ? {} : { name }),
    ...(subresource === undefined || subresource === "" ? {} : { subresource }),
    ...(subresource === "proxy" ? { rest: proxyRest(path) } : {}),
  };
}

/** The raw (still encoded) path behind `/proxy`. */
function proxyRest(path: string): string {
  const match = /^\/api(?:s\/[^/]+)?\/[^/]+\/(?:namespaces\/[^/]+\/)?[^/]+\/[^/]+\/proxy(\/.*)?$/.exec(path);
  return match?.[1] ?? "/";
}
