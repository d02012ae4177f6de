// Writes deploy/crds/*.yaml, and the same files for the charts, from the zod schemas: `npm run crds`.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { customResourceDefinitions } from "./src/crd/custom-resource-definitions.ts";

const deploy = fileURLToPath(new URL("../../deploy/", import.meta.url));
for (const [file, definition] of Object.entries(customResourceDefinitions())) {
  const text = `# Made by "npm run crds" from the schemas in packages/shared; edit those.\n${stringify(definition, { aliasDuplicateObjects: false, lineWidth: 0 })}`;
  for (const folder of ["crds", chartOf(file)]) {
    mkdirSync(deploy + folder, { recursive: true });
    writeFileSync(`${deploy}${folder}/${file}`, text);
    console.log(`deploy/${folder}/${file}`);
  }
}

/** Clusters are kept in the control plane, everything else in members. */
function chartOf(file: string): string {
  return file === "flomesh.io_clusters.yaml" ? "charts/sluice/crds" : "charts/sluice-member/crds";
}
