import { parseArgs } from "node:util";
import { z } from "zod";
import { type ListenAddress, parseHealthAddress, parseListenAddress } from "./server/listen-address.ts";

const envSchema = z.object({
  SLUICE_LISTEN: z.string().default("127.0.0.1:4000"),
  SLUICE_LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "silent"]).default("info"),
  KUBECONFIG: z.string().optional(),
  /** Names this replica in the Lease. */
  POD_NAME: z.string().min(1).max(253).optional(),
});

export interface Settings {
  listen: ListenAddress;
  /** A second listener for /healthz, /readyz and /metrics alone; undefined: none. */
  healthListen: ListenAddress | undefined;
  logLevel: "trace" | "debug" | "info" | "warn" | "error" | "silent";
  /** Kubeconfig of the control-plane cluster; undefined: the pod's own account. */
  kubeconfig: string | undefined;
  context: string | undefined;
  createNamespaces: boolean;
  allowInsecure: boolean;
  identity: string | undefined;
}

/** Reads flags and environment. Throws an Error that names the flag or variable, the value and the remedy. */
export function readSettings(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Settings {
  const parsed = envSchema.safeParse(env);
  if (!parsed.success) throw new Error(parsed.error.issues.map((issue) => `environment variable ${issue.path.join(".")}: ${issue.message}`).join("; "));
  const { values } = parseArgs({
    args: [...argv],
    strict: true,
    allowPositionals: false,
    options: {
      listen: { type: "string" },
      "health-listen": { type: "string" },
      kubeconfig: { type: "string" },
      context: { type: "string" },
      "create-namespaces": { type: "boolean", default: false },
      "allow-insecure": { type: "boolean", default: false },
    },
  });
  return {
    listen: parseListenAddress(values.listen ?? parsed.data.SLUICE_LISTEN),
    healthListen: values["health-listen"] === undefined ? undefined : parseHealthAddress(values["health-listen"]),
    logLevel: parsed.data.SLUICE_LOG_LEVEL,
    kubeconfig: values.kubeconfig ?? parsed.data.KUBECONFIG,
    context: values.context,
    createNamespaces: values["create-namespaces"],
    allowInsecure: values["allow-insecure"],
    identity: parsed.data.POD_NAME,
  };
}
