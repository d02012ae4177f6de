import type { Metadata } from "next";
import { SplitTab } from "../../../../features/split/split-tab.tsx";
import { requestMessages } from "../../../../messages/request-messages.ts";
import { serviceOf, type ServiceParams } from "../../../service-address.ts";

export async function generateMetadata({ params }: ServiceParams): Promise<Metadata> {
  const { messages } = await requestMessages();
  return { title: `${await serviceOf({ params })} · ${messages.service["tab-split"]}` };
}

export default async function Page({ params }: ServiceParams) {
  return <SplitTab service={await serviceOf({ params })} />;
}
