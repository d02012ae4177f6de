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
