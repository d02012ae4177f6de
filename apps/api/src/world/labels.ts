export const appNameLabel = "app.kubernetes.io/name";
export const proxyAppName = "sluice-proxy";
export const attachAppName = "sluice-attach";
/** On our ControllerRevisions: name of the policy. */
export const policyLabel = "sluice.dev/policy";
/** On a Cluster: index into the palette, given once. */
export const colorAnnotation = "sluice.dev/color";
/** On a Cluster: UID of the member's kube-system namespace when it joined, which tells it from a successor at the same address. */
export const clusterUidAnnotation = "sluice.dev/cluster-uid";
/** On a Cluster that leaves, "true": do not wait for what cannot be done. */
export const forceAnnotation = "sluice.dev/force";
export const leaveFinalizer = "sluice.dev/leave";
/** Annotation of a ServiceImport: clusters whose endpoints are kept without news of them. */
export const staleAnnotation = "sluice.dev/stale-clusters";
/** On a Service: who asked last for an attachment in the console or took that back, when and why. */
export const attachReasonAnnotation = "sluice.dev/attach-reason";
/** Field manager of what people do in the console, and of what controllers do. */
export const consoleManager = "sluice-console";
export const controllerManager = "sluice-controller";
