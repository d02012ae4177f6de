import "server-only";
import type { AppRouter } from "@sluice/api/router";
import type { ServiceView, SplitRowView } from "@sluice/api/views/service-view";
import { createTRPCClient, httpBatchLink } from "@trpc/client";
import { apiAddress } from "../api-address.ts";
import type { LiveSeed } from "./live-state.ts";

/** A slow API server must not keep the page from coming: without its answer the page fills in by the stream. */
const answerMsMax = 500;
/** A page with more rows than this would take longer to come than the stream does. */
const servicesMax = 200;

function client() {
  return createTRPCClient<AppRouter>({ links: [httpBatchLink({ url: new URL("/trpc", apiAddress(process.env)).href })] });
}

/** What the fleet page shows at first; null when the API server did not tell in time. */
export async function fleetSeed(): Promise<LiveSeed | null> {
  return await inTime(async (signal) => {
    const fleet = await client().fleet.get.query(undefined, { signal });
    return fleet.services.length > servicesMax ? null : { fleet, clusters: fleet.clusters, services: {} };
  });
}

/** What a service's pages show at first; null when there is none by that name, or the API server did not tell in time. */
export async function serviceSeed(service: string): Promise<LiveSeed | null> {
  return await inTime(async (signal) => {
    const { clusters, services, split } = client();
    const [all, view, rows] = await Promise.all([clusters.list.query(undefined, { signal }), services.get.query({ service }, { signal }), split.get.query({ service }, { signal })]);
    // tRPC's serialised type makes `unknown` optional; JSON keeps null, which is all that the server sends there.
    return { fleet: null, clusters: all, services: { [service]: { service: view as ServiceView, rows: rows as SplitRowView[] } } };
  });
}

async function inTime(ask: (signal: AbortSignal) => Promise<LiveSeed | null>): Promise<LiveSeed | null> {
  try {
    return await ask(AbortSignal.timeout(answerMsMax));
  } catch {
    return null;
  }
}
