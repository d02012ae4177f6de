/** Values with which the charts are tested: flags of helm, by the chart's name and what they are. */
export const variants: Readonly<Record<string, readonly string[]>> = {
  "sluice-member, by default": [],
  "sluice-member, NodePort": ["--set", "gateway.type=NodePort,gateway.nodePort=30080,gateway.port=8081"],
  "sluice-member, ClusterIP": ["--set", "gateway.type=ClusterIP,controlPlane.mayProbePods=true,controlPlane.mayCreateNamespaces=true"],
  "sluice-member, bare": ["--set", "proxy.priorityClass.create=false,proxy.priorityClass.name=,proxy.disruptionBudget.create=false,attach.disruptionBudget.create=false,proxy.keepLastSnapshot=false,controlPlane.tokenSecret=false,detachAll.onUninstall=false"],
  "sluice-member, placed": ["--set", "imagePullSecrets[0].name=key,image.repository=registry.example/sluice/proxy,image.tag=v1,proxy.nodeSelector.pool=edge,proxy.tolerations[0].operator=Exists,attach.nodeSelector.pool=edge"],
  "sluice, by default": [],
  "sluice, placed": ["--set", "replicas=3,priorityClassName=high,disruptionBudget.create=false,nodeSelector.pool=ops,imagePullSecrets[0].name=key,api.createNamespaces=true"],
};

export function chartOf(variant: string): string {
  return variant.split(",")[0] ?? "";
}
