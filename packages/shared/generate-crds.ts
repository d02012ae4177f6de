// Writes deploy/crds/*.yaml from the zod schemas: `npm run crds`.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { customResourceDefinitions } from "./src/crd/custom-resource-definitions.ts";

const folder = fileURLToPath(new URL("../../deploy/crds/", import.meta.url));
mkdirSync(folder, { recursive: true });
for (const [file, definition] of Object.entries(customResourceDefinitions())) {
  writeFileSync(folder + file, `# Made by "npm run crds" from the schemas in packages/shared; edit those.\n${stringify(definition, { aliasDuplicateObjects: false, lineWidth: 0 })}`);
  console.log(`deploy/crds/${file}`);
}
