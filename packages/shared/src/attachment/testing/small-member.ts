import { globalTrafficPolicySpecSchema } from "../../policy/global-traffic-policy-schema.ts";
import type { AttachmentAction, AttachmentPlan } from "../attachment-draft.ts";
import { inlineSelectorKey } from "../attachment-names.ts";
import type { ObservedAttachment, ObservedProxy, ObservedService, ObservedSlice, SliceEndpoint } from "../observed.ts";
import { planAttachment } from "../plan-attachment.ts";
import { policyView } from "../policy-view.ts";

export const own = "default/default/default/1-23";
export const other = "default/default/default/1-25";
export const start = Date.parse("2026-01-01T00:00:00Z");

export function serviceOf(change: Partial<ObservedService> = {}): ObservedService {
  return {
    uid: "uid-1", namespace: "httpbin", name: "httpbin", type: "ClusterIP", clusterIP: "10.0.0.1", selector: { app: "pipy" }, labels: {}, annotations: {},
    ports: [{ name: "", port: 8080, protocol: "TCP", appProtocol: undefined }], ipFamilies: ["IPv4"], ipFamilyPolicy: "SingleStack",
    sessionAffinity: "None", internalTrafficPolicy: "Cluster", externalTrafficPolicy: "Cluster", publishNotReadyAddresses: false, deleting: false,
    selectorManager: undefined, selectorAppliedBy: undefined, ...change,
  };
}

/** A member in miniature: kube-proxy's choice, the EndpointSlice controller (a tick late), and proxies that obey. */
export class SmallMember {
  nowMs = start;
  pods = ["10.1.0.1", "10.1.0.2"];
  service: ObservedService | undefined = serviceOf();
  shadow: ObservedService | undefined;
  ours = new Map<string, ObservedSlice>();
  controllerEndpoints: { service: string[]; shadow: string[] } = { service: [...this.pods], shadow: [] };
  listenPorts: { port: number; listenPort: number }[] = [];
  spec: unknown = { lbType: "Locality" };
  generation = 1;
  proxies = ["10.2.0.1", "10.2.0.2"];
  openConnections = 0;
  /** Of them; undefined: as an older proxy, which does not say it. */
  busyConnections: number | undefined;
  /** False: a kube-proxy that knows no terminating endpoints, to see that nothing but a loss of all proxies needs them. */
  fallsBack = true;
  /** Proxies that are being deleted: they serve until no slice lists them. */
  leaving = new Set<string>();
  /** Proxies that are ready and do not listen yet. */
  late = new Set<string>();
  memory: ObservedAttachment["memory"] = noMemory;
  /** As the shadow's annotation has it. */
  #saved: ObservedAttachment["memory"] = noMemory;
  change: Partial<ObservedAttachment> = {};
  trace: string[] = [];

  setPolicy(spec: unknown): void {
    this.spec = spec;
    this.generation++;
  }

  #slice(name: string, addresses: string[]): ObservedSlice {
    const endpoints = addresses.map((address): SliceEndpoint => ({ address, ready: true, serving: true, terminating: false, pod: undefined, nodeName: undefined, zone: undefined }));
    return { name, uid: name, labels: {}, addressType: "IPv4", endpoints, ports: [{ name: "", port: 8080, protocol: "TCP", appProtocol: undefined }] };
  }

  observe(): ObservedAttachment {
    const observed: ObservedAttachment = {
      nowMs: this.nowMs,
      ownKey: own,
      service: this.service,
      slices: [...(this.controllerEndpoints.service.length > 0 ? [this.#slice("httpbin-x", this.controllerEndpoints.service)] : []), ...this.ours.values()],
      shadow: this.shadow,
      shadowSlices: this.controllerEndpoints.shadow.length > 0 ? [this.#slice("shadow-x", this.controllerEndpoints.shadow)] : [],
      pods: this.pods.map((name) => ({ name, uid: name, createdAtMs: start - 1000, labels: { app: "pipy" }, mesh: undefined })),
      policy: { uid: "policy", generation: this.generation, spec: globalTrafficPolicySpecSchema.parse(this.spec), conditions: [] },
      imports: [{ port: 8080, clusterKeys: [other] }],
      allowedAccounts: ["*"],
      bypasses: [],
      listenPorts: this.listenPorts,
      proxies: [],
      memory: this.memory,
      surroundings: { claims: [], unseen: [], pending: [], proxyImages: [] },
      obstacles: [],
      terminatingFallback: true,
      ...this.change,
    };
    const splitHash = policyView(observed)?.hash ?? "";
    return { ...observed, proxies: this.proxies.map((address) => this.#proxy(address, splitHash)) };
  }

  #proxy(address: string, splitHash: string): ObservedProxy {
    const ports = this.listenPorts.map(({ port, listenPort }) => ({
      port, listenPort, listening: !this.late.has(address), openConnections: this.openConnections, ...(this.busyConnections !== undefined && { busyConnections: this.busyConnections }), passLocal: false, requested: { mode: "Locality" as const },
      effective: { targets: [], dropped: [] }, local: 0, remotes: [],
    }));
    const snapshot = { service: "httpbin/httpbin", uid: "uid-1", policy: { uid: "policy", generation: this.generation, splitHash, appliedAtMs: 0 }, ports };
    return { pod: { name: address, namespace: "sluice-system", uid: address }, addresses: [address], nodeName: undefined, zone: undefined, ready: true, deleting: this.leaving.has(address), reachable: true, snapshot };
  }

  apply(action: AttachmentAction): void {
    switch (action.kind) {
      case "applyShadow": this.shadow = serviceOf({ name: action.shadow.name, uid: "uid-2", selector: action.shadow.selector }); break;
      case "deleteShadow": [this.shadow, this.#saved] = [undefined, noMemory]; break;
      case "allocatePort": this.listenPorts = [{ port: action.port, listenPort: 10_000 }]; break;
      case "freePort": this.listenPorts = []; break;
      case "applySlice": this.ours.set(action.slice.name, { ...action.slice, uid: action.slice.name }); break;
      case "deleteSlice": this.ours.delete(action.name); break;
      case "patchSelector": {
        if (this.service === undefined) return;
        const [uid, selector, replace] = action.patch;
        must(uid?.value === this.service.uid && JSON.stringify(selector?.value) === JSON.stringify(this.service.selector), "the patch does not test what is there");
        this.service = { ...this.service, selector: replace?.value as Record<string, string> };
      }
    }
  }

  controllers(): void {
    const selected = this.service === undefined || inlineSelectorKey in this.service.selector || Object.keys(this.service.selector).length === 0;
    this.controllerEndpoints = { service: selected ? [] : [...this.pods], shadow: this.shadow === undefined ? [] : [...this.pods] };
  }

  /** What kube-proxy would balance over: ready endpoints, else serving and terminating ones. */
  serving(): string[] {
    const endpoints = this.observe().slices.flatMap((slice) => slice.endpoints);
    const ready = endpoints.filter((endpoint) => endpoint.ready);
    const fallback = this.fallsBack ? endpoints.filter((endpoint) => endpoint.serving && endpoint.terminating) : [];
    const chosen = ready.length > 0 ? ready : fallback;
    return chosen.map(({ address }) => address).filter((address) => this.pods.includes(address) || (this.proxies.includes(address) && this.listenPorts.length > 0));
  }

  /** One pass of the controller, or as much of it as comes before it is killed; after each write somebody must serve. */
  pass(actionsMax = Infinity): AttachmentPlan {
    const plan = planAttachment(this.observe());
    this.memory = plan.memory;
    if (this.shadow !== undefined) this.#saved = plan.memory;
    for (const action of plan.actions.slice(0, actionsMax)) {
      this.apply(action);
      this.trace.push(action.kind === "patchSelector" ? `patchSelector ${inlineSelectorKey in (this.service?.selector ?? {}) ? "add" : "remove"}` : action.kind);
      this.mustServe();
    }
    return plan;
  }

  /** The controller is killed and started again: it knows what the shadow's annotation says. */
  restart(): void {
    this.memory = this.#saved;
  }

  /** Leaving proxies end once no slice lists them. */
  endProxies(): void {
    const listed = new Set([...this.ours.values()].flatMap(({ endpoints }) => endpoints.map(({ address }) => address)));
    this.proxies = this.proxies.filter((address) => !this.leaving.has(address) || listed.has(address));
    this.leaving = new Set(this.proxies.filter((address) => this.leaving.has(address)));
  }

  /** Without pods of its own, whether somebody serves is for the policy to say. */
  mustServe(): void {
    must(this.pods.length === 0 || this.serving().length > 0, `nobody serves after ${this.trace.join()}`);
  }

  /** Five passes, whether that is all or something is waited for that does not come by itself. */
  settleOrWait(): void {
    this.trace = [];
    for (let count = 0; count < 5; count++) {
      this.pass();
      this.controllers();
      this.mustServe();
      this.nowMs += 1000;
    }
  }

  /** Passes until nothing is left to do; returns the stages on the way. */
  settle(passesMax = 60): string[] {
    const stages: string[] = [];
    this.trace = [];
    for (let count = 0; count < passesMax; count++) {
      const plan = this.pass();
      if (stages.at(-1) !== plan.stage) stages.push(plan.stage);
      this.controllers();
      this.mustServe();
      this.nowMs += 1000;
      if (plan.actions.length === 0 && plan.waiting === undefined) return stages;
    }
    throw new Error(`not settled: ${this.trace.join()}`);
  }
}

const noMemory: ObservedAttachment["memory"] = { selectorResets: [] };

function must(isTrue: boolean, otherwise: string): void {
  if (!isTrue) throw new Error(otherwise);
}
