import type { Metadata } from "next";
import { FleetPage } from "../features/fleet/fleet-page.tsx";
import { requestMessages } from "../messages/request-messages.ts";
import { LiveSeedProvider } from "../trpc/live-provider.tsx";
import { fleetSeed } from "../trpc/live-seed.ts";

export async function generateMetadata(): Promise<Metadata> {
  const { messages } = await requestMessages();
  return { title: messages.nav.fleet };
}

export default async function Page() {
  return (
    <LiveSeedProvider seed={await fleetSeed()}>
      <FleetPage />
    </LiveSeedProvider>
  );
}
