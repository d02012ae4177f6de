import { clusterKeySchema } from "@sluice/shared/cluster/cluster-key";
import { clusterSpecSchema } from "@sluice/shared/cluster/cluster-schema";
import { z } from "zod";
import { checkKubeconfig } from "../clusters/check-kubeconfig.ts";
import { joinCluster, leaveCluster } from "../clusters/join-cluster.ts";
import { procedure, router } from "../trpc.ts";
import type { ClusterView, LeavePreviewView } from "../views/cluster-view.ts";
import { clustersList } from "../views/fleet-views.ts";
import { leavePreviewView } from "../views/leave-view.ts";
import { requireCluster } from "../views/require-row.ts";
import type { KubeconfigCheckView } from "../views/kubeconfig-view.ts";

const kubeconfigInput = z.string().min(1, "is required: paste the whole file").max(512 * 1024);

const joinInput = z.strictObject({
  name: z.string().max(253).regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, "must be lower-case letters, digits, dashes and dots"),
  region: clusterSpecSchema.shape.region,
  zone: clusterSpecSchema.shape.zone,
  group: clusterSpecSchema.shape.group,
  gatewayHost: clusterSpecSchema.shape.gatewayHost,
  gatewayPort: clusterSpecSchema.shape.gatewayPort,
  kubeconfig: kubeconfigInput,
  acceptUnreachable: z.boolean().default(false),
});

export const clustersRouter = router({
  list: procedure.query(({ ctx }): ClusterView[] => clustersList(ctx.backend.look())),
  checkKubeconfig: procedure
    .input(z.strictObject({ kubeconfig: kubeconfigInput }))
    .mutation(({ ctx, input }): Promise<KubeconfigCheckView> => checkKubeconfig(input.kubeconfig, ctx.backend.allowInsecure, ctx.backend.now())),
  join: procedure.input(joinInput).mutation(({ ctx, input }): Promise<{ key: string }> => joinCluster(ctx.backend.controlPlane, input, ctx.backend.allowInsecure)),
  leavePreview: procedure.input(z.strictObject({ key: clusterKeySchema })).query(({ ctx, input }): LeavePreviewView => {
    const look = ctx.backend.look();
    return leavePreviewView(look, requireCluster(look, input.key, "key"));
  }),
  leave: procedure
    .input(z.strictObject({ key: clusterKeySchema, confirmName: z.string() }))
    .mutation(({ ctx, input }): Promise<{ key: string }> => leaveCluster(ctx.backend.controlPlane, input.key, input.confirmName)),
});
