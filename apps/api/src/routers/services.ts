import { clusterKeySchema } from "@sluice/shared/cluster/cluster-key";
import { z } from "zod";
import { rollPods } from "../services/roll-pods.ts";
import { sendProbes } from "../services/send-probes.ts";
import { setMeasured } from "../services/set-measured.ts";
import { serviceObjects } from "../services/service-objects.ts";
import { procedure, router } from "../trpc.ts";
import type { ServiceRowView } from "../views/cluster-view.ts";
import type { ProbeView, ServiceObjectView } from "../views/service-object-view.ts";
import type { ServiceView } from "../views/service-view.ts";
import { serviceKeys, serviceRowView, serviceView } from "../views/service-views.ts";
import { requireService } from "../views/require-row.ts";
import { reasonInput, serviceInput } from "./inputs.ts";

export const servicesRouter = router({
  list: procedure.query(({ ctx }): ServiceRowView[] => {
    const look = ctx.backend.look();
    return serviceKeys(look).map((service) => serviceRowView(look, service));
  }),
  get: procedure.input(z.strictObject({ service: serviceInput })).query(({ ctx, input }): ServiceView => {
    const look = ctx.backend.look();
    requireService(look, input.service);
    return serviceView(look, input.service);
  }),
  yaml: procedure.input(z.strictObject({ service: serviceInput })).query(({ ctx, input }): ServiceObjectView[] => {
    const look = ctx.backend.look();
    requireService(look, input.service);
    return serviceObjects(look, input.service);
  }),
  probe: procedure
    .input(z.strictObject({ service: serviceInput, source: clusterKeySchema, count: z.int().min(1).max(20).default(20) }))
    .mutation(({ ctx, input }): Promise<ProbeView> => sendProbes(ctx.backend, input)),
  rollPods: procedure
    .input(z.strictObject({ service: serviceInput, cluster: clusterKeySchema, reason: reasonInput }))
    .mutation(({ ctx, input }): Promise<{ workloads: string[] }> => rollPods(ctx.backend, input)),
  setMeasured: procedure
    .input(z.strictObject({ service: serviceInput, cluster: clusterKeySchema, measured: z.boolean(), reason: reasonInput }))
    .mutation(({ ctx, input }): Promise<{ measured: boolean }> => setMeasured(ctx.backend, input)),
});
