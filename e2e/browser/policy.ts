import { clusterKeyOf, type StoryGround, untilEnforced } from "../story/story.ts";

export interface PolicySpec {
  lbType: string;
  targets?: { clusterKey: string; weight?: number }[];
}

/** httpbin's policy in 1-23 sends `permille` thousandths to 1-25, written with kubectl; every proxy enforces it. */
export async function givenSplit(ground: StoryGround, permille: number): Promise<void> {
  await writeSplit(ground, permille);
  await untilEnforced(ground, "1-23");
}

/** Writes it and does not wait. */
export async function writeSplit(ground: StoryGround, permille: number): Promise<void> {
  await ground.kubectl("1-23").apply(
    [
      "apiVersion: flomesh.io/v1alpha1",
      "kind: GlobalTrafficPolicy",
      "metadata: {name: httpbin, namespace: httpbin}",
      "spec:",
      "  lbType: ActiveActive",
      "  targets:",
      `  - {clusterKey: ${clusterKeyOf("1-23")}, weight: ${1000 - permille}}`,
      `  - {clusterKey: ${clusterKeyOf("1-25")}, weight: ${permille}}`,
      "",
    ].join("\n"),
  );
}

export async function policyOf(ground: StoryGround): Promise<PolicySpec> {
  const { spec } = await ground.kubectl("1-23").json<{ spec: PolicySpec }>(["get", "globaltrafficpolicies", "httpbin", "-n", "httpbin"]);
  return spec;
}

/** The weight of a cluster in httpbin's policy; undefined when it is not named. */
export async function weightOf(ground: StoryGround, cluster: string): Promise<number | undefined> {
  return (await policyOf(ground)).targets?.find(({ clusterKey }) => clusterKey === clusterKeyOf(cluster))?.weight;
}
