import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { readContainerfile } from "./read-containerfile.ts";

const images = ["api", "proxy", "web"];
const here = import.meta.dirname;
const root = path.resolve(here, "../..");
const configOf = (image: string) => readContainerfile(readFileSync(path.join(here, image, "Containerfile"), "utf8"));

describe("Containerfiles", () => {
  test.each(images)("%s: the Node that the repository pins, a numeric user, no shell", (image) => {
    const { optionalDependencies } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as { optionalDependencies: { node: string } };
    const config = configOf(image);
    expect(config.base).toBe(`docker.io/library/node:${optionalDependencies.node}-bookworm-slim`);
    expect(config.User).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(config.copies).toEqual([{ from: "app", to: "/app" }]);
    expect(config.Entrypoint[0]).toBe("node");
    expect(config.Entrypoint[1]).toMatch(/^\/app\//);
  });

  test.each(["RUN apt-get update", "FROM debian", "ENV A=b C=d", "COPY --from=x a /b", "ENTRYPOINT", "EXPOSE 80"])("%s is not understood", (line) => {
    expect(() => readContainerfile(`ARG BASE=x\nFROM \${BASE}\n${line}\n`)).toThrow(`line 3: "${line}"`);
  });
});

describe("what is staged", () => {
  let out: string;
  const programs: ChildProcessWithoutNullStreams[] = [];

  beforeAll(() => {
    out = mkdtempSync(path.join(tmpdir(), "sluice-images-"));
    const linux = process.platform === "linux" ? ["--root"] : [];
    const { status, stderr } = spawnSync(process.execPath, [path.join(here, "build.ts"), "--out", out, "--image", "api", "--image", "proxy", ...linux], { encoding: "utf8" });
    if (status !== 0 || stderr !== "") throw new Error(`build.ts ended with ${status}: ${stderr}`);
  });
  afterAll(() => {
    for (const program of programs) program.kill("SIGKILL");
    rmSync(out, { recursive: true, force: true });
  });

  test("is a file a program or thread, with its map, and nothing of this machine", () => {
    expect(readdirSync(path.join(out, "api/app")).toSorted()).toEqual(["main.mjs", "main.mjs.map"]);
    const files = readdirSync(path.join(out, "proxy/app")).toSorted();
    expect(files).toEqual(["config-thread.mjs", "config-thread.mjs.map", "main.mjs", "main.mjs.map"]);
    expect(files.filter((file) => readFileSync(path.join(out, "proxy/app", file), "utf8").includes(root))).toEqual([]);
  });

  test("the proxy starts from its folder alone, its configuration thread too", async () => {
    const config = path.join(out, "config");
    mkdirSync(config);
    const proxy = spawn(process.execPath, [path.join(out, "proxy/app/main.mjs"), "proxy", "--config", config, "--gateway-port", "0", "--admin-port", "0"], { env: { POD_IP: "127.0.0.1" } });
    programs.push(proxy);
    let log = "";
    proxy.stdout.on("data", (chunk: Buffer) => (log += chunk.toString()));
    await vi.waitFor(() => expect(log).toContain('"msg":"configured"'), { timeout: 20_000, interval: 50 });
  });

  test("the API server starts from its folder alone, and refuses a flag that it does not know", () => {
    const { status, stderr } = spawnSync(process.execPath, [path.join(out, "api/app/main.mjs"), "--surprise"], { encoding: "utf8" });
    expect(status).toBe(2);
    expect(stderr).toContain("--surprise");
  });

  test("without a container engine: a whole root folder, with the Containerfile's entry point and user", (context) => {
    if (process.platform !== "linux") return context.skip("root folders are laid out on Linux only");
    for (const image of ["api", "proxy"]) {
      const { copies: _, base: __, ...config } = configOf(image);
      expect(JSON.parse(readFileSync(path.join(out, `${image}.root.json`), "utf8"))).toEqual(config);
      const inRoot = (file: string) => path.join(out, `${image}.root`, file);
      expect(existsSync(inRoot(config.Entrypoint[1] ?? ""))).toBe(true);
      expect(readdirSync(inRoot("app"))).toEqual(readdirSync(path.join(out, image, "app")));
      expect(readFileSync(inRoot("etc/passwd"), "utf8")).toContain(`:${config.User}:`);
      expect(statSync(inRoot("tmp")).mode & 0o7777).toBe(0o1777);
    }
    if (process.getuid?.() !== 0) return context.skip("only root may change the root folder");
    // Its own Node and its own libraries, nothing else; as a user that owns nothing there.
    const { status, stderr } = spawnSync("chroot", ["--userspec=65532:65532", path.join(out, "api.root"), "/nodejs/bin/node", "/app/main.mjs", "--surprise"], { encoding: "utf8", env: { PATH: process.env["PATH"] } });
    expect(stderr).toContain("--surprise");
    expect(status).toBe(2);
  });
});
