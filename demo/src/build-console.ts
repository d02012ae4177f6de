import { fileURLToPath } from "node:url";
import { ensureConsoleBuild } from "./console-build.ts";

/** Builds the console if its sources have changed: once before many demos start side by side, since Next refuses a second build at a time. */
const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupted.abort(new Error("interrupted")));
const built = await ensureConsoleBuild(fileURLToPath(new URL("../..", import.meta.url)), interrupted.signal);
console.log(built ? "built" : "the last build is of the same sources");
