import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Credentials } from "./credentials.ts";
import { KubeconfigError } from "./kubeconfig-error.ts";
import { parseKubeconfig } from "./parse-kubeconfig.ts";

const accountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";
/** client-go rereads as often (`transport/token_source.go`); tokens live for an hour. */
const tokenAgeMsMax = 60_000;

export interface LoadCredentialsOptions {
  /** Path of a kubeconfig of our own (file paths in it are allowed); absent: `KUBECONFIG`, else the pod's service account. */
  file?: string | undefined;
  context?: string | undefined;
  env?: Readonly<Record<string, string | undefined>>;
  now?: () => number;
  /** Where a pod finds its account. */
  folder?: string;
}

/**
 * The credentials that this process was started with. Throws `KubeconfigError`, also where there are none.
 */
export function loadCredentials(options: LoadCredentialsOptions = {}): Credentials {
  const env = options.env ?? process.env;
  const now = options.now ?? Date.now;
  const file = options.file ?? env["KUBECONFIG"];
  if (file !== undefined && file !== "") {
    const folder = dirname(resolve(file));
    return parseKubeconfig(read(file), {
      context: options.context,
      allowInsecure: true,
      readFile: cached((path) => read(resolve(folder, path)), now),
    });
  }
  const host = env["KUBERNETES_SERVICE_HOST"];
  const port = env["KUBERNETES_SERVICE_PORT"];
  if (!host || !port) {
    throw new KubeconfigError("no_credentials", "KUBECONFIG", "KUBECONFIG is not set, and this is not a pod with a service account.", "Set KUBECONFIG to a kubeconfig file.");
  }
  const folder = options.folder ?? accountFolder;
  const readToken = cached(read, now);
  return {
    server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    authority: read(`${folder}/ca.crt`),
    token: () => readToken(`${folder}/token`).trim(),
    namespace: read(`${folder}/namespace`).trim(),
  };
}

/** Reads each file at most once a minute, and goes on with the old content while a file can't be read. */
function cached(readFile: (path: string) => string, now: () => number): (path: string) => string {
  const contents = new Map<string, { text: string; readAtMs: number }>();
  return (path) => {
    const known = contents.get(path);
    if (known !== undefined && now() - known.readAtMs < tokenAgeMsMax) return known.text;
    try {
      const text = readFile(path);
      contents.set(path, { text, readAtMs: now() });
      return text;
    } catch (error) {
      if (known === undefined) throw error;
      return known.text;
    }
  };
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new KubeconfigError("unreadable_file", path, `"${path}" can't be read: ${cause instanceof Error ? cause.message : String(cause)}`, "Check that the file exists and may be read.", cause);
  }
}
