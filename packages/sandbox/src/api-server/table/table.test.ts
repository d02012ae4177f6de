import { describe, expect, it } from "vitest";
import { humanDuration } from "./age.ts";
import { compileJsonPath } from "./json-path.ts";
import { podStatusText } from "./pod-columns.ts";

describe("humanDuration", () => {
  it.each([
    [0, "0s"],
    [119, "119s"],
    [120, "2m"],
    [200, "3m20s"],
    [600, "10m"],
    [3 * 3600, "3h"],
    [3 * 3600 + 300, "3h5m"],
    [47 * 3600, "47h"],
    [50 * 3600, "2d2h"],
    [10 * 86_400, "10d"],
    [800 * 86_400, "2y70d"],
    [-5, "<invalid>"],
  ])("%i s is %s", (seconds, text) => {
    expect(humanDuration(seconds * 1000)).toBe(text);
  });
});

describe("compileJsonPath", () => {
  const object = { spec: { list: [{ type: "A", v: 1 }, { type: "B", v: 2 }] }, metadata: { annotations: { "a.b/c": "x" } } };
  it.each([
    [".spec.list[0].v", [1]],
    [".spec.list[*].v", [1, 2]],
    ['.spec.list[?(@.type=="B")].v', [2]],
    [".metadata.annotations['a.b/c']", ["x"]],
    [".spec.none", []],
  ])("%s", (path, found) => {
    expect(compileJsonPath(path)?.(object)).toEqual(found);
  });
});

describe("podStatusText", () => {
  const pod = (status: unknown, deletionTimestamp?: string, inits = 0): Parameters<typeof podStatusText>[0] => ({ apiVersion: "v1", kind: "Pod", metadata: { name: "p", ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }) }, spec: { initContainers: Array.from({ length: inits }, () => ({})) }, status });
  it.each([
    [pod({ phase: "Pending" }), "Pending"],
    [pod({ phase: "Running", containerStatuses: [{ ready: true, state: { running: {} } }] }), "Running"],
    [pod({ phase: "Pending", containerStatuses: [{ state: { waiting: { reason: "ImagePullBackOff" } } }] }), "ImagePullBackOff"],
    [pod({ phase: "Pending", initContainerStatuses: [{ state: { terminated: { exitCode: 0 } } }, { state: { running: {} } }] }, undefined, 2), "Init:1/2"],
    [pod({ phase: "Pending", initContainerStatuses: [{ state: { waiting: { reason: "PodInitializing" } } }] }, undefined, 1), "Init:0/1"],
    [pod({ phase: "Pending", initContainerStatuses: [{ state: { waiting: { reason: "CrashLoopBackOff" } } }] }, undefined, 1), "Init:CrashLoopBackOff"],
    [pod({ phase: "Failed", initContainerStatuses: [{ state: { terminated: { exitCode: 1, reason: "Error" } } }] }, undefined, 1), "Init:Error"],
    [pod({ phase: "Pending", initContainerStatuses: [{ state: { terminated: { exitCode: 0 } } }], containerStatuses: [{ state: { waiting: { reason: "PodInitializing" } } }] }, undefined, 1), "PodInitializing"],
    [pod({ phase: "Failed", containerStatuses: [{ state: { terminated: { exitCode: 3 } } }] }), "ExitCode:3"],
    [pod({ phase: "Running", containerStatuses: [{ ready: true, state: { running: {} } }] }, "2026-01-01T00:00:00Z"), "Terminating"],
  ])("%#: %s", (object, text) => {
    expect(podStatusText(object)).toBe(text);
  });
});
