import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/**
 * Vitest's global setup: gives the run a temporary folder of its own, and removes it with everything that is in it. The run
 * is red when a test has left something there.
 */
export default function emptyTemporaryFolder(): () => void {
  const before = process.env["TMPDIR"];
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-"));
  process.env["TMPDIR"] = folder;
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const end = () => process.exit(143);
  process.once("exit", remove).once("SIGTERM", end);
  return () => {
    const left = readdirSync(folder);
    remove();
    process.off("exit", remove).off("SIGTERM", end);
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
    if (left.length > 0) throw new Error(`tests left in the temporary folder: ${left.join(", ")}; who makes a folder removes it, also when a test fails`);
  };
}
