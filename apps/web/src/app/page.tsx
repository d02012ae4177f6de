import type { Metadata } from "next";
import { FleetPage } from "../features/fleet/fleet-page.tsx";
import { requestMessages } from "../messages/request-messages.ts";

export async function generateMetadata(): Promise<Metadata> {
  const { messages } = await requestMessages();
  return { title: messages.nav.fleet };
}

export default function Page() {
  return <FleetPage />;
}
