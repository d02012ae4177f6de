import { afterEach, beforeEach, expect, test } from "vitest";
import { clusterKey, exportAt, TestWorld } from "../test-world.ts";
import { probeGateway } from "./probe-gateway.ts";

let world: TestWorld;
beforeEach(() => {
  world = new TestWorld();
});
afterEach(() => world.stop());

test("a gateway of ours says what it exports, also when its name does not resolve any more", async () => {
  world.apply({ gateway: [exportAt("/web", [await world.backend("own")])] });
  await world.dataplane.settled();
  const port = world.dataplane.gatewayPort() as number;
  const wanted = { clusterKey: clusterKey("own"), exports: [{ service: "shop/web", port: 8080, path: "/web", ready: 1 }] };
  expect(await probeGateway({ clusterKey: "x", host: "127.0.0.1", ip: "127.0.0.1", port })).toEqual(wanted);
  expect(await probeGateway({ clusterKey: "x", host: "gone.invalid", ip: "127.0.0.1", port })).toEqual(wanted);
});

test("whoever is not a gateway of ours answers nothing that counts", async () => {
  for (const body of ["", "{}", '{"clusterKey":1,"exports":[]}', "<html>"]) {
    const { port } = await world.backend("web", (_, response) => response.end(body));
    expect(await probeGateway({ clusterKey: "x", host: "127.0.0.1", ip: "", port })).toBeNull();
  }
});

test("nobody there is an error", async () => {
  const { port } = await world.deadEndpoint("dead");
  await expect(probeGateway({ clusterKey: "x", host: "127.0.0.1", ip: "", port })).rejects.toThrow(/ECONNREFUSED/);
});
