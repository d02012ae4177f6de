import type { Metadata } from "next";
import { Suspense } from "react";
import { ServicesPage } from "../../features/services/services-page.tsx";
import { requestMessages } from "../../messages/request-messages.ts";

export async function generateMetadata(): Promise<Metadata> {
  const { messages } = await requestMessages();
  return { title: messages.nav.services };
}

export default function Page() {
  return (
    <Suspense>
      <ServicesPage />
    </Suspense>
  );
}
