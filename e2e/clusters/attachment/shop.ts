import { createNamespace, clusterKeyOf, type StoryGround } from "../../story/story.ts";
import { Load } from "./load.ts";

/** Ports of the Service: two that the other cluster offers, and one that only this cluster has. */
export const ports = { http: 8080, admin: 8081, local: 8082 };

/** Pods that listen on these ports, and answer which cluster, port and Deployment they are. */
interface Stand {
  name: string;
  listen: Record<keyof typeof ports, number>;
}

const left: Stand = { name: "left", listen: { http: 9001, admin: 9101, local: 9201 } };
const right: Stand = { name: "right", listen: { http: 9002, admin: 9102, local: 9202 } };
export const stands = [left.name, right.name];

type LbType = "Locality" | "FailOver" | "ActiveActive";

const waitMs = 330_000;

function deployment(namespace: string, cluster: string, { name, listen }: Stand): object {
  const labels = { app: "shop", stand: name };
  const containers = Object.entries(listen).map(([port, number]) => ({
    name: port,
    image: "flomesh/pipy:latest",
    command: ["pipy", "-e", `pipy().listen(${number}).serveHTTP(new Message('${cluster} ${port} ${name}'))`],
    ports: [{ name: port, containerPort: number }],
    // Once it answers it is ready, however busy the machine is.
    readinessProbe: { httpGet: { path: "/", port: number }, periodSeconds: 1, timeoutSeconds: 20, failureThreshold: 20 },
    // As long as the slowest kube-proxy may take to hear that the pod goes.
    lifecycle: { preStop: { sleep: { seconds: 8 } } },
  }));
  const template = { metadata: { labels }, spec: { terminationGracePeriodSeconds: 30, containers } };
  const strategy = { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name, namespace }, spec: { replicas: 1, strategy, selector: { matchLabels: labels }, template } };
}

function service(namespace: string): object {
  // A named target port is another number in each Deployment.
  const list = Object.entries(ports).map(([name, port]) => ({ name, port, targetPort: name }));
  return { apiVersion: "v1", kind: "Service", metadata: { name: "shop", namespace }, spec: { selector: { app: "shop" }, ports: list, ipFamilyPolicy: "PreferDualStack" } };
}

/** Its pods leave a node one after the other. */
function disruptionBudget(namespace: string): object {
  return { apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata: { name: "shop", namespace }, spec: { maxUnavailable: 1, selector: { matchLabels: { app: "shop" } } } };
}

function exported(namespace: string, cluster: string): object {
  const rules = [ports.http, ports.admin].map((port) => ({ portNumber: port, path: `/${cluster}/${namespace}/${port}`, pathType: "Prefix" }));
  return { apiVersion: "flomesh.io/v1alpha1", kind: "ServiceExport", metadata: { name: "shop", namespace }, spec: { serviceAccountName: "*", rules } };
}

/**
 * A Service of two Deployments and three ports in `cluster`, of which the `other` cluster has one Deployment and offers two
 * ports. It stands in a namespace of its own, so that both members can be the source of one at the same time.
 */
export class Shop {
  readonly ground: StoryGround;
  readonly cluster: string;
  readonly other: string;
  readonly namespace: string;
  readonly load: Load;
  /** The Service's addresses as URLs have them, one of each family that the cluster has. */
  readonly hosts: readonly string[];

  private constructor(ground: StoryGround, cluster: string, other: string, load: Load, hosts: readonly string[]) {
    this.ground = ground;
    this.cluster = cluster;
    this.other = other;
    this.namespace = namespaceOf(cluster);
    this.load = load;
    this.hosts = hosts;
  }

  /** Everything stands, and is asked all the time. */
  static async open(ground: StoryGround, cluster: string, other: string): Promise<Shop> {
    const namespace = namespaceOf(cluster);
    const apply = async (name: string, items: object[]) => {
      await createNamespace(ground, name, namespace);
      await ground.kubectl(name).apply(JSON.stringify({ apiVersion: "v1", kind: "List", items }));
    };
    await apply(cluster, [deployment(namespace, cluster, left), deployment(namespace, cluster, right), service(namespace), disruptionBudget(namespace)]);
    // Last: where a service is offered and there is none, Sluice makes one.
    await apply(other, [deployment(namespace, other, left), service(namespace), exported(namespace, other)]);
    const kubectl = ground.kubectl(cluster);
    const available = (name: string) => ground.kubectl(name).run(["wait", "--for=condition=Available", "deployments", "--all", "-n", namespace, "--timeout=180s"], { timeoutMs: 190_000 });
    await Promise.all([available(cluster), available(other), kubectl.run(["wait", "--for=create", "serviceimports/shop", "-n", namespace, "--timeout=60s"], { timeoutMs: 70_000 })]);
    // By address: a DNS server that is late on a busy machine is not what is looked at.
    const hosts = (await kubectl.run(["get", "service/shop", "-n", namespace, "-o", "jsonpath={.spec.clusterIPs[*]}"])).split(" ").map((address) => (address.includes(":") ? `[${address}]` : address));
    const urls = (some: readonly number[]) => some.flatMap((port) => hosts.map((host) => `http://${host}:${port}/`));
    // Nobody can tell whoever keeps a connection to the local port, which passes the proxies unread, that they leave: they would wait for it for minutes.
    const load = await Load.start(kubectl, namespace, { anew: urls(Object.values(ports)), kept: urls([ports.http, ports.admin]) });
    return new Shop(ground, cluster, other, load, hosts);
  }

  /** kubectl in the source's cluster and the shop's namespace. */
  run(...args: string[]): Promise<string> {
    return this.ground.kubectl(this.cluster).run([...args, "-n", this.namespace], { timeoutMs: waitMs });
  }

  /** The policy, with a weight for the other cluster of 100 together; waits until it is enforced, at the stage that it asks for. */
  async policy(lbType: LbType, otherWeight = 0): Promise<void> {
    await this.ask(lbType, otherWeight);
    await this.enforced();
  }

  /** As `policy`, without waiting. */
  async ask(lbType: LbType, otherWeight = 0): Promise<void> {
    this.load.step(`${lbType} ${otherWeight}`);
    const weights = { [this.cluster]: 100 - otherWeight, [this.other]: otherWeight };
    const all = Object.entries(weights).map(([name, weight]) => ({ clusterKey: clusterKeyOf(name), ...(lbType === "ActiveActive" && { weight }) }));
    const spec = { lbType, targets: { Locality: [], FailOver: all.slice(1), ActiveActive: all }[lbType] };
    await this.ground.kubectl(this.cluster).apply(JSON.stringify({ apiVersion: "flomesh.io/v1alpha1", kind: "GlobalTrafficPolicy", metadata: { name: "shop", namespace: this.namespace }, spec }));
  }

  async enforced(): Promise<void> {
    await this.run("wait", "--for=condition=Enforced", "globaltrafficpolicies/shop", "--timeout=320s");
    this.load.step(`enforced: ${await this.stage()}`);
  }

  /** Where the proxies stand, as the policy's status says. */
  stage(): Promise<string> {
    return this.run("get", "globaltrafficpolicies/shop", "-o", "jsonpath={.status.attachment}");
  }

  async scale(replicas: number): Promise<void> {
    this.load.step(`scale to ${replicas}`);
    await this.run("scale", "deployments", ...stands, `--replicas=${replicas}`);
    if (replicas > 0) await this.run("wait", "--for=condition=Available", "deployments", "--all", "--timeout=180s");
    else await this.run("wait", "--for=delete", "pods", "-l", "app=shop", "--timeout=180s");
    this.load.step(`scaled to ${replicas}`);
  }

  /** How answers on a port begin, as part of a pattern: by whom callers asked. */
  hostOf(port: keyof typeof ports): string {
    return `(?:[\\d.]+|\\[[\\da-f:]+\\]):${ports[port]}`;
  }

  /** Pattern of what callers on a port are told by pods of these clusters, of a given Deployment or of any. */
  answers(clusters: readonly string[], port: keyof typeof ports, stand = "\\w+"): string {
    return `${this.hostOf(port)} (?:${clusters.join("|")}) ${port} ${stand}`;
  }

  /** What nobody may be told anything else than: each port answers from its own pods, and the local one from this cluster. */
  get good(): RegExp {
    const both = [this.cluster, this.other];
    return anyOf([this.answers(both, "http"), this.answers(both, "admin"), this.answers([this.cluster], "local")]);
  }

  async close(): Promise<void> {
    await Promise.all([this.cluster, this.other].map((name) => this.ground.kubectl(name).run(["delete", "namespace", this.namespace, "--wait=true"], { timeoutMs: waitMs })));
  }
}

export function anyOf(answers: readonly string[]): RegExp {
  return new RegExp(`^(?:${answers.join("|")})$`);
}

function namespaceOf(cluster: string): string {
  return `shop-${cluster}`;
}
