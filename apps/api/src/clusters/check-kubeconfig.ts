import { X509Certificate } from "node:crypto";
import { ApiError } from "@sluice/kubernetes/api-error";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import { createClient } from "@sluice/kubernetes/create-client";
import type { Credentials } from "@sluice/kubernetes/credentials";
import { kinds } from "@sluice/kubernetes/kinds";
import { KubeconfigError } from "@sluice/kubernetes/kubeconfig-error";
import { parseKubeconfig } from "@sluice/kubernetes/parse-kubeconfig";
import { systemNamespace } from "@sluice/shared/attachment/attachment-names";
import { parse } from "yaml";
import { connectionFailure, kubeconfigRefusal } from "../kubernetes/connection-failure.ts";
import type { KubeconfigCheckView } from "../views/kubeconfig-view.ts";
import { appNameLabel, proxyAppName } from "../world/labels.ts";
import { isReady } from "../world/world-index.ts";
import { reachCluster } from "./reach-cluster.ts";

type Check = KubeconfigCheckView["checks"][number];

const answerMsMax = 5_000;
const dayMs = 86_400_000;

/** Reads a pasted kubeconfig as hostile input and tries it, without writing anything anywhere. */
export async function checkKubeconfig(text: string, allowInsecure: boolean, nowMs: number): Promise<KubeconfigCheckView> {
  let credentials: Credentials;
  try {
    credentials = parseKubeconfig(text, { allowInsecure });
  } catch (error) {
    if (!(error instanceof KubeconfigError)) throw error;
    return { understood: null, refusal: kubeconfigRefusal(error), checks: [] };
  }
  const client = createClient({ credentials });
  try {
    const reachable = await checkReachable(client);
    const rest = reachable.outcome === "pass" ? await Promise.all([checkRights(client), checkCrds(client), checkProxies(client)]) : skipped(reachable.message);
    return { understood: understood(text, credentials), refusal: null, checks: [reachable, ...rest, checkExpiry(credentials, nowMs)] };
  } finally {
    await client.close();
  }
}

function understood(text: string, credentials: Credentials): KubeconfigCheckView["understood"] {
  // It was validated above; only names are read here.
  const document = parse(text) as { "current-context": string; contexts: { name: string; context: { cluster: string; user: string } }[] };
  const context = document["current-context"];
  const found = document.contexts.find((candidate) => candidate.name === context)?.context;
  const authentication = credentials.client !== undefined ? "client-certificate" : credentials.token !== undefined ? "token" : "none";
  return { context, cluster: found?.cluster ?? "", user: found?.user ?? "", server: credentials.server, authentication };
}

async function checkReachable(client: KubernetesClient): Promise<Check> {
  const answer = await reachCluster(client);
  if ("failure" in answer) return { id: "reachable", outcome: "fail", message: answer.failure.message };
  return { id: "reachable", outcome: "pass", message: answer.version === null ? "the API server answers" : `Kubernetes ${answer.version}` };
}

async function checkRights(client: KubernetesClient): Promise<Check> {
  const types = [kinds.services, kinds.endpointSlices, kinds.namespaces, kinds.pods];
  for (const type of types) {
    const failure = await tryList(client, type);
    if (failure !== undefined) return { id: "rights", outcome: "fail", message: failure };
  }
  return { id: "rights", outcome: "pass", message: "the account may read what the set needs" };
}

async function checkCrds(client: KubernetesClient): Promise<Check> {
  for (const type of [kinds.serviceExports, kinds.serviceImports, kinds.globalTrafficPolicies]) {
    const failure = await tryList(client, type);
    if (failure !== undefined) return { id: "crds", outcome: "fail", message: failure };
  }
  return { id: "crds", outcome: "pass", message: "the CRDs are installed" };
}

async function checkProxies(client: KubernetesClient): Promise<Check> {
  try {
    const { items } = await client.list(kinds.pods, { namespace: systemNamespace, labelSelector: `${appNameLabel}=${proxyAppName}`, signal: AbortSignal.timeout(answerMsMax) });
    const ready = items.filter(isReady).length;
    return ready > 0
      ? { id: "proxies", outcome: "pass", message: `${ready} of ${items.length} proxies are ready` }
      : { id: "proxies", outcome: "warn", message: "no proxy is ready in sluice-system; install it before traffic is moved" };
  } catch (error) {
    return { id: "proxies", outcome: "fail", message: connectionFailure(error, "pods").message };
  }
}

/** What keeps a kind from being listed; undefined: nothing. */
async function tryList(client: KubernetesClient, type: (typeof kinds)[keyof typeof kinds]): Promise<string | undefined> {
  try {
    await client.list(type, { namespace: systemNamespace, signal: AbortSignal.timeout(answerMsMax) });
    return undefined;
  } catch (error) {
    // Cluster-scoped kinds are asked for by name of the group only.
    return error instanceof ApiError && error.code === 403 ? `the account may not read ${type.plural}: ${error.message}` : connectionFailure(error, type.plural).message;
  }
}

function checkExpiry(credentials: Credentials, nowMs: number): Check {
  const untilMs = expiryMs(credentials);
  if (untilMs === undefined) return { id: "expiry", outcome: "pass", message: "the credentials name no end" };
  const until = new Date(untilMs).toISOString().slice(0, 10);
  if (untilMs <= nowMs) return { id: "expiry", outcome: "fail", message: `the credentials ended on ${until}; make new ones` };
  if (untilMs - nowMs < 30 * dayMs) return { id: "expiry", outcome: "warn", message: `the credentials end on ${until}` };
  return { id: "expiry", outcome: "pass", message: `the credentials are good until ${until}` };
}

/** End of a client certificate, or of a token that is a JWT. */
function expiryMs(credentials: Credentials): number | undefined {
  try {
    if (credentials.client !== undefined) return Date.parse(new X509Certificate(credentials.client.certificate).validTo);
    const payload = credentials.token?.().split(".")[1];
    if (payload === undefined) return undefined;
    const { exp } = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as { exp?: unknown };
    return typeof exp === "number" ? exp * 1_000 : undefined;
  } catch {
    return undefined;
  }
}

function skipped(why: string): Check[] {
  return (["rights", "crds", "proxies"] as const).map((id) => ({ id, outcome: "skipped", message: why }));
}
