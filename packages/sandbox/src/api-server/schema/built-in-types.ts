/**
 * The fields of the built-in kinds, one type a line: `field` (string), `field:type`. Types: `int`, `bool`, `any`,
 * `quantity`, `ios` (integer or string), `time`, `microtime`, `{}` (map of strings; `{}!`: written as a whole), `{T}` (map of T), `T`, `[T]` (atomic list),
 * `[T]@a,b` (list known by the fields a and b; strategic merge uses the first, or the one marked `!`), `[T]@` (set of scalars).
 * Source: k8s.io/api types.go of each group (json names, patchMergeKey, listMapKey).
 */
export const builtInTypes: Record<string, string> = {
  ObjectMeta:
    "name generateName namespace selfLink uid resourceVersion generation:int creationTimestamp:time deletionTimestamp:time deletionGracePeriodSeconds:int labels:{} annotations:{} ownerReferences:[OwnerReference]@uid finalizers:[string]@ managedFields:[any]",
  OwnerReference: "apiVersion kind name uid controller:bool blockOwnerDeletion:bool",
  LabelSelector: "matchLabels:{} matchExpressions:[LabelSelectorRequirement]",
  LabelSelectorRequirement: "key operator values:[string]",
  Condition: "type status reason message lastTransitionTime:time lastUpdateTime:time lastProbeTime:time lastHeartbeatTime:time observedGeneration:int",
  LocalObjectReference: "name",
  ObjectReference: "kind namespace name uid apiVersion resourceVersion fieldPath",

  Namespace: "spec:NamespaceSpec status:NamespaceStatus",
  NamespaceSpec: "finalizers:[string]",
  NamespaceStatus: "phase conditions:[Condition]@type",

  Pod: "spec:PodSpec status:PodStatus",
  PodTemplateSpec: "metadata:ObjectMeta spec:PodSpec",
  PodSpec:
    "volumes:[Volume]@name initContainers:[Container]@name containers:[Container]@name ephemeralContainers:[Container]@name restartPolicy terminationGracePeriodSeconds:int activeDeadlineSeconds:int dnsPolicy nodeSelector:{}! serviceAccountName serviceAccount automountServiceAccountToken:bool nodeName hostNetwork:bool hostPID:bool hostIPC:bool shareProcessNamespace:bool securityContext:any imagePullSecrets:[LocalObjectReference]@name hostname subdomain affinity:any schedulerName tolerations:[any] hostAliases:[HostAlias]@ip priorityClassName priority:int dnsConfig:any readinessGates:[any] runtimeClassName enableServiceLinks:bool preemptionPolicy overhead:any topologySpreadConstraints:[any] setHostnameAsFQDN:bool os:any hostUsers:bool schedulingGates:[any]@name resourceClaims:[any]@name resources:any",
  HostAlias: "ip hostnames:[string]",
  Container:
    "name image command:[string] args:[string] workingDir ports:[ContainerPort]@containerPort,protocol envFrom:[EnvFromSource] env:[EnvVar]@name resources:ResourceRequirements resizePolicy:[any] restartPolicy volumeMounts:[VolumeMount]@mountPath volumeDevices:[any]@devicePath livenessProbe:Probe readinessProbe:Probe startupProbe:Probe lifecycle:Lifecycle terminationMessagePath terminationMessagePolicy imagePullPolicy securityContext:any stdin:bool stdinOnce:bool tty:bool targetContainerName",
  ContainerPort: "name hostPort:int containerPort:int protocol hostIP",
  EnvFromSource: "prefix configMapRef:OptionalReference secretRef:OptionalReference",
  OptionalReference: "name optional:bool",
  EnvVar: "name value valueFrom:EnvVarSource",
  EnvVarSource: "fieldRef:FieldRef resourceFieldRef:any configMapKeyRef:KeyRef secretKeyRef:KeyRef fileKeyRef:any",
  FieldRef: "apiVersion fieldPath",
  KeyRef: "name key optional:bool",
  ResourceRequirements: "limits:{quantity} requests:{quantity} claims:[any]@name",
  VolumeMount: "name readOnly:bool recursiveReadOnly mountPath subPath mountPropagation subPathExpr",
  Probe: "exec:ExecAction httpGet:HTTPGetAction tcpSocket:TCPSocketAction grpc:any initialDelaySeconds:int timeoutSeconds:int periodSeconds:int successThreshold:int failureThreshold:int terminationGracePeriodSeconds:int",
  ExecAction: "command:[string]",
  HTTPGetAction: "path port:ios host scheme httpHeaders:[NameValue]",
  NameValue: "name value",
  TCPSocketAction: "port:ios host",
  Lifecycle: "postStart:LifecycleHandler preStop:LifecycleHandler stopSignal",
  LifecycleHandler: "exec:ExecAction httpGet:HTTPGetAction tcpSocket:TCPSocketAction sleep:any",
  Volume:
    "name hostPath:any emptyDir:any gcePersistentDisk:any awsElasticBlockStore:any gitRepo:any secret:any nfs:any iscsi:any glusterfs:any persistentVolumeClaim:any rbd:any flexVolume:any cinder:any cephfs:any flocker:any downwardAPI:any fc:any azureFile:any configMap:any vsphereVolume:any quobyte:any azureDisk:any photonPersistentDisk:any projected:any portworxVolume:any scaleIO:any storageos:any csi:any ephemeral:any image:any",
  PodStatus:
    "observedGeneration:int phase conditions:[Condition]@type message reason nominatedNodeName hostIP hostIPs:[any]@ip podIP podIPs:[PodIP]@ip startTime:time initContainerStatuses:[ContainerStatus] containerStatuses:[ContainerStatus] qosClass ephemeralContainerStatuses:[ContainerStatus] resize resourceClaimStatuses:[any]@name",
  PodIP: "ip",
  ContainerStatus:
    "name state:any lastState:any ready:bool restartCount:int image imageID containerID started:bool allocatedResources:any resources:any volumeMounts:[any] user:any allocatedResourcesStatus:any stopSignal",

  Service: "spec:ServiceSpec status:ServiceStatus",
  ServiceSpec:
    "ports:[ServicePort]@port!,protocol selector:{}! clusterIP clusterIPs:[string] type externalIPs:[string] sessionAffinity loadBalancerIP loadBalancerSourceRanges:[string] externalName externalTrafficPolicy healthCheckNodePort:int publishNotReadyAddresses:bool sessionAffinityConfig:any ipFamilies:[string] ipFamilyPolicy allocateLoadBalancerNodePorts:bool loadBalancerClass internalTrafficPolicy trafficDistribution",
  ServicePort: "name protocol appProtocol port:int targetPort:ios nodePort:int",
  ServiceStatus: "loadBalancer:LoadBalancerStatus conditions:[Condition]@type",
  LoadBalancerStatus: "ingress:[LoadBalancerIngress]",
  LoadBalancerIngress: "ip hostname ipMode ports:[any]",

  Endpoints: "subsets:[EndpointSubset]",
  EndpointSubset: "addresses:[EndpointAddress] notReadyAddresses:[EndpointAddress] ports:[EndpointsPort]",
  EndpointAddress: "ip hostname nodeName targetRef:ObjectReference",
  EndpointsPort: "name port:int protocol appProtocol",
  EndpointSlice: "addressType endpoints:[SliceEndpoint] ports:[EndpointsPort]",
  SliceEndpoint: "addresses:[string] conditions:EndpointConditions hostname targetRef:ObjectReference deprecatedTopology:{} nodeName zone hints:any",
  EndpointConditions: "ready:bool serving:bool terminating:bool",

  ConfigMap: "immutable:bool data:{} binaryData:{}",
  Secret: "immutable:bool data:{} stringData:{} type",
  ServiceAccount: "secrets:[ObjectReference]@name imagePullSecrets:[LocalObjectReference] automountServiceAccountToken:bool",
  Node: "spec:NodeSpec status:NodeStatus",
  NodeSpec: "podCIDR podCIDRs:[string]@ providerID unschedulable:bool taints:[any] configSource:any externalID",
  NodeStatus:
    "capacity:{quantity} allocatable:{quantity} phase conditions:[Condition]@type addresses:[NodeAddress]@type daemonEndpoints:any nodeInfo:any images:[any] volumesInUse:[string] volumesAttached:[any] config:any runtimeHandlers:[any] features:any declaredFeatures:[string]",
  NodeAddress: "type address",
  Event:
    "involvedObject:ObjectReference reason message source:EventSource firstTimestamp:time lastTimestamp:time count:int type eventTime:time series:EventSeries action related:ObjectReference reportingComponent reportingInstance",
  EventSource: "component host",
  EventSeries: "count:int lastObservedTime:time",
  "events.k8s.io/Event":
    "eventTime:time series:EventSeries reportingController reportingInstance action reason regarding:ObjectReference related:ObjectReference note type deprecatedSource:EventSource deprecatedFirstTimestamp:time deprecatedLastTimestamp:time deprecatedCount:int",

  Deployment: "spec:DeploymentSpec status:DeploymentStatus",
  DeploymentSpec: "replicas:int selector:LabelSelector template:PodTemplateSpec strategy:DeploymentStrategy minReadySeconds:int revisionHistoryLimit:int paused:bool progressDeadlineSeconds:int",
  DeploymentStrategy: "type rollingUpdate:RollingUpdate",
  RollingUpdate: "maxUnavailable:ios maxSurge:ios",
  DeploymentStatus:
    "observedGeneration:int replicas:int updatedReplicas:int readyReplicas:int availableReplicas:int unavailableReplicas:int terminatingReplicas:int conditions:[Condition]@type collisionCount:int",
  ReplicaSet: "spec:ReplicaSetSpec status:ReplicaSetStatus",
  ReplicaSetSpec: "replicas:int minReadySeconds:int selector:LabelSelector template:PodTemplateSpec",
  ReplicaSetStatus: "replicas:int fullyLabeledReplicas:int readyReplicas:int availableReplicas:int terminatingReplicas:int observedGeneration:int conditions:[Condition]@type",
  ControllerRevision: "data:any revision:int",
  Lease: "spec:LeaseSpec",
  LeaseSpec: "holderIdentity leaseDurationSeconds:int acquireTime:microtime renewTime:microtime leaseTransitions:int strategy preferredHolder",

  Role: "rules:[PolicyRule]",
  ClusterRole: "rules:[PolicyRule] aggregationRule:any",
  PolicyRule: "verbs:[string] apiGroups:[string] resources:[string] resourceNames:[string] nonResourceURLs:[string]",
  RoleBinding: "subjects:[Subject] roleRef:RoleRef",
  ClusterRoleBinding: "subjects:[Subject] roleRef:RoleRef",
  Subject: "kind apiGroup name namespace",
  RoleRef: "apiGroup kind name",

  PodDisruptionBudget: "spec:PodDisruptionBudgetSpec status:any",
  PodDisruptionBudgetSpec: "minAvailable:ios selector:LabelSelector maxUnavailable:ios unhealthyPodEvictionPolicy",
  PriorityClass: "value:int globalDefault:bool description preemptionPolicy",
  CustomResourceDefinition: "spec:CustomResourceDefinitionSpec status:CustomResourceDefinitionStatus",
  CustomResourceDefinitionSpec: "group names:CustomResourceNames scope versions:[CustomResourceVersion] conversion:any preserveUnknownFields:bool",
  CustomResourceNames: "plural singular shortNames:[string] kind listKind categories:[string]",
  CustomResourceVersion: "name served:bool storage:bool deprecated:bool deprecationWarning schema:any subresources:any additionalPrinterColumns:[any] selectableFields:[any]",
  CustomResourceDefinitionStatus: "conditions:[Condition]@type acceptedNames:CustomResourceNames storedVersions:[string] observedGeneration:int",
};
