import type { Strategy } from "./resource-definition.ts";
import { deploymentStrategy, replicaSetStrategy } from "./workload-strategy.ts";
import { podStrategy } from "./pod-strategy.ts";
import { serviceStrategy } from "./service-strategy.ts";
import { namespaceStrategy } from "./namespace-strategy.ts";
import { configMapStrategy, secretStrategy } from "./config-strategy.ts";
import { controllerRevisionStrategy, eventStrategy, leaseStrategy } from "./coordination-strategy.ts";
import { endpointSliceStrategy } from "./endpoint-slice-strategy.ts";
import { bindingStrategy, roleStrategy } from "./rbac-strategy.ts";
import { customResourceDefinitionStrategy } from "./crd-strategy.ts";

const none: Strategy = {};

const BY_KIND: Record<string, Strategy> = {
  Deployment: deploymentStrategy,
  ReplicaSet: replicaSetStrategy,
  Pod: podStrategy,
  Service: serviceStrategy,
  Namespace: namespaceStrategy,
  ConfigMap: configMapStrategy,
  Secret: secretStrategy,
  EndpointSlice: endpointSliceStrategy,
  Lease: leaseStrategy,
  ControllerRevision: controllerRevisionStrategy,
  Event: eventStrategy,
  Role: roleStrategy,
  ClusterRole: roleStrategy,
  RoleBinding: bindingStrategy,
  ClusterRoleBinding: bindingStrategy,
  CustomResourceDefinition: customResourceDefinitionStrategy,
};

/** Defaults and validation of one built-in kind. */
export function builtInStrategy(_group: string, kind: string): Strategy {
  return BY_KIND[kind] ?? none;
}
