/** Names by which the parts of a member find each other's objects. */

/** Extra key of an attached Service's selector; no pod has it, so the EndpointSlice controller empties its slices. */
export const inlineSelectorKey = "sluice.dev/inline";
export const inlineSelectorValue = "true";

/** Label of a shadow Service: the name of the Service whose pods it keeps. */
export const shadowOfLabel = "sluice.dev/shadow-of";

export const managedByLabel = "app.kubernetes.io/managed-by";
/** Value of `managedByLabel` on Services that Sluice made. */
export const managedBySluice = "sluice";

export const sliceManagedByLabel = "endpointslice.kubernetes.io/managed-by";
/** Value of `sliceManagedByLabel` on our slices. */
export const sliceManager = "sluice.dev";
export const sliceServiceLabel = "kubernetes.io/service-name";

/** Annotation of a Service that asks for an attachment: "Inline". */
export const attachAnnotation = "sluice.dev/attach";

export const portRecordsName = "sluice-ports";
export const portRecordsKey = "ports.json";
/** ConfigMap that the control plane writes when the cluster joins: clusterKey, setUid, epoch. */
export const memberName = "sluice-member";
export const systemNamespace = "sluice-system";
