import type { Metadata } from "next";
import { HistoryTab } from "../../../../../features/history/history-tab.tsx";
import { requestMessages } from "../../../../../messages/request-messages.ts";
import { serviceOf, type ServiceParams } from "../../../../service-address.ts";

export async function generateMetadata({ params }: ServiceParams): Promise<Metadata> {
  const { messages } = await requestMessages();
  return { title: `${await serviceOf({ params })} · ${messages.service["tab-history"]}` };
}

export default async function Page({ params }: ServiceParams) {
  return <HistoryTab service={await serviceOf({ params })} />;
}
