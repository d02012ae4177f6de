import { parseArgs } from "node:util";

export type CommandLine =
  | {
      readonly program: "proxy";
      readonly address: string;
      readonly gatewayPort: number;
      readonly adminPort: number;
      readonly namespace: string;
      readonly configFolder: string | undefined;
      readonly dataFolder: string | undefined;
      readonly rampUpSeconds: number;
      readonly pod: string;
    }
  | {
      readonly program: "attach";
      readonly address: string;
      readonly adminPort: number;
      readonly namespace: string;
      readonly pod: string;
      readonly detachAll: boolean;
    };

/** The command line or environment can't be used; the message names flag, value and remedy. */
export class CommandLineError extends Error {
  override readonly name = "CommandLineError";
  readonly code = "bad_command_line";
}

const rampUpSecondsMax = 3_600;

export const usage = `Usage: main.ts proxy [flags] | main.ts attach [flags]

proxy, the data plane of a cluster:
  --gateway-port N   where other clusters reach this one (default 9080)
  --admin-port N     health, metrics, snapshot and telemetry (default 9081)
  --address IP       where to listen (default $POD_IP, else 127.0.0.1)
  --namespace NAME   where Sluice lives (default $POD_NAMESPACE, else sluice-system)
  --config DIR       read YAML of this folder instead of Kubernetes
  --data DIR         keep the last good snapshot here
  --ramp-up-seconds N  over how long a target that returns rises to its share (default 30; 0: at once)

attach, the attachment controller of a cluster:
  --admin-port N, --address IP, --namespace NAME as above
  --detach-all       detach every service, wait until that is done, and end

Kubernetes is found by $KUBECONFIG, else by the pod's service account.
`;

const sharedFlags = { address: { type: "string" }, "admin-port": { type: "string" }, namespace: { type: "string" } } as const;
const proxyFlags = { ...sharedFlags, "gateway-port": { type: "string" }, config: { type: "string" }, data: { type: "string" }, "ramp-up-seconds": { type: "string" } } as const;
const attachFlags = { ...sharedFlags, "detach-all": { type: "boolean" } } as const;

/** Reads the arguments after `main.ts`. Throws `CommandLineError` for anything that is not understood. */
export function parseCommandLine(args: readonly string[], env: Readonly<Record<string, string | undefined>>): CommandLine {
  const [program, ...rest] = args;
  switch (program) {
    case "proxy": {
      const values = parse(() => parseArgs({ args: rest, options: proxyFlags, strict: true, allowPositionals: false }).values);
      return {
        program,
        ...readShared(values, env),
        gatewayPort: readPort("--gateway-port", values["gateway-port"], 9080),
        configFolder: readFolder("--config", values.config),
        dataFolder: readFolder("--data", values.data),
        rampUpSeconds: readSeconds("--ramp-up-seconds", values["ramp-up-seconds"], 30),
      };
    }
    case "attach": {
      const values = parse(() => parseArgs({ args: rest, options: attachFlags, strict: true, allowPositionals: false }).values);
      return { program, ...readShared(values, env), detachAll: values["detach-all"] ?? false };
    }
    default:
      throw new CommandLineError(`${program === undefined ? "No program is named" : `There is no program "${program}"`}; name "proxy" or "attach".`);
  }
}

function parse<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new CommandLineError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function readShared(
  values: { address?: string | undefined; "admin-port"?: string | undefined; namespace?: string | undefined },
  env: Readonly<Record<string, string | undefined>>,
): { address: string; adminPort: number; namespace: string; pod: string } {
  const namespace = values.namespace ?? (env["POD_NAMESPACE"] || "sluice-system");
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace)) throw new CommandLineError(`--namespace "${namespace}" is not the name of a namespace.`);
  return {
    address: values.address ?? (env["POD_IP"] || "127.0.0.1"),
    adminPort: readPort("--admin-port", values["admin-port"], 9081),
    namespace,
    pod: env["POD_NAME"] || `process-${process.pid}`,
  };
}

function readPort(flag: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new CommandLineError(`${flag} "${text}" must be a whole number from 0 (any free port) to 65535.`);
  return port;
}

function readSeconds(flag: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  if (!/^\d+$/.test(text) || Number(text) > rampUpSecondsMax) throw new CommandLineError(`${flag} "${text}" must be a whole number from 0 (at once) to ${rampUpSecondsMax}.`);
  return Number(text);
}

function readFolder(flag: string, text: string | undefined): string | undefined {
  if (text === "") throw new CommandLineError(`${flag} must name a folder.`);
  return text;
}
