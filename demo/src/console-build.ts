import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";

const outputKept = 8_000;

/** The server file of the console's production build. */
export function consoleServer(root: string): string {
  return join(root, "apps/web/.next/standalone/apps/web/server.js");
}

/**
 * Builds the console for production unless the last build was made from the same sources. @returns whether it built.
 * An abort ends the build. @throws Error with the end of the build's output when it fails.
 */
export async function ensureConsoleBuild(root: string, signal: AbortSignal): Promise<boolean> {
  const web = join(root, "apps/web");
  const stamp = join(web, ".next/sluice-sources");
  const hash = sourcesHash(root);
  if (existsSync(stamp) && existsSync(consoleServer(root)) && readFileSync(stamp, "utf8") === hash) return false;
  rmSync(stamp, { force: true });
  await build(root, web, signal);
  // Next leaves these two beside its standalone server for a CDN; without one the server has to find them itself.
  cpSync(join(web, ".next/static"), join(web, ".next/standalone/apps/web/.next/static"), { recursive: true });
  if (existsSync(join(web, "public"))) cpSync(join(web, "public"), join(web, ".next/standalone/apps/web/public"), { recursive: true });
  writeFileSync(stamp, hash);
  return true;
}

function build(root: string, web: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, "node_modules/next/dist/bin/next"), "build"], {
      cwd: web,
      env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" },
      stdio: ["ignore", "pipe", "pipe"],
      signal,
    });
    let output = "";
    const keep = (chunk: Buffer) => (output = (output + chunk.toString()).slice(-outputKept));
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.once("error", reject);
    child.once("exit", (code) => (code === 0 ? resolve() : reject(new Error(`the console's build failed:\n${output}`))));
  });
}

/** A hash over everything that goes into the build: the console's and the shared sources, and the lock. */
function sourcesHash(root: string): string {
  const hash = createHash("sha256");
  const files = ["apps/web", "packages/shared", "apps/api/src"].flatMap((folder) => sourceFiles(join(root, folder)));
  for (const file of [...files, join(root, "package-lock.json")]) hash.update(relative(root, file)).update("\0").update(readFileSync(file)).update("\0");
  return hash.digest("hex");
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== "node_modules" && name !== ".next" && !/\.test\.tsx?$/.test(name) && name !== "next-env.d.ts")
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? sourceFiles(join(folder, entry.name)) : [join(folder, entry.name)]));
}
