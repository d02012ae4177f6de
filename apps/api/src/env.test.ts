import { expect, it } from "vitest";
import { readSettings } from "./env.ts";

it("has defaults", () => {
  expect(readSettings([], {})).toMatchObject({ listen: { host: "127.0.0.1", port: 4000 }, healthListen: undefined, logLevel: "info", createNamespaces: false, allowInsecure: false });
});

it("prefers flags to the environment", () => {
  expect(readSettings(["--listen", "[::1]:1", "--kubeconfig", "a", "--context", "c", "--create-namespaces"], { SLUICE_LISTEN: "127.0.0.1:2", KUBECONFIG: "b" })).toMatchObject({ listen: { host: "::1", port: 1 }, kubeconfig: "a", context: "c", createNamespaces: true });
});

it("takes a second address for health, which may be anybody's", () => {
  expect(readSettings(["--health-listen", "0.0.0.0:4001"], {})).toMatchObject({ listen: { host: "127.0.0.1" }, healthListen: { host: "0.0.0.0", port: 4001 } });
});

it.each([
  [["--lissten", "x"], {}, /--lissten/],
  [["extra"], {}, /extra/],
  [["--listen", "0.0.0.0:1"], {}, /loopback only/],
  [["--health-listen", "4001"], {}, /--health-listen "4001"/],
  [[], { SLUICE_LOG_LEVEL: "loud" }, /SLUICE_LOG_LEVEL/],
])("refuses %j %j", (argv, env, message) => {
  expect(() => readSettings(argv, env)).toThrow(message);
});
