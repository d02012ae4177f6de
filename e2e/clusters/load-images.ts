import path from "node:path";
import { runInPlace } from "./host/place.ts";
import { publish } from "./images/store.ts";
import { SetState } from "./set/state.ts";
import { imageStore, withSetLock } from "./up.ts";

/** Every node of the set has these archives' images, and can pull them too. Throws if there is no set in `folder`. */
export async function loadImages(folder: string, archives: readonly string[], log: (line: string) => void): Promise<void> {
  await withSetLock(folder, log, async () => {
    const state = SetState.read(folder);
    if (state === undefined) throw new Error(`there are no clusters in ${folder}: start them with \`npm run clusters -- up\``);
    for (const archive of archives) {
      const names = await publish(imageStore(folder), archive);
      const nodes = state.set.clusters.flatMap((cluster) => cluster.nodes);
      await Promise.all(nodes.map((node) => runInPlace(state, node, ["ctr", "--namespace=k8s.io", "images", "import", path.resolve(archive)])));
      log(`${names.join(", ")}: on ${nodes.length} nodes`);
    }
  });
}
