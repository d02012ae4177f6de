import { clustersRouter } from "./routers/clusters.ts";
import { fleetRouter } from "./routers/fleet.ts";
import { liveRouter } from "./routers/live.ts";
import { revisionsRouter } from "./routers/revisions.ts";
import { servicesRouter } from "./routers/services.ts";
import { splitRouter } from "./routers/split.ts";
import { router } from "./trpc.ts";

/** Every procedure of the API server. */
export const appRouter = router({
  fleet: fleetRouter,
  clusters: clustersRouter,
  services: servicesRouter,
  split: splitRouter,
  revisions: revisionsRouter,
  live: liveRouter,
});

export type AppRouter = typeof appRouter;
