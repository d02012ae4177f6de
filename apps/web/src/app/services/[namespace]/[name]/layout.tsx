import type { ReactNode } from "react";
import { ServiceHead } from "../../../../features/service/service-head.tsx";
import { LiveSeedProvider } from "../../../../trpc/live-provider.tsx";
import { serviceSeed } from "../../../../trpc/live-seed.ts";
import { serviceOf, type ServiceParams } from "../../../service-address.ts";

export default async function ServiceLayout({ children, params }: ServiceParams & { children: ReactNode }) {
  const service = await serviceOf({ params });
  return (
    <LiveSeedProvider seed={await serviceSeed(service)}>
      <ServiceHead service={service} />
      {children}
    </LiveSeedProvider>
  );
}
