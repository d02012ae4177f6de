/** Kubernetes ObjectMeta, as far as the product reads it (apimachinery `meta/v1/types.go`). */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  generation?: number;
  resourceVersion?: string;
  /** RFC 3339, second precision. */
  creationTimestamp?: string;
  /** RFC 3339; set once deletion was asked for and finalizers remain. */
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
  managedFields?: { manager?: string; operation?: string; time?: string; fieldsV1?: unknown; subresource?: string }[];
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** metav1.Condition. */
export interface Condition {
  type: string;
  status: "True" | "False" | "Unknown";
  /** CamelCase, stable, for machines. */
  reason: string;
  /** For people; says what to do when the status is not the good one. */
  message: string;
  /** RFC 3339. */
  lastTransitionTime: string;
  observedGeneration?: number | undefined;
}
