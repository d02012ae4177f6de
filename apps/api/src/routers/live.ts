import { type TrackedEnvelope, tracked } from "@trpc/server";
import { z } from "zod";
import { procedure, router } from "../trpc.ts";
import type { LiveFrame } from "../views/live-view.ts";
import { serviceInput } from "./inputs.ts";

const watchInput = z.strictObject({
  fleet: z.boolean(),
  services: z.array(serviceInput).max(8),
  lastEventId: z.string().max(64).nullish(),
});

export const liveRouter = router({
  watch: procedure.input(watchInput).subscription(async function* ({ ctx, input, signal }): AsyncGenerator<TrackedEnvelope<LiveFrame>, void, undefined> {
    const request = { fleet: input.fleet, services: input.services, lastEventId: input.lastEventId ?? null };
    for await (const { id, frame } of ctx.backend.live.watch(request, signal ?? new AbortController().signal)) yield tracked(id, frame);
  }),
});
