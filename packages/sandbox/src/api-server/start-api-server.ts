import { randomBytes, randomUUID } from "node:crypto";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { ownAddresses, type Loopback } from "../network/loopback.ts";
import { issueServerCertificate } from "../pki/certificate-authority.ts";
import { Authenticator, type TokenUser } from "./auth/authenticator.ts";
import { handleRequest } from "./http/handle-request.ts";
import { handleUpgrade } from "./http/handle-upgrade.ts";
import { kubeconfigFor } from "./kubeconfig.ts";
import { Authorizer } from "./rbac/authorizer.ts";
import { builtInResources } from "./registry/built-in-resources.ts";
import { settleCustomResources } from "./registry/crd-lifecycle.ts";
import { Registry } from "./registry/registry.ts";
import { seedCluster } from "./seed-cluster.ts";
import { AUTHORITY_NAME, serverIdentity, type ServerIdentity } from "./server-identity.ts";
import type { ServerContext } from "./server-context.ts";
import { Journal } from "./store/journal.ts";
import { ObjectStore, type StoreSnapshot } from "./store/object-store.ts";
import { clusterIpAllocator } from "./registry/cluster-ip-allocator.ts";

export interface ApiServerOptions {
  /** Name of the cluster, and of the context in its kubeconfig. */
  name: string;
  /** Folder of the state; absent: memory only. */
  dir?: string;
  /** Without `dir`: keeps the state over a stop and a start that are given the same one. */
  memory?: ServerMemory;
  /** TCP port; 0 (default) takes a free one. */
  port?: number;
  address?: string;
  /** Range of cluster IPs, e.g. 127.5.0.0/17. */
  serviceCidr: string;
  /** gitVersion of /version. */
  version?: string;
  extraTokens?: readonly TokenUser[];
  /** Bearer token that kubelets of this cluster want from the API server. */
  kubeletToken?: string;
  /** How pods are reached. Default: at the addresses that they have. */
  loopback?: Loopback;
  /** Changes kept for watches that resume. */
  historyLimit?: number;
  bookmarkIntervalMs?: number;
  now?: () => number;
}

/** State of a server without a folder; filled by the server, opaque to others. */
export interface ServerMemory {
  identity?: ServerIdentity;
  snapshot?: StoreSnapshot;
}

export interface RunningApiServer {
  readonly server: string;
  readonly caPem: string;
  readonly adminToken: string;
  /** Administrator's kubeconfig, YAML. */
  readonly kubeconfig: string;
  /** A token of the service account, valid for ten years. Throws ApiFailure 404 when the account does not exist. */
  tokenFor(account: { namespace: string; name: string }): string;
  /** A kubeconfig for any token. */
  kubeconfigFor(token: string, namespace?: string): string;
  stop(): Promise<void>;
}

/** What was answered before the end may still be on its way for so long, in ms. */
const flushMsMax = 1_000;
const TEN_YEARS_SECONDS = 10 * 365 * 86_400;
const SUFFIX_LETTERS = "bcdfghjklmnpqrstvwxz2456789";

function newSuffix(): string {
  return [...randomBytes(5)].map((byte) => SUFFIX_LETTERS[byte % SUFFIX_LETTERS.length]).join("");
}

function identityOf(options: ApiServerOptions): ServerIdentity {
  if (options.dir !== undefined || options.memory === undefined) return serverIdentity(options.dir);
  return (options.memory.identity ??= serverIdentity(undefined));
}

function openStore(options: ApiServerOptions): { store: ObjectStore; journal: Journal | undefined } {
  const journal = options.dir === undefined ? undefined : new Journal(options.dir);
  const store = new ObjectStore({
    ...(options.historyLimit === undefined ? {} : { historyLimit: options.historyLimit }),
    ...(journal === undefined ? {} : { persist: (event) => journal.append(event) }),
  });
  const saved = journal === undefined ? options.memory?.snapshot : journal.load();
  if (saved !== undefined) store.restore(saved);
  journal?.attach(store);
  return { store, journal };
}

/** Starts an embedded Kubernetes API server on loopback. Rejects when the port is taken (EADDRINUSE). */
export async function startApiServer(options: ApiServerOptions): Promise<RunningApiServer> {
  const address = options.address ?? "127.0.0.1";
  const { authority, adminToken, signingKey } = identityOf(options);
  const now = options.now ?? Date.now;
  const { store, journal } = openStore(options);
  const users: TokenUser[] = [{ token: adminToken, user: "admin", groups: ["system:masters"] }, ...(options.extraTokens ?? [])];
  const authenticator = new Authenticator({ store, users, signingKey, now });
  const stopping = new AbortController();
  const context: ServerContext = {
    store,
    registry: new Registry(builtInResources),
    authenticator,
    authorizer: new Authorizer(store),
    now,
    newUid: randomUUID,
    newSuffix,
    version: options.version ?? "v1.34.2",
    bookmarkIntervalMs: options.bookmarkIntervalMs ?? 60_000,
    watchersMax: 2000,
    loopback: options.loopback ?? ownAddresses,
    kubeletToken: options.kubeletToken,
    allocation: clusterIpAllocator(store, options.serviceCidr),
    stopping: stopping.signal,
  };
  seedCluster(context);
  settleCustomResources(context);

  const certificate = issueServerCertificate(authority, AUTHORITY_NAME, [address, "localhost", "kubernetes.default.svc"]);
  // No client shows a certificate; without `ca` Node would read all those of the world's authorities first.
  const server = createServer({ key: certificate.keyPem, cert: certificate.certPem, ca: authority.certPem, ALPNProtocols: ["http/1.1"], maxHeaderSize: 64 * 1024, keepAliveTimeout: 90_000 });
  server.on("request", (request, response) => void handleRequest(context, request, response));
  server.on("upgrade", (request, socket, head) => handleUpgrade(context, request, socket, head));
  const sockets = new Set<TLSSocket>();
  server.on("secureConnection", (socket) => {
    // It shook hands while the server was being stopped: nobody would ever end it, and `close` would wait for it.
    if (stopping.signal.aborted) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, address, resolve);
  });
  const url = `https://${address}:${(server.address() as AddressInfo).port}`;
  const makeKubeconfig = (token: string, namespace?: string): string => kubeconfigFor({ name: options.name, server: url, caPem: authority.certPem, token, namespace });
  return {
    server: url,
    caPem: authority.certPem,
    adminToken,
    get kubeconfig() {
      return makeKubeconfig(adminToken);
    },
    tokenFor: ({ namespace, name }) => authenticator.issue(namespace, name, TEN_YEARS_SECONDS).token,
    kubeconfigFor: makeKubeconfig,
    async stop() {
      stopping.abort();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        for (const socket of sockets) socket.destroySoon();
        // A client that does not read what it was sent keeps nobody waiting for long.
        setTimeout(() => sockets.forEach((socket) => socket.destroy()), flushMsMax).unref();
      });
      journal?.fold();
      if (options.memory !== undefined) options.memory.snapshot = store.snapshot();
    },
  };
}
