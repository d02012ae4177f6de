import type { Metadata } from "next";
import { YamlTab } from "../../../../../features/yaml/yaml-tab.tsx";
import { requestMessages } from "../../../../../messages/request-messages.ts";
import { serviceOf, type ServiceParams } from "../../../../service-address.ts";

export async function generateMetadata({ params }: ServiceParams): Promise<Metadata> {
  const { messages } = await requestMessages();
  return { title: `${await serviceOf({ params })} · ${messages.service["tab-yaml"]}` };
}

export default async function Page({ params }: ServiceParams) {
  return <YamlTab service={await serviceOf({ params })} />;
}
