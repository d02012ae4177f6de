import { describe, expect, test } from "vitest";
import { parseCommandLine } from "./command-line.ts";

describe("parseCommandLine", () => {
  test("proxy, from flags and the pod's environment", () => {
    const env = { POD_IP: "127.5.0.9", POD_NAME: "p-1", POD_NAMESPACE: "sys" };
    expect(parseCommandLine(["proxy", "--gateway-port", "0", "--data", "d"], env)).toEqual({
      program: "proxy",
      address: "127.5.0.9",
      gatewayPort: 0,
      adminPort: 9081,
      namespace: "sys",
      configFolder: undefined,
      dataFolder: "d",
      rampUpSeconds: 30,
      pod: "p-1",
    });
  });

  test("attach", () => {
    expect(parseCommandLine(["attach", "--detach-all", "--namespace", "x"], {})).toMatchObject({ program: "attach", address: "127.0.0.1", namespace: "x", detachAll: true });
  });

  test.each([
    [[], "No program"],
    [["serve"], '"serve"'],
    [["proxy", "--surprise"], "--surprise"],
    [["proxy", "extra"], "extra"],
    [["proxy", "--admin-port", "70000"], "--admin-port"],
    [["proxy", "--admin-port", "1e3"], "--admin-port"],
    [["proxy", "--config", ""], "--config"],
    [["proxy", "--ramp-up-seconds", "1.5"], "--ramp-up-seconds"],
    [["proxy", "--ramp-up-seconds", "3601"], "--ramp-up-seconds"],
    [["attach", "--gateway-port", "1"], "--gateway-port"],
    [["attach", "--namespace", "A/B"], "--namespace"],
  ])("refuses %j", (args, named) => {
    expect(() => parseCommandLine(args, {})).toThrow(expect.objectContaining({ name: "CommandLineError", message: expect.stringContaining(named) as unknown }) as Error);
  });
});
