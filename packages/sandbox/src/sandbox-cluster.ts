import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { forgetObjects } from "./api-server/store/journal.ts";
import { startApiServer, type ApiServerOptions, type RunningApiServer, type ServerMemory } from "./api-server/start-api-server.ts";
import { claimSubnet } from "./claim-subnet.ts";
import { startClusterNode } from "./cluster-node.ts";
import { clusterNetwork } from "./network/cluster-network.ts";
import { ownPrograms, type Program } from "./programs/image-table.ts";

export interface ClusterOptions {
  /** Name of the cluster and of the context in its kubeconfig. */
  readonly name: string;
  /** Folder of the state; absent: nothing stays after `stop()`. */
  readonly dir?: string;
  /** Programs for images beside (or instead of) the sandbox's own, by image repository. */
  readonly programs?: Readonly<Record<string, Program>>;
  /** Everything on 127.0.0.1. Default: true on macOS, which answers at no other loopback address. */
  readonly singleAddress?: boolean;
  /** False: no node, so that pods stay Pending and services have no listeners. Default true. */
  readonly workloads?: boolean;
  /** gitVersion that the API server tells. */
  readonly version?: string;
  /** Hears of what controllers could not do for long. Default: standard error. */
  readonly onError?: (message: string, error: unknown) => void;
}

export interface SandboxCluster {
  readonly name: string;
  /** Address of the API server. */
  readonly server: string;
  /** kubeconfig of an administrator, YAML. */
  readonly kubeconfig: string;
  /** For tests of failure: takes the API server away and brings it back at the same address. */
  readonly apiServer: { stop(): Promise<void>; start(options?: { empty?: boolean }): Promise<void> };
  /** Ends every process and listener of the cluster. */
  stop(): Promise<void>;
}

interface StoredCluster {
  readonly subnet: number;
  readonly port: number;
  readonly token: string;
}

const defaultVersion = "v1.36.3";

/** Starts a whole cluster in this process: API server, controllers, a node, and the service network. Rejects when its addresses or folder are taken. */
export async function startCluster(options: ClusterOptions): Promise<SandboxCluster> {
  const { name, dir } = options;
  const stateFile = dir === undefined ? undefined : `${dir}/addresses.json`;
  const stored = stateFile !== undefined && existsSync(stateFile) ? (JSON.parse(readFileSync(stateFile, "utf8")) as StoredCluster) : undefined;
  const singleAddress = options.singleAddress ?? process.platform === "darwin";
  const subnet = await claimSubnet({ wanted: stored?.subnet, singleAddress });
  const folder = dir ?? mkdtempSync(`${tmpdir()}/sluice-sandbox-`);
  const version = options.version ?? defaultVersion;
  const kubeletToken = randomBytes(24).toString("base64url");
  // Our own, so that it stays good when the API server begins anew, and from one start to the next.
  const token = stored?.token ?? randomBytes(24).toString("base64url");
  const network = clusterNetwork({ subnet, singleAddress, folder: `${folder}/addresses` });
  const memory: ServerMemory = {};
  const apiOptions: ApiServerOptions = {
    name,
    ...(dir === undefined ? { memory } : { dir: `${dir}/api` }),
    serviceCidr: subnet.serviceCidr,
    version,
    loopback: network.loopback,
    kubeletToken,
    extraTokens: [{ token, user: "kubernetes-admin", groups: ["system:masters", "system:authenticated"] }],
  };
  let server: RunningApiServer | undefined;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // What a sandbox left that died hard: its processes have ended with it, credentials must go too.
    rmSync(`${folder}/pods`, { recursive: true, force: true });
    server = await startOnPort(apiOptions, stored?.port);
    const port = Number(new URL(server.server).port);
    if (stateFile !== undefined) writeFileSync(stateFile, JSON.stringify({ subnet: subnet.number, port, token }), { mode: 0o600 });
    const apiServer = restartable(server, async (empty) => {
      if (empty && dir !== undefined) forgetObjects(`${dir}/api`);
      if (empty) delete memory.snapshot;
      return await startApiServer({ ...apiOptions, port });
    });
    const kubeconfig = server.kubeconfigFor(token);
    const node = await startClusterNode({
      name,
      token,
      version,
      dir: `${folder}/pods`,
      subnet,
      api: () => apiServer.current,
      kubeletToken,
      programs: { ...ownPrograms, ...options.programs },
      workloads: options.workloads ?? true,
      network,
      onError: options.onError ?? ((message, error) => console.error(`${name}: ${message}: ${error instanceof Error ? error.message : String(error)}`)),
    });
    return {
      name,
      server: server.server,
      kubeconfig,
      apiServer,
      async stop() {
        await node.stop();
        await apiServer.stop();
        await subnet.release();
        if (dir === undefined) rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await server?.stop();
    await subnet.release();
    if (dir === undefined) rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** An API server that can be away for a while; `current` is the last one then. */
function restartable(first: RunningApiServer, again: (empty: boolean) => Promise<RunningApiServer>): SandboxCluster["apiServer"] & { readonly current: RunningApiServer } {
  let current = first;
  let isRunning = true;
  return {
    get current() {
      return current;
    },
    async stop() {
      if (isRunning) await current.stop();
      isRunning = false;
    },
    async start({ empty = false } = {}) {
      if (!isRunning) current = await again(empty);
      isRunning = true;
    },
  };
}

/** Takes the port of last time if it is still free, so that kubeconfigs that people keep stay good. */
async function startOnPort(options: ApiServerOptions, port: number | undefined): Promise<RunningApiServer> {
  try {
    return await startApiServer({ ...options, ...(port === undefined ? {} : { port }) });
  } catch (error) {
    if (port === undefined || (error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    return await startApiServer(options);
  }
}
