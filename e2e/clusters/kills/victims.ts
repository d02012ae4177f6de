import { eventually } from "../../ground/eventually.ts";
import type { StoryGround } from "../../story/story.ts";
import { ensureApiServer } from "../daemons/control-plane.ts";
import { processesOfContainer, type StartedProcess, withDescendants, withParents } from "../host/processes.ts";
import { placesOf } from "../set/cluster-set.ts";
import { type RecordedProcess, SetState } from "../set/state.ts";
import { containersOf } from "./books.ts";

/** A ground whose clusters are processes of this machine. */
export interface KillGround extends StoryGround {
  /** Where the clusters keep what they have. */
  readonly folder: string;
  /** What was killed of the clusters' own processes lives again. */
  mend(): Promise<void>;
}

interface Container {
  namespace: string;
  selector: string;
  container: string;
}

export const proxies: Container = { namespace: "sluice-system", selector: "app.kubernetes.io/name=sluice-proxy", container: "proxy" };
export const coreDns: Container = { namespace: "kube-system", selector: "k8s-app=kube-dns", container: "coredns" };
export const httpbin: Container = { namespace: "httpbin", selector: "app=pipy", container: "pipy" };

/** What a kill is aimed at. */
export interface Victims {
  processes: StartedProcess[];
  /** Returns when as many are ready as before, all of them started since if they were `killed`. */
  untilBack: (killed: boolean) => Promise<void>;
}

const backMsMax = 300_000;

/** The processes of such containers of the cluster, of the first `count` pods by name, or of those in `pods`. Throws where there is none. */
export async function processesOf(ground: KillGround, cluster: string, where: Container, count = Infinity, pods?: readonly string[]): Promise<Victims> {
  const before = await containersOf(ground, cluster, where);
  const chosen = before.filter(({ pod }) => pods === undefined || pods.includes(pod)).slice(0, count);
  const processes = chosen.flatMap(({ id }) => processesOfContainer(id));
  if (processes.length === 0) throw new Error(`no process of ${where.selector} in ${cluster}; its containers are ${JSON.stringify(before)}`);
  const untilBack = async (killed: boolean): Promise<void> => {
    await eventually(`${where.selector} in ${cluster} is back`, async () => {
      const ready = await containersOf(ground, cluster, { ...where, ready: true });
      const old = ready.filter(({ id }) => killed && chosen.some((victim) => victim.id === id));
      if (ready.length < before.length || old.length > 0) throw new Error(`${ready.length} of ${before.length} are ready, ${old.length} of them not yet killed`);
    }, backMsMax);
  };
  return { processes, untilBack };
}

/** The processes of the API server that leads the controllers. */
export async function leadingApi(ground: KillGround): Promise<Victims> {
  const leader = await ground.kubectl("control-plane").run(["get", "lease", "sluice-api", "-n", "sluice-system", "-o", "jsonpath={.spec.holderIdentity}"]);
  return await processesOf(ground, "control-plane", { namespace: "sluice-system", selector: "app.kubernetes.io/name=sluice", container: "api" }, 1, [leader]);
}

/** The cluster's kube-apiserver. */
export function kubeApiServer(ground: KillGround, name: string): Victims {
  const processes = withParents(recorded(ground, name).filter(({ program }) => program === "kube-apiserver"));
  const untilBack = async (): Promise<void> => {
    const state = SetState.read(ground.folder);
    const cluster = state?.set.clusters.find((each) => each.name === name);
    if (state === undefined || cluster === undefined) throw new Error(`${ground.folder} has no cluster ${name}`);
    await ensureApiServer(state, cluster, AbortSignal.timeout(backMsMax));
  };
  return { processes, untilBack };
}

/** Everything that runs in the cluster. */
export async function wholeCluster(ground: KillGround, cluster: string): Promise<Victims> {
  const pods = await Promise.all([coreDns, proxies, httpbin].map((where) => processesOf(ground, cluster, where)));
  const untilBack = async (killed: boolean): Promise<void> => {
    if (killed) await ground.mend();
    for (const some of pods) await some.untilBack(killed);
  };
  return { processes: withParents(withDescendants(recorded(ground, cluster))), untilBack };
}

/** The cluster's own processes: of Kubernetes, and those that hold its nodes. */
function recorded({ folder }: KillGround, cluster: string): RecordedProcess[] {
  const state = SetState.read(folder);
  const places = new Set(state?.set.clusters.filter(({ name }) => name === cluster).flatMap((each) => placesOf(each).map(({ name }) => name)));
  const own = state?.processes.filter((process) => places.has(process.place)) ?? [];
  if (own.length === 0) throw new Error(`${folder} has no process of ${cluster}`);
  return own;
}
