import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fullReference, makeImage, sha256 } from "./make-image.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sluice-image-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function rootFolder(name: string, mtimeS: number): string {
  const root = path.join(folder, name);
  mkdirSync(path.join(root, "bin"), { recursive: true });
  for (const file of ["bin/b", "bin/a", "z"]) {
    writeFileSync(path.join(root, file), file);
    chmodSync(path.join(root, file), 0o755);
    utimesSync(path.join(root, file), mtimeS, mtimeS);
  }
  return root;
}

if (process.platform !== "linux") console.info("skipped: images are made on Linux only");
describe.skipIf(process.platform !== "linux")("makeImage", () => {
  test("packs one layer that the configuration names by its digest", async () => {
    const archive = await makeImage({ name: "sluice/x", tag: "1", root: rootFolder("one", 1000), config: { Entrypoint: ["/bin/a"], User: "65532:65532" } }, path.join(folder, "out"));
    expect(path.basename(archive)).toBe("sluice_x_1.tar");
    const unpacked = path.join(folder, "unpacked");
    mkdirSync(unpacked);
    execFileSync("tar", ["-xf", archive, "-C", unpacked]);
    const [packed] = JSON.parse(readFileSync(path.join(unpacked, "manifest.json"), "utf8")) as { Config: string; RepoTags: string[]; Layers: [string] }[];
    if (packed === undefined) throw new Error("the manifest is empty");
    const { Config, RepoTags, Layers } = packed;
    expect(RepoTags).toEqual(["docker.io/sluice/x:1"]);
    const config = JSON.parse(readFileSync(path.join(unpacked, Config), "utf8")) as { config: unknown; rootfs: { diff_ids: string[] } };
    expect(config.config).toEqual({ Entrypoint: ["/bin/a"], User: "65532:65532" });
    expect(config.rootfs.diff_ids).toEqual([`sha256:${await sha256(path.join(unpacked, Layers[0]))}`]);
    expect(execFileSync("tar", ["-tvf", path.join(unpacked, Layers[0])], { encoding: "utf8" })).toMatch(/-rwxr-xr-x 0\/0\s+5 1970-01-01 00:00 \.\/bin\/a/);
  });

  test("gives the same bytes for the same root, whenever it was laid out, and leaves nothing half done", async () => {
    const make = async (name: string, mtimeS: number) => readFileSync(await makeImage({ name: "x", tag: "1", root: rootFolder(name, mtimeS), config: {} }, path.join(folder, `out-${name}`)));
    expect((await make("two", 2000)).equals(await make("three", 3000))).toBe(true);
    expect(readdirSync(path.join(folder, "out-two"))).toEqual(["x_1.tar"]);
  });

  test("says which root folder is missing", async () => {
    await expect(makeImage({ name: "x", tag: "1", root: path.join(folder, "none"), config: {} }, folder)).rejects.toThrow(/no root folder .*none/);
    expect(existsSync(path.join(folder, "x_1.tar"))).toBe(false);
  });
});

test.each([
  ["curl", "latest", "docker.io/library/curl:latest"],
  ["flomesh/pipy", "latest", "docker.io/flomesh/pipy:latest"],
  ["localhost/a", "1", "localhost/a:1"],
  ["a.example:5000/b/c", "1", "a.example:5000/b/c:1"],
])("%s:%s is %s", (name, tag, expected) => expect(fullReference(name, tag)).toBe(expected));
