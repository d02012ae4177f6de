import type { ReactNode } from "react";
import { ServiceHead } from "../../../../features/service/service-head.tsx";
import { serviceOf, type ServiceParams } from "../../../service-address.ts";

export default async function ServiceLayout({ children, params }: ServiceParams & { children: ReactNode }) {
  return (
    <>
      <ServiceHead service={await serviceOf({ params })} />
      {children}
    </>
  );
}
