import { kinds, type Pod } from "@sluice/kubernetes/kinds";
import type { KubernetesObject, ResourceType } from "@sluice/kubernetes/resource";

export interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

export interface PodTemplate {
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
  spec: Pod["spec"];
}

export interface ReplicaSet extends KubernetesObject {
  spec: { replicas?: number; minReadySeconds?: number; selector: LabelSelector; template: PodTemplate };
  status?: { replicas?: number; fullyLabeledReplicas?: number; readyReplicas?: number; availableReplicas?: number; observedGeneration?: number };
}

export interface WorkloadCondition {
  type: string;
  status: string;
  reason: string;
  message: string;
  lastTransitionTime: string;
  lastUpdateTime: string;
}

/** apps/v1 Deployment, as its controller reads it. */
export interface Workload extends KubernetesObject {
  spec: {
    replicas?: number;
    minReadySeconds?: number;
    paused?: boolean;
    revisionHistoryLimit?: number;
    progressDeadlineSeconds?: number;
    selector: LabelSelector;
    strategy?: { type?: string; rollingUpdate?: { maxSurge?: number | string; maxUnavailable?: number | string } };
    template: PodTemplate;
  };
  status?: Record<string, unknown> & { conditions?: WorkloadCondition[] };
}

/** core/v1 Node. */
export interface Node extends KubernetesObject {
  spec?: { unschedulable?: boolean };
  status?: Record<string, unknown>;
}

const of = <T extends KubernetesObject>(type: ResourceType): ResourceType<T> => type as ResourceType<T>;

/** Kinds that only the sandbox itself reads in full. */
export const workloadKinds = {
  deployments: of<Workload>(kinds.deployments),
  replicaSets: of<ReplicaSet>(kinds.replicaSets),
  nodes: { group: "", version: "v1", plural: "nodes", kind: "Node", namespaced: false } as ResourceType<Node>,
};
