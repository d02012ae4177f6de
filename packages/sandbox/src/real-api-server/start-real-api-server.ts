import { generateKeyPairSync, randomBytes } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TokenUser } from "../api-server/auth/authenticator.ts";
import { kubeconfigFor } from "../api-server/kubeconfig.ts";
import { AUTHORITY_NAME } from "../api-server/server-identity.ts";
import { claimSubnet, type Subnet } from "../claim-subnet.ts";
import { createCertificateAuthority, issueServerCertificate, type CertificatePair } from "../pki/certificate-authority.ts";
import { accountIssuer, apiServerFlags, argumentsOf, controllerManagerFlags, etcdFlags, etcdSocket, type Flags, type Layout } from "./daemon-flags.ts";
import { Daemon } from "./daemon.ts";
import type { KubernetesAssets } from "./find-assets.ts";
import { signAccountToken } from "./sign-account-token.ts";

const port = 6443;
const answerMsMax = 2_000;

export interface RealApiServerOptions {
  /** Name of the cluster, and of the context in its kubeconfig. */
  readonly name: string;
  readonly assets: KubernetesAssets;
  /** Keeps its objects in the etcd of this one, which must outlive it: many clusters are a lot of etcds for one machine. */
  readonly storedIn?: RealApiServer;
  /** Also runs kube-controller-manager: garbage collection, namespaces, accounts, endpoint slices, Deployments. */
  readonly controllerManager?: boolean;
  /** Flags of kube-apiserver beside (or instead of) ours. */
  readonly flags?: Flags;
  readonly extraTokens?: readonly TokenUser[];
}

/** A copy of all that a cluster stores. */
export interface Backup {
  readonly folder: string;
}

/** kube-apiserver and etcd as processes of this machine. Its folder is temporary and goes with `stop`. */
export class RealApiServer {
  readonly name: string;
  readonly server: string;
  readonly adminToken = randomBytes(24).toString("base64url");
  /** Of the administrator; stays good over restarts. */
  readonly kubeconfig: string;
  readonly #options: RealApiServerOptions;
  readonly #subnet: Subnet;
  readonly #layout: Layout;
  readonly #authority: CertificatePair = createCertificateAuthority(AUTHORITY_NAME);
  #etcd: Daemon | undefined;
  #api: Daemon | undefined;
  #controllers: Daemon | undefined;
  #backups = 0;

  private constructor(options: RealApiServerOptions, subnet: Subnet) {
    this.name = options.name;
    this.#options = options;
    this.#subnet = subnet;
    const address = `127.${subnet.number}.255.253`;
    this.#layout = { dir: mkdtempSync(path.join(tmpdir(), "sluice-real-")), address, port, serviceCidr: subnet.serviceCidr };
    this.server = `https://${address}:${port}`;
    this.kubeconfig = this.kubeconfigFor(this.adminToken);
  }

  /** Starts all of it; rejects with the end of a program's log when one does not come up. */
  static async start(options: RealApiServerOptions): Promise<RealApiServer> {
    const server = new RealApiServer(options, await claimSubnet({ wanted: undefined, singleAddress: false }));
    try {
      server.#writeFiles();
      await server.#startAll();
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  get caPem(): string {
    return this.#authority.certPem;
  }

  /** Of the processes that run now. */
  get pids(): number[] {
    return [this.#controllers, this.#api, this.#etcd].flatMap((daemon) => (daemon === undefined ? [] : [daemon.pid]));
  }

  /** Where etcd listens that has its objects, and how their keys begin there: for who would rather not ask kube-apiserver for each. */
  get store(): { socketPath: string; prefix: string } {
    const { storedIn } = this.#options;
    return { socketPath: etcdSocket((storedIn ?? this).#layout).replace(/^unix:\/\//, ""), prefix: storedIn === undefined ? "/registry" : `/${this.name}` };
  }

  kubeconfigFor(token: string, namespace?: string): string {
    return kubeconfigFor({ name: this.name, server: this.server, caPem: this.caPem, token, namespace });
  }

  /** A token of a service account, signed with the cluster's key. kube-apiserver accepts it for a minute after its end. */
  accountToken(account: { namespace: string; name: string; uid: string }, expiresInSeconds: number): string {
    const nowSeconds = Math.floor(Date.now() / 1_000);
    const times = { issuedAtSeconds: Math.min(nowSeconds, nowSeconds + expiresInSeconds - 1), expiresAtSeconds: nowSeconds + expiresInSeconds };
    return signAccountToken(readFileSync(`${this.#layout.dir}/accounts.key`, "utf8"), { ...account, issuer: accountIssuer, ...times });
  }

  /** Takes kube-apiserver away, in order or (SIGKILL) at once; etcd goes on. */
  async stopApi(signal: "SIGTERM" | "SIGKILL" = "SIGKILL"): Promise<void> {
    await this.#api?.stop(signal);
    this.#api = undefined;
  }

  /** Brings kube-apiserver back at the same address, with other flags if they are given. */
  async startApi(flags: Flags = this.#options.flags ?? {}): Promise<void> {
    const { assets, storedIn } = this.#options;
    const store = storedIn === undefined ? {} : { "etcd-servers": etcdSocket(storedIn.#layout), "etcd-prefix": `/${this.name}` };
    this.#api ??= await this.#daemon("kube-apiserver", assets.apiServer, { ...apiServerFlags(this.#layout), ...store, ...flags }, () => this.#isServing());
  }

  /** Another certificate for the same address from the same authority; kube-apiserver takes it at its next start. */
  renewCertificate(): void {
    const pair = issueServerCertificate(this.#authority, AUTHORITY_NAME, [this.#layout.address, "localhost", "kubernetes.default.svc"]);
    this.#write("server.crt", pair.certPem);
    this.#write("server.key", pair.keyPem);
  }

  /** Stops, copies what is stored, and starts again. Not for one that is stored in another. */
  async backUp(): Promise<Backup> {
    const folder = `${this.#layout.dir}/backup-${(this.#backups += 1)}`;
    await this.#stopAll();
    cpSync(`${this.#layout.dir}/etcd`, folder, { recursive: true });
    await this.#startAll();
    return { folder };
  }

  /** Stops, goes back to what was stored then (resource versions too), and starts again. */
  async restore(backup: Backup): Promise<void> {
    await this.#stopAll();
    rmSync(`${this.#layout.dir}/etcd`, { recursive: true });
    cpSync(backup.folder, `${this.#layout.dir}/etcd`, { recursive: true });
    await this.#startAll();
  }

  /** Ends every process and removes the folder. */
  async stop(): Promise<void> {
    await this.#stopAll();
    await this.#subnet.release();
    rmSync(this.#layout.dir, { recursive: true, force: true });
  }

  #writeFiles(): void {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048, privateKeyEncoding: { type: "pkcs1", format: "pem" }, publicKeyEncoding: { type: "spki", format: "pem" } });
    const users: readonly TokenUser[] = [{ token: this.adminToken, user: "admin", groups: ["system:masters"] }, ...(this.#options.extraTokens ?? [])];
    this.#write("accounts.key", privateKey);
    this.#write("accounts.pub", publicKey);
    this.#write("ca.crt", this.caPem);
    this.#write("tokens.csv", users.map(({ token, user, groups }) => `${token},${user},${user},"${(groups ?? []).join(",")}"\n`).join(""));
    this.#write("controller-manager.kubeconfig", this.kubeconfig);
    this.renewCertificate();
  }

  async #startAll(): Promise<void> {
    const { assets, storedIn, controllerManager = false } = this.#options;
    if (storedIn === undefined) this.#etcd = await this.#daemon("etcd", assets.etcd, etcdFlags(this.#layout), () => listens(`${this.#layout.dir}/etcd.sock`));
    await this.startApi();
    if (!controllerManager) return;
    if (assets.controllerManager === undefined) throw new Error(`there is no kube-controller-manager beside ${assets.apiServer}`);
    this.#controllers = await this.#daemon("kube-controller-manager", assets.controllerManager, controllerManagerFlags(this.#layout), () => Promise.resolve(true));
  }

  async #stopAll(): Promise<void> {
    await this.#controllers?.stop("SIGKILL");
    await this.stopApi();
    await this.#etcd?.stop("SIGKILL");
    this.#controllers = this.#etcd = undefined;
  }

  async #daemon(name: string, program: string, flags: Flags, isReady: () => Promise<boolean>): Promise<Daemon> {
    const { dir } = this.#layout;
    return await Daemon.start({ program, args: argumentsOf(flags), logFile: `${dir}/${name}.log`, cwd: dir, isReady });
  }

  async #isServing(): Promise<boolean> {
    const headers = { authorization: `Bearer ${this.adminToken}` };
    return await new Promise((resolve) => {
      const outgoing = request(`${this.server}/readyz`, { ca: this.caPem, headers, agent: false, timeout: answerMsMax });
      outgoing.on("response", (answer) => {
        answer.resume();
        resolve(answer.statusCode === 200);
      });
      outgoing.on("timeout", () => outgoing.destroy());
      outgoing.on("error", () => resolve(false));
      outgoing.end();
    });
  }

  #write(name: string, text: string): void {
    writeFileSync(`${this.#layout.dir}/${name}`, text, { mode: 0o600 });
  }
}

async function listens(socket: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const connection = createConnection(socket);
    connection.on("connect", () => {
      connection.destroy();
      resolve(true);
    });
    connection.on("error", () => resolve(false));
  });
}
