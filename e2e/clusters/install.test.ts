import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Terminal } from "../ground/terminal.ts";
import { runCycles } from "../story/attachment-cycles.ts";
import { coreScenarios } from "../story/core-scenarios.ts";
import { parseWalkThrough } from "../story/parse-walk-through.ts";
import { ask, givenExportedHttpbin, givenPolicy, onceFollowed, untilImported } from "../story/story.ts";
import { threeClusterScenarios } from "../story/three-cluster-scenarios.ts";
import { upgradeScenarios } from "../story/upgrade-scenarios.ts";
import { attachmentScenarios } from "./attachment-scenarios.ts";
import { auditEvents, readGrants } from "./audit/read-rights.ts";
import { denied, type Grant, isOfSluice, neverUsed, showGrant } from "./audit/rights.ts";
import { consoleScenarios, leaveByConsole } from "./console-scenarios.ts";
import { type Console, forwardConsole } from "./console.ts";
import { type RealGround, startRealGround } from "./ground.ts";
import { carryOut, loadProductImages, openTerminal } from "./install.ts";
import { killScenarios } from "./kills/kill-scenarios.ts";
import { lifeCycleScenarios } from "./life-cycle-scenarios.ts";
import { Sheet } from "./soak/sheet.ts";
import { joinOf, removeMember } from "./third-member.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const steps = parseWalkThrough(readFileSync(path.join(root, "docs/install.md"), "utf8"));
const upgrade = steps.findIndex(({ heading }) => heading === "Upgrade");
/** The control plane's own cluster becomes a member too. */
const third = "control-plane";
const clusters = [third, "1-23", "1-25"];
/** `npm run soak` goes round more often. */
const cycles = Number(process.env["SLUICE_CYCLES"] ?? 5);
/** How often each part is killed; likewise. */
const kills = Number(process.env["SLUICE_KILLS"] ?? 1);
/** `npm run soak` keeps its figures. */
const figuresFile = process.env["SLUICE_FIGURES"];
const sheet = new Sheet(figuresFile === undefined ? undefined : path.resolve(root, figuresFile));

test("every step of docs/install.md names a cluster and has an output, or leaves a file", () => {
  expect(steps.length).toBeGreaterThan(8);
  expect(upgrade).toBeGreaterThan(6);
  expect(steps.filter(({ script }) => !script.includes("--context") && !script.includes("--kube-context"))).toEqual([]);
  expect(steps.filter(({ script, outputs }) => outputs.length === 0 && !script.includes("> $cluster.kubeconfig"))).toEqual([]);
});

/** In order: docs/install.md as far as the upgrade, the story on what was installed, the upgrade with what comes and goes under load, and the rest of docs/install.md. */
describe("docs/install.md", () => {
  let ground: RealGround;
  let terminal: Terminal;
  /** The first step that went wrong: those after it would only wait for what it did not do. */
  let broken: string | undefined;
  /** What the charts grant, before they are gone. */
  const granted: Grant[] = [];
  beforeAll(async () => {
    // One node of it is drained.
    ground = await startRealGround(clusters, "1-23=2");
    // Clusters of somebody else pull the images from where these were pushed.
    if (ground.folder !== undefined) await loadProductImages(ground.folder, console.info);
    terminal = openTerminal(ground.kubeconfig);
  });
  beforeEach(() => {
    if (broken !== undefined) throw new Error(`not tried, since "${broken}" failed`);
  });
  afterAll(async () => {
    terminal?.close();
    await ground?.stop();
  }, 150_000);

  const carryOutAll = (some: typeof steps) =>
    test.for(some.map((step) => [`${step.heading} (line ${step.line})`, step] as const))("%s", { timeout: 1_200_000 }, async ([name, step]) => {
      broken = name;
      expect(await carryOut(terminal, step)).toBeUndefined();
      broken = undefined;
    });

  carryOutAll(steps.slice(0, upgrade));

  describe("the story", () => {
    // The chart's two proxies of each member split their own requests, and nobody knows whom kube-proxy sends one to.
    const story = () => ({ kubectl: (name: string) => ground.kubectl(name), proxies: 2, followsLater: true });
    let forwarded: Console;
    let join: string;
    beforeAll(async () => {
      if (broken !== undefined) return;
      forwarded = await forwardConsole(ground.kubeconfig);
    });
    afterAll(() => forwarded?.close());

    coreScenarios(story);
    consoleScenarios(() => ({ kubeconfig: ground.kubeconfig, story: story(), console: forwarded, terminal, steps }), cycles > 5);
    describe("of three clusters", () => {
      threeClusterScenarios(story, ["1-23", third, "1-25"]);
    });

    test("the third member leaves by the console", { timeout: 600_000 }, async () => {
      await leaveByConsole({ story: story(), console: forwarded });
      expect(await removeMember(terminal, third)).toContain('release "sluice-member" uninstalled');
      join = await joinOf(ground.kubectl("control-plane"), "1-23");
    });

    upgradeScenarios(story);

    test("1-23 comes again, and is called as before", { timeout: 240_000 }, async () => {
      await ground.kubectl("control-plane").apply(join);
      await givenExportedHttpbin(story());
      await givenPolicy(story(), "1-23", "ActiveActive", [{ cluster: "1-25", weight: 10 }]);
      await onceFollowed(story(), "an answer", async () => expect(await ask(story(), "1-23")).toMatch(/^Hi, I am from /));
    });
  });

  test(`${cycles} cycles into the path and out of it under load, by iptables in 1-23 and nftables in 1-25: not one request is lost`, { timeout: 60_000 + cycles * 60_000 }, async () => {
    await givenExportedHttpbin(ground);
    await untilImported(ground, "1-25", ["1-23"]);
    const told = await Promise.all([runCycles(ground, "1-23", "1-25", cycles), runCycles(ground, "1-25", "1-23", cycles)]);
    console.info(JSON.stringify(told));
    sheet.cycles(told.map((row, at) => ({ ...row, cluster: ["1-23, by iptables", "1-25, by nftables"][at] ?? "" })));
    expect(told.map(({ losses, steps }) => ({ losses, steps }))).toEqual(told.map(() => ({ losses: {}, steps: [] })));
    expect(told.every(({ sentAway }) => sentAway > 10)).toBe(true);
  });

  // What is not ours we can't kill.
  killScenarios(() => broken !== undefined || ground.folder === undefined ? undefined : { folder: ground.folder, kubectl: (name) => ground.kubectl(name), mend: () => ground.mend(), proxies: 2 }, kills, sheet);

  describe("services of their own, under load", () => {
    attachmentScenarios(() => ground, Math.ceil(cycles / 5), sheet);
  });

  lifeCycleScenarios(() => ({ story: ground, terminal, steps }), () => carryOutAll(steps.slice(upgrade, upgrade + 1)));

  test("the rights that the charts grant are written down", async () => {
    for (const name of clusters) granted.push(...(await readGrants(ground.kubectl(name))));
    expect(granted.length).toBeGreaterThan(50);
  });

  carryOutAll(steps.slice(upgrade + 1));

  test("Sluice's accounts were denied nothing, and have no right that none of them used", ({ skip }) => {
    const folder = ground.folder ?? skip("only clusters of our own have an audit log");
    const events = clusters.map((name) => auditEvents(folder, name));
    expect(events.flatMap((some) => denied(some, granted)).map(({ user, verb, requestURI }) => `${user.username}: ${verb} ${requestURI}`)).toEqual([]);
    // Members have the same chart: what one of them never needs another may.
    expect([...new Set(neverUsed(granted, events.flat().filter(isOfSluice)).map(showGrant))]).toEqual([]);
  });
});
