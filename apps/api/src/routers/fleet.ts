import { procedure, router } from "../trpc.ts";
import type { FleetView } from "../views/cluster-view.ts";
import { fleetView } from "../views/fleet-views.ts";

export const fleetRouter = router({
  get: procedure.query(({ ctx }): FleetView => fleetView(ctx.backend.look())),
});
