import type { Metadata } from "next";
import { Suspense } from "react";
import { ClustersPage } from "../../features/clusters/clusters-page.tsx";
import { requestMessages } from "../../messages/request-messages.ts";

export async function generateMetadata(): Promise<Metadata> {
  const { messages } = await requestMessages();
  return { title: messages.nav.clusters };
}

export default function Page() {
  return (
    <Suspense>
      <ClustersPage />
    </Suspense>
  );
}
