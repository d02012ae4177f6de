import path from "node:path";
import { runHelm } from "./helm.ts";

/** Files of deploy/member by the template of the chart that they are rendered from. */
const templates: Readonly<Record<string, string>> = {
  "10-proxy-account.yaml": "proxy-account",
  "11-attach-account.yaml": "attach-account",
  "12-control-plane-account.yaml": "control-plane-account",
  "20-proxy.yaml": "proxy",
  "21-attach.yaml": "attach",
  "30-gateway.yaml": "gateway",
};

/**
 * The texts of deploy/member by file name: chart sluice-member with the values for the sandbox, so that the sandbox
 * runs what operators install. @throws Error with helm's message.
 */
export function renderMember(helm: string): Record<string, string> {
  const chart = path.join(import.meta.dirname, "sluice-member");
  const values = path.join(import.meta.dirname, "sandbox-values.yaml");
  return Object.fromEntries(
    Object.entries(templates).map(([file, template]) => {
      const args = ["template", "sluice-member", chart, "--namespace", "sluice-system", "--kube-version", "1.36", "--values", values, "--show-only", `templates/${template}.yaml`];
      const { status, stdout, stderr } = runHelm(helm, args);
      if (status !== 0) throw new Error(`helm ${args.join(" ")}: ${stderr}`);
      const documents = stdout.replaceAll(/^# Source: .*\n/gm, "").replace(/^---\n/, "");
      return [file, `# Made by "npm run manifests" from deploy/charts/sluice-member; edit that.\n${documents}`];
    }),
  );
}
