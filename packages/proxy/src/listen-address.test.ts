import type { NetworkInterfaceInfo } from "node:os";
import { expect, test } from "vitest";
import { listenAddress } from "./listen-address.ts";

const info = (address: string, internal = false) => ({ address, internal }) as NetworkInterfaceInfo;
const lo = [info("127.0.0.1", true), info("::1", true)];

test("a pod with an address of either family is reached at both", () => {
  const eth0 = [info("10.244.1.3"), info("fd00:10:244::3"), info("fe80::1")];
  expect(listenAddress("10.244.1.3", { lo, eth0 })).toBe("::");
  expect(listenAddress("fd00:10:244::3", { lo, eth0 })).toBe("::");
});

test("one with a single address listens there, whatever its link has by itself", () => {
  expect(listenAddress("10.244.1.3", { lo, eth0: [info("10.244.1.3"), info("fe80::1")] })).toBe("10.244.1.3");
  expect(listenAddress("fd00::3", { lo, eth0: [info("fd00::3"), info("fe80::1")] })).toBe("fd00::3");
  expect(listenAddress("127.0.0.1", { lo, eth0: [info("10.244.1.3")] })).toBe("127.0.0.1");
  expect(listenAddress("127.0.3.7", { lo })).toBe("127.0.3.7");
});
