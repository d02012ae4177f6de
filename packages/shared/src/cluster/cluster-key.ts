import { z } from "zod";

const segment = "[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?";
const clusterKeyPattern = new RegExp(`^${segment}/${segment}/${segment}/${segment}$`);

/** `region/zone/group/name` of a member, each part a DNS subdomain label set, e.g. `default/default/default/1-25`. */
export const clusterKeySchema = z
  .string()
  .max(512)
  .regex(clusterKeyPattern, 'must be "region/zone/group/name", for example "default/default/default/1-25"')
  .describe('Cluster key: "region/zone/group/name", e.g. "default/default/default/1-25".');

export type ClusterKey = string;

/** The cluster key of a Cluster object: its three location fields and its name. */
export function clusterKeyOf(cluster: {
  metadata: { name: string };
  spec: { region: string; zone: string; group: string };
}): ClusterKey {
  const { region, zone, group } = cluster.spec;
  return `${region}/${zone}/${group}/${cluster.metadata.name}`;
}

/** The last part of a key, which is what people call the cluster. */
export function clusterNameOf(key: ClusterKey): string {
  return key.slice(key.lastIndexOf("/") + 1);
}
