import { setTimeout as pause } from "node:timers/promises";
import { eventually } from "../../ground/eventually.ts";
import type { Kubectl } from "../../ground/kubectl.ts";

/** What a caller was told within one second, and how often. */
export interface Told {
  /** RFC 3339, of the node's clock. */
  at: string;
  caller: string;
  answer: string;
  count: number;
}

/** What callers ask over a connection for each request, and over kept ones. */
type Urls = Readonly<Record<"anew" | "kept", readonly string[]>>;

/** Time and text of each caller's lines. */
type Lines = ReadonlyMap<string, readonly (readonly [string, string])[]>;

const label = "sluice-test=caller";
const requestsEachSecond = 9;
const answersMs = 120_000;
/** Longer than a caller waits for an answer: what was asked before has been answered, or given up. */
export const givenUpMs = 11_000;
/** Callers say once a second what they were told. */
const saidMs = 1_000;

/** Callers in pods of a cluster, who go on asking whatever they are told, and what they were told from a mark on. */
export class Load {
  readonly #kubectl: Kubectl;
  readonly #namespace: string;
  readonly #urls: Urls;
  /** Where the callers are, beside the cluster's DNS: what happens to other nodes is nothing to them. */
  readonly node: string;
  readonly #steps: { at: string; what: string }[] = [];
  #marks = new Map<string, number>();
  #renewals = 0;

  private constructor(kubectl: Kubectl, namespace: string, urls: Urls, node: string) {
    this.node = node;
    this.#kubectl = kubectl;
    this.#namespace = namespace;
    this.#urls = urls;
  }

  /** One caller with a connection for each request and one that keeps its own, 9 requests a second each to their `urls` in turn. */
  static async start(kubectl: Kubectl, namespace: string, urls: Urls): Promise<Load> {
    const node = await kubectl.run(["get", "pods", "-n", "kube-system", "-l", "k8s-app=kube-dns", "-o", "jsonpath={.items[0].spec.nodeName}"]);
    const load = new Load(kubectl, namespace, urls, node);
    await load.#add(["new", "kept-0"]);
    return load;
  }

  /** One more caller keeps connections, which it opens from now on; those before go on with theirs. */
  async renew(): Promise<void> {
    this.#renewals += 1;
    await this.#add([`kept-${this.#renewals}`]);
  }

  /** Written into the story of what was lost. */
  step(what: string): void {
    this.#steps.push({ at: new Date().toISOString(), what });
  }

  /** What was told until now is not looked at any more. */
  async mark(): Promise<void> {
    this.#markAt(await this.#lines());
  }

  /** Since the mark. */
  async told(): Promise<Told[]> {
    return this.#toldIn(await this.#lines());
  }

  /** Since the callers began, whatever was marked. */
  async asked(): Promise<number> {
    return [...(await this.#lines()).values()].flat().reduce((sum, [, text]) => sum + Object.values(JSON.parse(text) as Record<string, number>).reduce((of, count) => of + count, 0), 0);
  }

  #markAt(lines: Lines): void {
    this.#marks = new Map([...lines].map(([caller, told]) => [caller, told.length]));
  }

  #toldIn(lines: Lines): Told[] {
    return [...lines].flatMap(([caller, all]) => all.slice(this.#marks.get(caller) ?? 0).flatMap(([at, text]) => Object.entries(JSON.parse(text) as Record<string, number>).map(([answer, count]) => ({ at, caller, answer, count }))));
  }

  /** Since the mark: nothing, or every answer that does not match, among the steps and the numbers of those that do. */
  async lost(good: RegExp): Promise<string[]> {
    const told = await this.told();
    const bad = told.filter(({ answer }) => !good.test(answer));
    const answered = told.reduce((sum, { count }) => sum + count, 0);
    if (bad.length === 0) return answered === 0 ? ["nobody asked"] : [];
    const events = [...this.#steps, ...bad.map(({ at, caller, answer, count }) => ({ at, what: `${count} × "${answer}" to ${caller}` }))];
    return [`of ${answered} requests:`, ...events.toSorted((a, b) => a.at.localeCompare(b.at)).map(({ at, what }) => `${at} ${what}`)];
  }

  /** From some moment on each caller's answers all match, and so many ms long no other one has come; they are the first after the new mark. */
  async untilOnly(what: string, pattern: RegExp, forMs = saidMs): Promise<void> {
    await this.mark();
    await eventually(what, async () => {
      await pause(forMs);
      // Read once: what comes while these are looked at belongs to the next.
      const lines = await this.#lines();
      const told = this.#toldIn(lines);
      this.#markAt(lines);
      const bad = told.find(({ answer }) => !pattern.test(answer));
      if (bad !== undefined) throw new Error(`${bad.caller} was told "${bad.answer}"`);
      const silent = [...this.#marks.keys()].filter((name) => !told.some(({ caller }) => caller === name));
      if (silent.length > 0) throw new Error(`${silent.join(" and ")} did not ask`);
    }, answersMs);
  }

  /** How many answers since the mark match. */
  async count(pattern: RegExp): Promise<number> {
    await pause(saidMs);
    return (await this.told()).reduce((sum, { answer, count }) => (pattern.test(answer) ? sum + count : sum), 0);
  }

  async #add(names: readonly string[]): Promise<void> {
    const pods = names.map((name) => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: this.#namespace, labels: { "sluice-test": "caller" } },
      spec: {
        nodeName: this.node,
        terminationGracePeriodSeconds: 1,
        containers: [{ name: "caller", image: "sluice/caller", args: [...this.#urls[name === "new" ? "anew" : "kept"].flatMap((url) => ["--url", url]), "--rate", String(requestsEachSecond), ...(name === "new" ? [] : ["--keep-alive"])] }],
      },
    }));
    await this.#kubectl.apply(JSON.stringify({ apiVersion: "v1", kind: "List", items: pods }));
    await eventually(`${names.join(" and ")} are answered`, async () => {
      await pause(saidMs);
      const lines = await this.#lines();
      const silent = names.find((name) => (lines.get(name) ?? []).every(([, text]) => text === "{}"));
      if (silent !== undefined) throw new Error(`${silent} not yet`);
    }, answersMs);
  }

  async #lines(): Promise<Lines> {
    const text = await this.#kubectl.run(["logs", "-n", this.#namespace, "-l", label, "--prefix", "--timestamps", "--tail=-1", "--max-log-requests=20", "--ignore-errors"]);
    const lines = new Map<string, [string, string][]>();
    for (const line of text.split("\n")) {
      const [, caller = "", at = "", told = ""] = /^\[pod\/([^/]+)\/\S+\] (\S+) (\{.*\})$/.exec(line) ?? [];
      if (caller !== "") lines.set(caller, [...(lines.get(caller) ?? []), [at, told]]);
    }
    return lines;
  }
}
