import type { KubernetesClient } from "@sluice/kubernetes/client";
import type { KubernetesObject } from "@sluice/kubernetes/resource";
import { pino } from "pino";
import { afterEach, expect, it, vi } from "vitest";
import type { Member } from "../../kubernetes/member-directory.ts";
import { keyFor, makeMember } from "../../testing/make-world.ts";
import { recordingClient, type Write } from "../../testing/recording-client.ts";
import { Propagation } from "./propagation.ts";

const set = { uid: "u", epoch: 1, termUid: "t", confirmedEpoch: 0, seenEpoch: 0 };
/** Another list each time, as of a cache that changed. */
const listed = (objects: readonly unknown[]) => ({ list: () => [...objects], get: () => undefined });
const named = (name: string) => ({ namespace: "shop", name, creationTimestamp: "2026-01-01T00:00:00Z" });
const exported = (name: string) => ({ apiVersion: "flomesh.io/v1alpha1", kind: "ServiceExport", metadata: named(name), spec: { serviceAccountName: "*", rules: [{ portNumber: 8080, path: `/${name}`, pathType: "Prefix" }] } });

interface Fake {
  member: Member;
  writes: Write[];
  exports: KubernetesObject[];
}

/** A member with the services x and y, which exports those in `exports`. */
function fake(name: string, exports: KubernetesObject[], wait?: () => Promise<void>): Fake {
  const { client, writes } = recordingClient();
  const create: KubernetesClient["create"] = async (type, object) => {
    await wait?.();
    return await client.create(type, object);
  };
  const services = ["x", "y"].map((service) => ({ metadata: named(service), spec: { ports: [{ port: 8080 }] } }));
  const caches = { serviceExports: listed(exports), services: listed(services), serviceImports: listed([]), namespaces: listed([{ metadata: { name: "shop" } }]), configMaps: listed([]) };
  const connection = { live: true, client: wait === undefined ? client : { ...client, create }, caches, ingresses: { list: () => [] } };
  return { member: { cluster: makeMember(name).cluster, key: keyFor(name), connection, failure: undefined } as unknown as Member, writes, exports };
}

let propagation: Propagation | undefined;
afterEach(() => propagation?.stop());

function start(fakes: readonly Fake[]): Propagation {
  const directory = { members: () => fakes.map(({ member }) => member), world: () => ({ members: [] }) };
  propagation = new Propagation({ directory, createNamespaces: false, log: pino({ level: "silent" }), now: () => 0, backoff: { firstMs: 1, mostMs: 1 }, onError: () => undefined });
  return propagation;
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 20_000, interval: 10 });
const created = ({ writes }: Fake) => writes.filter(({ what }) => what.startsWith("create ")).map(({ what }) => what.split("/")[1]);

it("a member that does not answer keeps no other waiting, nor the next look", async () => {
  const [source, silent, other] = [fake("a", [exported("x")]), fake("b", [], () => new Promise(() => {})), fake("c", [])];
  const running = start([source, silent, other]);
  await running.look(set);
  await until(() => expect(created(other)).toEqual(["x"]));
  source.exports.push(exported("y"));
  await running.look(set);
  await until(() => expect(created(other)).toContain("y"));
  expect(created(silent)).toEqual([]);
  expect(running.imports).toEqual({ total: 4, pending: 4 });
  // What waits here for ever hears no signal.
  propagation = undefined;
});

it("what a later look comes to holds, also for a member that is being written to", async () => {
  const answer = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const [source, slow] = [
    fake("a", [exported("x"), exported("y")]),
    fake("b", [], () => {
      asked.resolve();
      return answer.promise;
    }),
  ];
  const running = start([source, slow]);
  await running.look(set);
  await asked.promise;
  source.exports.pop();
  await running.look(set);
  answer.resolve();
  await until(() => expect(created(slow)).toContain("x"));
  await until(() => expect(slow.writes.filter(({ what }) => what.startsWith("patch status of serviceimports")).length).toBeGreaterThan(0));
  await running.stop();
  expect(created(slow)).not.toContain("y");
});

it("what can't be written keeps nothing else waiting, and is tried again without another look", async () => {
  let refusals = 2;
  const [source, target] = [fake("a", [exported("x"), exported("y")]), fake("b", [], () => (refusals-- > 0 ? Promise.reject(new Error("no")) : Promise.resolve()))];
  const running = start([source, target]);
  await running.look(set);
  await until(() => expect(new Set(created(target))).toEqual(new Set(["x", "y"])));
  expect(refusals).toBe(-2);
});

it("the first look waits until a member is read, or is known not to be; a later one for none", async () => {
  const [source, late] = [fake("a", [exported("x")]), fake("b", [])];
  const connection = late.member.connection as unknown as { live: boolean };
  connection.live = false;
  const running = start([source, late]);
  let looked = false;
  const first = running.look(set).then(() => void (looked = true));
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(looked).toBe(false);
  connection.live = true;
  await first;
  await until(() => expect(created(late)).toEqual(["x"]));
  connection.live = false;
  await running.look(set);
});

it("what stands is not compared again while nothing changed", async () => {
  const asked: string[] = [];
  const [source, target] = [fake("a", [exported("x")]), fake("b", [])];
  const caches = source.member.connection?.caches as unknown as Record<string, { list: () => unknown; get: (key: string) => unknown }>;
  const conditions = ["Valid", "Conflict"].map((type) => ({ type }));
  const [object] = source.exports;
  const lists = Object.entries(caches).map(([name, cache]) => [name, cache.list()] as const);
  for (const [name, list] of lists) caches[name] = { list: () => list, get: (key) => (name === "serviceExports" ? (asked.push(key), { ...object, status: { conditions } }) : undefined) };
  const running = start([source, target]);
  await running.look(set);
  await until(() => expect(source.writes).toHaveLength(1));
  const body = source.writes[0]?.body as { status: { conditions: { type: string }[] } };
  conditions.splice(0, 2, ...body.status.conditions);
  await running.look(set);
  await until(() => expect(asked).toHaveLength(2));
  await running.look(set);
  await running.look(set);
  expect(asked).toEqual(["shop/x", "shop/x"]);
  expect(source.writes).toHaveLength(1);
});
