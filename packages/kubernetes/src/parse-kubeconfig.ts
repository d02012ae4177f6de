import { parse } from "yaml";
import { z } from "zod";
import type { Credentials } from "./credentials.ts";
import { KubeconfigError } from "./kubeconfig-error.ts";

/** The same bound as the Cluster kind sets on an inline kubeconfig. */
const lengthMax = 512 * 1024;

const name = z.string().min(1).max(1024);
const extensions = z.unknown().optional();

const documentSchema = z.strictObject({
  apiVersion: z.literal("v1").optional(),
  kind: z.literal("Config").optional(),
  "current-context": z.string().optional(),
  contexts: z.array(z.object({ name, context: z.unknown() })).max(1000).default([]),
  clusters: z.array(z.object({ name, cluster: z.unknown() })).max(1000).default([]),
  users: z.array(z.object({ name, user: z.unknown() })).max(1000).default([]),
  preferences: z.unknown().optional(),
  extensions,
});

const contextSchema = z.strictObject({ cluster: name, user: name, namespace: z.string().max(253).optional(), extensions });

const clusterSchema = z.strictObject({
  server: z.string().max(2048),
  "tls-server-name": z.string().max(253).optional(),
  "certificate-authority-data": z.base64().optional(),
  "certificate-authority": z.string().optional(),
  "insecure-skip-tls-verify": z.boolean().optional(),
  "proxy-url": z.string().optional(),
  "disable-compression": z.boolean().optional(),
  extensions,
});

const userSchema = z.strictObject({
  token: z.string().max(64 * 1024).regex(/^[\x21-\x7e]+$/, "must be printable ASCII without spaces").optional(),
  tokenFile: z.string().optional(),
  "client-certificate-data": z.base64().optional(),
  "client-certificate": z.string().optional(),
  "client-key-data": z.base64().optional(),
  "client-key": z.string().optional(),
  exec: z.unknown().optional(),
  "auth-provider": z.unknown().optional(),
  as: z.unknown().optional(),
  "as-uid": z.unknown().optional(),
  "as-groups": z.unknown().optional(),
  "as-user-extra": z.unknown().optional(),
  extensions,
});

export interface ParseKubeconfigOptions {
  /** Context to use; absent: the document's current context. No other one is looked at. */
  context?: string | undefined;
  /** Accept `insecure-skip-tls-verify` and plain http. Default false. */
  allowInsecure?: boolean | undefined;
  /**
   * Reads a file that the document names. Absent (a kubeconfig from a person): every file path is refused, since
   * it would read files of this process on somebody else's behalf.
   */
  readFile?: ((path: string) => string) | undefined;
}

/**
 * Credentials of one context of a kubeconfig, which is hostile input unless `readFile` says otherwise: nothing is
 * executed, no file is opened, no proxy used, unknown fields are errors. Throws `KubeconfigError`.
 * Fields: client-go `tools/clientcmd/api/v1/types.go`.
 */
export function parseKubeconfig(text: string, options: ParseKubeconfigOptions = {}): Credentials {
  if (text.length > lengthMax) {
    throw new KubeconfigError("too_large", "", `The kubeconfig has ${text.length} characters; at most ${lengthMax} are read.`, "Keep only the context that is needed (kubectl config view --minify --flatten).");
  }
  const document = check(documentSchema, readYaml(text), "");
  const contextName = options.context ?? document["current-context"];
  if (contextName === undefined || contextName === "") {
    throw new KubeconfigError("missing_context", "current-context", "The kubeconfig names no current context.", "Set current-context (kubectl config use-context NAME).");
  }
  const contextIndex = indexOf(document.contexts, contextName, "contexts", "current-context");
  const context = check(contextSchema, document.contexts[contextIndex]?.context, `contexts[${contextIndex}].context`);
  const clusterIndex = indexOf(document.clusters, context.cluster, "clusters", `contexts[${contextIndex}].context.cluster`);
  const userIndex = indexOf(document.users, context.user, "users", `contexts[${contextIndex}].context.user`);
  const clusterPath = `clusters[${clusterIndex}].cluster`;
  const userPath = `users[${userIndex}].user`;
  return {
    ...readCluster(check(clusterSchema, document.clusters[clusterIndex]?.cluster, clusterPath), clusterPath, options),
    ...readUser(check(userSchema, document.users[userIndex]?.user ?? {}, userPath), userPath, options),
    ...(context.namespace === undefined ? {} : { namespace: context.namespace }),
  };
}

function readCluster(cluster: z.output<typeof clusterSchema>, path: string, options: ParseKubeconfigOptions): Credentials {
  if (cluster["proxy-url"] !== undefined) {
    throw new KubeconfigError("proxy_url_refused", `${path}.proxy-url`, "proxy-url is refused: it would send the credentials through another server.", "Remove proxy-url and give a server address that is reached directly.");
  }
  const insecure = cluster["insecure-skip-tls-verify"] === true;
  if (insecure && options.allowInsecure !== true) {
    throw new KubeconfigError("insecure_refused", `${path}.insecure-skip-tls-verify`, "insecure-skip-tls-verify is refused: anybody on the way could take the credentials.", "Give certificate-authority-data, or let an administrator allow insecure servers.");
  }
  const authority = material(cluster, "certificate-authority", path, options);
  return {
    server: readServer(cluster.server, `${path}.server`, options.allowInsecure === true),
    ...(authority === undefined ? {} : { authority }),
    ...(cluster["tls-server-name"] ? { serverName: cluster["tls-server-name"] } : {}),
    ...(insecure ? { insecure } : {}),
  };
}

function readServer(server: string, field: string, allowInsecure: boolean): string {
  let url: URL;
  try {
    url = new URL(server);
  } catch (cause) {
    throw new KubeconfigError("bad_field", field, `server "${server}" is not a URL.`, 'Give an address such as "https://203.0.113.7:6443".', cause);
  }
  const secure = url.protocol === "https:";
  if (!secure && url.protocol === "http:" && !allowInsecure) {
    throw new KubeconfigError("insecure_refused", field, `server "${server}" is plain http, which would show the credentials to anybody on the way.`, "Use https, or let an administrator allow insecure servers.");
  }
  if ((!secure && url.protocol !== "http:") || url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    throw new KubeconfigError("bad_field", field, `server "${server}" must be an https address without user, query or fragment.`, 'Give an address such as "https://203.0.113.7:6443".');
  }
  return url.href.replace(/\/+$/, "");
}

function readUser(user: z.output<typeof userSchema>, path: string, options: ParseKubeconfigOptions): Pick<Credentials, "client" | "token"> {
  if (user.exec !== undefined && user.exec !== null) {
    throw new KubeconfigError("exec_refused", `${path}.exec`, "exec is refused: it would run a program here.", "Use a service account's token or a client certificate instead.");
  }
  if (user["auth-provider"] !== undefined && user["auth-provider"] !== null) {
    throw new KubeconfigError("auth_provider_refused", `${path}.auth-provider`, "auth-provider is refused: it needs a plugin that does not run here.", "Use a service account's token or a client certificate instead.");
  }
  for (const field of ["as", "as-uid", "as-groups", "as-user-extra"] as const) {
    if (user[field] !== undefined) {
      throw new KubeconfigError("impersonation_refused", `${path}.${field}`, `Impersonation (${field}) is refused.`, "Use credentials of the account itself.");
    }
  }
  const certificate = material(user, "client-certificate", path, options);
  const key = material(user, "client-key", path, options);
  if ((certificate === undefined) !== (key === undefined)) {
    const missing = key === undefined ? "client-key-data" : "client-certificate-data";
    throw new KubeconfigError("bad_field", `${path}.${missing}`, `${missing} is missing: certificate and key go together.`, `Add ${missing}.`);
  }
  const token = readToken(user, path, options);
  if (token === undefined && certificate === undefined) {
    throw new KubeconfigError("no_credentials", path, "The user has neither a token nor a client certificate.", "Add a service account's token, or client-certificate-data and client-key-data.");
  }
  return {
    ...(token === undefined ? {} : { token }),
    ...(certificate === undefined || key === undefined ? {} : { client: { certificate, key } }),
  };
}

function readToken(user: z.output<typeof userSchema>, path: string, options: ParseKubeconfigOptions): (() => string) | undefined {
  const { token, tokenFile } = user;
  if (tokenFile === undefined) return token === undefined ? undefined : () => token;
  const { readFile } = options;
  if (readFile === undefined) throw refusedPath(`${path}.tokenFile`, "token");
  return () => readFile(tokenFile).trim();
}

/** PEM text of `NAME-data` (base64), or of the file that `NAME` names where files are allowed. */
function material<N extends "certificate-authority" | "client-certificate" | "client-key">(
  part: { [field in N | `${N}-data`]?: string | undefined },
  field: N,
  path: string,
  options: ParseKubeconfigOptions,
): string | undefined {
  const file = part[field];
  if (file !== undefined && file !== "" && options.readFile === undefined) throw refusedPath(`${path}.${field}`, `${field}-data`);
  const data = part[`${field}-data`];
  let pem: string | undefined;
  if (data !== undefined && data !== "") pem = Buffer.from(data, "base64").toString("utf8");
  else if (file !== undefined && file !== "") pem = options.readFile?.(file);
  if (pem !== undefined && !pem.includes("-----BEGIN ")) {
    throw new KubeconfigError("bad_field", `${path}.${field}-data`, `${field} is not PEM.`, "Give the base64 of a PEM file.");
  }
  return pem;
}

function refusedPath(field: string, instead: string): KubeconfigError {
  return new KubeconfigError("file_path_refused", field, "File paths are refused: they would read files of this server.", `Put the content into ${instead} (kubectl config view --minify --flatten).`);
}

function indexOf(entries: readonly { name: string }[], wanted: string, list: string, field: string): number {
  const index = entries.findIndex((entry) => entry.name === wanted);
  if (index >= 0) return index;
  const known = entries.slice(0, 20).map((entry) => `"${entry.name}"`).join(", ") || "none";
  throw new KubeconfigError("missing_context", field, `"${wanted}" is not in ${list} (there: ${known}).`, `Add it to ${list} or name another one.`);
}

function readYaml(text: string): unknown {
  try {
    // Aliases could expand to gigabytes ("billion laughs"); no kubeconfig needs them.
    return parse(text, { maxAliasCount: 0, schema: "core" });
  } catch (cause) {
    throw new KubeconfigError("not_yaml", "", `The kubeconfig is not YAML: ${cause instanceof Error ? cause.message.split("\n")[0] : String(cause)}`, "Paste the whole file, as kubectl config view --minify --flatten --raw prints it.", cause);
  }
}

function check<S extends z.ZodType>(schema: S, value: unknown, path: string): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const unknownKey = issue?.code === "unrecognized_keys" ? issue.keys[0] : undefined;
  const steps = [...(issue?.path ?? []), ...(unknownKey === undefined ? [] : [unknownKey])];
  const field = steps.reduce<string>((at, step) => (typeof step === "number" ? `${at}[${step}]` : at === "" ? String(step) : `${at}.${String(step)}`), path);
  const message = unknownKey === undefined ? (issue?.message ?? "is not valid") : "is not a field that is understood here";
  throw new KubeconfigError("bad_field", field, `${field === "" ? "The kubeconfig" : field}: ${message}.`, "Correct or remove the field.");
}
