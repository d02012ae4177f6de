import { metricsOf } from "../../story/proxies.ts";
import type { StoryGround } from "../../story/story.ts";

/** What a proxy's metrics tell of the requests of httpbin's callers in its cluster, at one moment. */
export interface Book {
  pod: string;
  /** The container that counted; another one begins at 0. */
  container: string;
  accepted: number;
  answered: number;
  abandoned: number;
  /** Failed requests by reason. */
  failed: Record<string, number>;
  inFlight: number;
  /** Ended requests by the cluster that was chosen for them. */
  chosen: Record<string, number>;
}

/** What proxies told of requests that were not answered as they should. */
export interface Told {
  failed: number;
  abandoned: number;
}

interface Pod {
  metadata: { name: string };
  status: { containerStatuses?: { name: string; containerID?: string; ready: boolean }[] };
}

const namespace = "sluice-system";

/** The container of each pod with that label, in order of the pods' names; `ready` ones alone if asked for. */
export async function containersOf(ground: StoryGround, cluster: string, where: { namespace: string; selector: string; container: string; ready?: boolean }): Promise<{ pod: string; id: string }[]> {
  const { items } = await ground.kubectl(cluster).json<{ items: Pod[] }>(["get", "pods", "-n", where.namespace, "-l", where.selector]);
  const statuses = items.flatMap(({ metadata, status }) => (status.containerStatuses ?? []).map((container) => ({ pod: metadata.name, ...container })));
  const wanted = statuses.filter(({ name, ready, containerID }) => name === where.container && containerID !== undefined && (where.ready !== true || ready));
  return wanted.map(({ pod, containerID = "" }) => ({ pod, id: containerID.replace(/^.*\/\//, "") })).toSorted((one, other) => one.pod.localeCompare(other.pod));
}

/** The books of every proxy of the cluster that is ready. Throws where one does not balance. */
export async function readBooks(ground: StoryGround, cluster: string): Promise<Book[]> {
  const proxies = await containersOf(ground, cluster, { namespace, selector: "app.kubernetes.io/name=sluice-proxy", container: "proxy", ready: true });
  return await Promise.all(
    proxies.map(async ({ pod, id }) => {
      const book = parseBook(pod, id, await metricsOf(ground, cluster, pod));
      const ended = book.answered + book.abandoned + sum(book.failed);
      if (book.accepted !== ended + book.inFlight) throw new Error(`the books of ${pod} do not balance: ${JSON.stringify(book)}`);
      return book;
    }),
  );
}

export function parseBook(pod: string, container: string, metrics: string): Book {
  const book: Book = { pod, container, accepted: 0, answered: 0, abandoned: 0, failed: {}, inFlight: 0, chosen: {} };
  for (const line of metrics.split("\n")) {
    const [, name = "", labels = "", value = ""] = /^(\w+)\{(.*)\} (\S+)$/.exec(line) ?? [];
    if (!labels.includes('service="httpbin/httpbin"') || !labels.includes('role="service"')) continue;
    const label = (key: string): string => new RegExp(`${key}="([^"]*)"`).exec(labels)?.[1] ?? "";
    const count = Number(value);
    if (name === "sluice_proxy_in_flight") book.inFlight += count;
    if (name === "sluice_proxy_requests_total") add(book.chosen, label("target").split("/").at(-1) ?? "", count);
    if (name !== "sluice_proxy_ledger_total") continue;
    const entry = label("entry");
    if (entry === "accepted" || entry === "answered" || entry === "abandoned") book[entry] += count;
    else add(book.failed, entry.replace("failed_", ""), count);
  }
  return book;
}

/** What was not answered between two readings, by the proxies that there are in the later one. */
export function toldBetween(before: readonly Book[], after: readonly Book[]): Told {
  const told = { failed: 0, abandoned: 0 };
  for (const book of after) {
    const earlier = before.find(({ container }) => container === book.container);
    told.failed += sum(book.failed) - sum(earlier?.failed ?? {});
    told.abandoned += book.abandoned - (earlier?.abandoned ?? 0);
  }
  return told;
}

function add(counts: Record<string, number>, key: string, count: number): void {
  counts[key] = (counts[key] ?? 0) + count;
}

export function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
