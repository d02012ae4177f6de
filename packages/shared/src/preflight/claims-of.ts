import { z } from "zod";
import type { Claim, ServiceClaimReason } from "./claim.ts";
import { labelSelectorSchema } from "./label-selector.ts";

/** Kinds that are looked at, by their plural. */
export type ClaimingKind = keyof typeof readers;

const everything = labelSelectorSchema.parse({});
const strings = z.record(z.string(), z.string()).default({});
const serviceRef = z.object({ namespace: z.string().optional(), name: z.string() });
const named = z.object({ name: z.string() });
const client = z.object({ service: serviceRef.optional() }).optional();
const spec = <T extends z.ZodType>(schema: T) => z.object({ spec: schema });
/** Namespace in which Istio keeps what holds for the whole mesh, unless an installation names another one. */
const istioRoot = "istio-system";

interface Owner {
  readonly object: string;
  readonly namespace: string;
  readonly annotations: Readonly<Record<string, string>>;
}
type Reader = (object: unknown, owner: Owner) => readonly Claim[];

const readers = {
  networkpolicies: reader(
    spec(z.object({ podSelector: labelSelectorSchema.default(everything), policyTypes: z.array(z.string()).default(["Ingress"]), ingress: z.array(z.object({ from: z.array(z.unknown()).default([]), ports: z.array(z.unknown()).default([]) })).default([]) })),
    ({ spec: { podSelector, policyTypes, ingress } }, { object, namespace }) => {
      const admitsAll = ingress.some(({ from, ports }) => from.length === 0 && ports.length === 0);
      return !policyTypes.includes("Ingress") || admitsAll ? [] : [{ on: "pods", reason: "NetworkPolicy", object, namespace, selector: podSelector }];
    },
  ),
  ingresses: reader(
    spec(z.object({
      defaultBackend: z.object({ service: named.optional() }).optional(),
      rules: z.array(z.object({ http: z.object({ paths: z.array(z.object({ backend: z.object({ service: named.optional() }) })) }).optional() })).default([]),
    })),
    ({ spec: { defaultBackend, rules } }, owner) => {
      if (usesClusterIp(owner.annotations)) return [];
      const backends = rules.flatMap(({ http }) => http?.paths.map(({ backend }) => backend.service?.name) ?? []);
      return onServices("Ingress", owner, [defaultBackend?.service?.name, ...backends].map((name) => ({ name })));
    },
  ),
  httproutes: reader(routeSchema(), ({ spec: { rules } }, owner) => onServices("Route", owner, rules.flatMap(({ backendRefs }) => backendRefs))),
  grpcroutes: reader(routeSchema(), ({ spec: { rules } }, owner) => onServices("Route", owner, rules.flatMap(({ backendRefs }) => backendRefs))),
  // With instances as targets the load balancer uses node ports, and so kube-proxy.
  targetgroupbindings: reader(spec(z.object({ serviceRef: named, targetType: z.string().optional() })), ({ spec: { serviceRef: { name }, targetType } }, owner) =>
    targetType === "instance" ? [] : onServices("TargetGroupBinding", owner, [{ name }]),
  ),
  servicemonitors: reader(
    spec(z.object({ selector: labelSelectorSchema.default(everything), namespaceSelector: z.object({ any: z.boolean().default(false), matchNames: z.array(z.string()).default([]) }).default({ any: false, matchNames: [] }) })),
    ({ spec: { selector, namespaceSelector: { any, matchNames } } }, { object, namespace }) => [{ on: "labels", reason: "ServiceMonitor", object, selector, namespaces: any ? null : matchNames.length > 0 ? matchNames : [namespace] }],
  ),
  validatingwebhookconfigurations: webhookReader(),
  mutatingwebhookconfigurations: webhookReader(),
  customresourcedefinitions: reader(
    spec(z.object({ conversion: z.object({ webhook: z.object({ clientConfig: client }).optional() }).optional() })),
    ({ spec: { conversion } }, owner) => onServices("Webhook", owner, [conversion?.webhook?.clientConfig?.service]),
  ),
  apiservices: reader(spec(z.object({ service: serviceRef.nullish() })), ({ spec: { service } }, owner) => onServices("ApiService", owner, [service ?? undefined])),
  rollouts: reader(
    spec(z.object({
      strategy: z.object({
        canary: z.object({ canaryService: z.string().optional(), stableService: z.string().optional(), pingPong: z.object({ pingService: z.string().optional(), pongService: z.string().optional() }).optional() }).optional(),
        blueGreen: z.object({ activeService: z.string().optional(), previewService: z.string().optional() }).optional(),
      }).default({}),
    })),
    ({ spec: { strategy: { canary, blueGreen } } }, owner) => {
      const names = [canary?.canaryService, canary?.stableService, canary?.pingPong?.pingService, canary?.pingPong?.pongService, blueGreen?.activeService, blueGreen?.previewService];
      return onServices("Rollout", owner, names.map((name) => ({ name })));
    },
  ),
  peerauthentications: reader(
    z.object({ spec: z.object({ selector: z.object({ matchLabels: strings }).optional(), mtls: z.object({ mode: z.string().optional() }).optional(), portLevelMtls: z.record(z.string(), z.object({ mode: z.string().optional() })).default({}) }).default({ portLevelMtls: {} }) }),
    ({ spec: { selector, mtls, portLevelMtls } }, { object, namespace }) => {
      const modes = [mtls?.mode, ...Object.values(portLevelMtls).map(({ mode }) => mode)].filter((mode) => mode !== undefined && mode !== "UNSET");
      if (modes.length === 0) return [];
      const isMeshWide = namespace === istioRoot && selector === undefined;
      return [{ on: "mesh", reason: "StrictMtls", object, namespace: isMeshWide ? null : namespace, selector: selector === undefined ? null : { ...everything, ...selector }, strict: modes.includes("STRICT") }];
    },
  ),
} satisfies Record<string, Reader>;

/** What one object, as the API gave it, claims; nothing when it is not of the form that its kind has. */
export function claimsOf(plural: ClaimingKind, object: { readonly kind?: string; readonly metadata: { readonly name: string; readonly namespace?: string; readonly annotations?: Readonly<Record<string, string>> } }, kind: string): readonly Claim[] {
  const { name, namespace = "", annotations = {} } = object.metadata;
  return readers[plural](object, { object: `${kind} ${namespace === "" ? "" : `${namespace}/`}${name}`, namespace, annotations });
}

function reader<T extends z.ZodType>(schema: T, claims: (object: z.output<T>, owner: Owner) => readonly Claim[]): Reader {
  return (object, owner) => {
    const parsed = schema.safeParse(object);
    return parsed.success ? claims(parsed.data, owner) : [];
  };
}

function webhookReader(): Reader {
  return reader(z.object({ webhooks: z.array(z.object({ clientConfig: client })).default([]) }), ({ webhooks }, owner) => onServices("Webhook", owner, webhooks.map(({ clientConfig }) => clientConfig?.service)));
}

function routeSchema() {
  const backendRef = z.object({ kind: z.string().default("Service"), namespace: z.string().optional(), name: z.string() });
  const rule = z.object({ backendRefs: z.array(backendRef).default([]).transform((refs) => refs.filter(({ kind }) => kind === "Service")) });
  return spec(z.object({ rules: z.array(rule).default([]) }));
}

function onServices(reason: ServiceClaimReason, { object, namespace }: Owner, refs: readonly ({ readonly namespace?: string | undefined; readonly name?: string | undefined } | undefined)[]): Claim[] {
  const claims = refs.flatMap((ref): Claim[] => (ref?.name === undefined ? [] : [{ on: "service", reason, object, namespace: ref.namespace ?? namespace, name: ref.name }]));
  return [...new Map(claims.map((claim) => [JSON.stringify(claim), claim])).values()];
}

/** Annotations by which ingress-nginx, NGINX Inc.'s controller and AWS's say that they send to the Service, not to its pods. */
function usesClusterIp(annotations: Readonly<Record<string, string>>): boolean {
  return annotations["nginx.ingress.kubernetes.io/service-upstream"] === "true" || annotations["nginx.org/use-cluster-ip"] === "true" || annotations["alb.ingress.kubernetes.io/target-type"] === "instance";
}
