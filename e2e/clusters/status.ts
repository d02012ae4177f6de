import { askReady } from "./daemons/control-plane.ts";
import { isAlive } from "./host/processes.ts";
import { SetState } from "./set/state.ts";

/** Prints which process of the set lives and which API server answers; answers whether all do. */
export async function status(folder: string, log: (line: string) => void): Promise<boolean> {
  const state = SetState.read(folder);
  if (state === undefined) {
    log(`there are no clusters in ${folder}`);
    return false;
  }
  const { set, processes } = state;
  let well = true;
  for (const cluster of set.clusters) {
    const answer = await askReady(cluster).then(() => "ready", (error: unknown) => (error instanceof Error ? error.message : String(error)));
    well &&= answer === "ready";
    log(`${cluster.name}: ${cluster.server} ${answer}`);
  }
  for (const process of processes.toSorted((one, other) => one.place.localeCompare(other.place))) {
    const lives = isAlive(process);
    well &&= lives;
    log(`  ${lives ? "lives" : "DEAD "} ${String(process.pid).padStart(8)} ${process.place.padEnd(20)} ${process.program}`);
  }
  return well;
}
