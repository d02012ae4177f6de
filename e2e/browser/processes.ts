import { execFileSync, spawn } from "node:child_process";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { eventually } from "../ground/eventually.ts";

/** Kills the API server that the demo with this process id runs, as a crash would; one that is being started is waited for. */
export async function killApiServer(demoPid: number): Promise<void> {
  const killed = await eventually("the demo runs an API server", async () => {
    const pid = apiServerPid(demoPid);
    if (pid === undefined) throw new Error("there is none");
    return pid;
  });
  process.kill(killed, "SIGKILL");
  await eventually("the API server is gone", async () => {
    if (apiServerPid(demoPid) === killed) throw new Error(`process ${killed} is there still`);
  });
}

function apiServerPid(demoPid: number): number | undefined {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" }).split("\n");
  const line = lines.find((text) => Number(text.trim().split(/\s+/)[1]) === demoPid && text.includes("apps/api/src/main.ts"));
  return line === undefined ? undefined : Number(line.trim().split(/\s+/)[0]);
}

const server = fileURLToPath(new URL("../../apps/web/.next/standalone/apps/web/server.js", import.meta.url));

/** The console's production build, which a ground made, with an API server's address at which nobody listens. */
export async function startConsoleAlone(): Promise<{ url: string; stop(): Promise<void> }> {
  const [port, nobody] = [await freePort(), await freePort()];
  const env = { ...process.env, PORT: String(port), HOSTNAME: "127.0.0.1", SLUICE_API_URL: `http://127.0.0.1:${nobody}`, NODE_ENV: "production" };
  const child = spawn(process.execPath, [server], { env, stdio: "ignore" });
  const stop = () =>
    new Promise<void>((resolve) => {
      child.once("exit", () => resolve());
      if (!child.kill("SIGTERM")) resolve();
    });
  const url = `http://127.0.0.1:${port}`;
  await eventually(`the console at ${url}`, async () => {
    if (!(await fetch(url)).ok) throw new Error("not yet");
  }).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { url, stop };
}

/** A port of 127.0.0.1 that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (address !== null && typeof address === "object" ? resolve(address.port) : reject(new Error("no port"))));
    });
  });
}
