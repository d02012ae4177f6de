// Writes deploy/member/*.yaml from chart sluice-member: `npm run manifests`. Needs helm (HELM_PATH, or on PATH).
import { writeFileSync } from "node:fs";
import path from "node:path";
import { findHelm } from "./helm.ts";
import { renderMember } from "./render-member.ts";

const helm = findHelm();
if (helm === undefined) throw new Error("no helm: install it, or set HELM_PATH to its path");
for (const [file, text] of Object.entries(renderMember(helm))) {
  writeFileSync(path.join(import.meta.dirname, "../member", file), text);
  console.log(`deploy/member/${file}`);
}
