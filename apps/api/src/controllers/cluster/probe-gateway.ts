import { z } from "zod";
import type { GatewayAnswer } from "./observe.ts";

const answerSchema = z.object({ clusterKey: z.string() });
const answerMsMax = 2_000;

/** Asks a gateway for its exports, as a calling proxy would. Never throws. */
export async function probeGateway(host: string, port: number, signal: AbortSignal): Promise<GatewayAnswer> {
  const name = host.includes(":") ? `[${host}]` : host;
  try {
    const response = await fetch(`http://${name}:${port}/.well-known/sluice/exports`, { signal: AbortSignal.any([signal, AbortSignal.timeout(answerMsMax)]), redirect: "error" });
    if (!response.ok) {
      await response.body?.cancel();
      return { ok: false, message: `it answered ${response.status}` };
    }
    const parsed = answerSchema.safeParse(await response.json());
    return parsed.success ? { ok: true, clusterKey: parsed.data.clusterKey } : { ok: false, message: "something else than a gateway answered" };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { ok: false, message: cause instanceof Error ? cause.message.slice(0, 200) : String(cause) };
  }
}
