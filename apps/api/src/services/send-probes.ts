import { ApiError, ConnectionError } from "@sluice/kubernetes/api-error";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import type { EndpointSlice } from "@sluice/kubernetes/kinds";
import type { ObjectRef } from "@sluice/kubernetes/resource";
import { portRecordsKey, portRecordsName, systemNamespace } from "@sluice/shared/attachment/attachment-names";
import { portRecordsTextSchema } from "@sluice/shared/attachment/port-records";
import { type ConsoleBackend, writableMember } from "../console-backend.ts";
import type { MemberConnection } from "../kubernetes/member-connection.ts";
import { SluiceError } from "../sluice-error.ts";
import { requireRow } from "../views/require-row.ts";
import type { ProbeView } from "../views/service-object-view.ts";
import { isReady, type MemberIndex, podSlices } from "../world/world-index.ts";

const answerMsMax = 5_000;
/** The first asks the proxy which cluster answers and ends there; the second marks the request for the application's log. */
const probeHeaders = { "sluice-probe": "1", "x-sluice-probe": "1" };
const answeredByField = "sluice-answered-by";

/** Whom the API server of the source cluster passes the requests to. */
interface Path {
  pod: ObjectRef;
  port: number;
  /** Who answers where no proxy tells: the source itself, since the service is not attached there. */
  clusterKey: string | null;
}

/**
 * Sends marked requests as a caller in the source cluster would: through a proxy's port for the service, which tells
 * which cluster answered, or, where no proxy stands in its path, to its ready pods in turn.
 */
export async function sendProbes(backend: ConsoleBackend, request: { service: string; source: string; count: number }): Promise<ProbeView> {
  const { connection, key } = writableMember(backend, request.source, "source");
  const row = requireRow(backend.look(), request.service, request.source);
  const index = backend.look().index.byKey.get(request.source);
  const paths = index === undefined ? [] : (proxyPaths(index, connection, request, row.split.main.port) ?? podPaths(index, request.service, key));
  const answers: ProbeView["answers"] = [];
  for (let sent = 0; sent < request.count; sent++) {
    const path = paths[sent % paths.length];
    answers.push(path === undefined ? { clusterKey: null, status: 0 } : await sendOne(connection.client, path));
  }
  return { answers };
}

/** The way through a ready proxy; undefined when the service is not attached. */
function proxyPaths({ proxyPods }: MemberIndex, connection: MemberConnection, { service, source }: { service: string; source: string }, servicePort: number): Path[] | undefined {
  const uid = connection.caches.services.get(service)?.metadata.uid;
  const records = portRecordsTextSchema.safeParse(connection.caches.configMaps.get(`${systemNamespace}/${portRecordsName}`)?.data?.[portRecordsKey]);
  const record = records.data?.ports.find((port) => port.serviceUid === uid && port.port === servicePort && port.state === "bound");
  if (record === undefined) return undefined;
  const pod = proxyPods.find(isReady);
  if (pod === undefined) throw new SluiceError("PRECONDITION_FAILED", "NoReadyProxy", `source: no proxy of "${source}" is ready`, { field: "source", remedy: "wait until one is" });
  return [{ pod: { namespace: systemNamespace, name: pod.metadata.name }, port: record.listenPort, clusterKey: null }];
}

function podPaths(index: MemberIndex, service: string, clusterKey: string): Path[] {
  return podSlices(index, service).flatMap((slice: EndpointSlice) =>
    slice.endpoints.flatMap(({ targetRef, conditions }) => {
      const port = slice.ports?.[0]?.port;
      if (targetRef?.name === undefined || port === undefined || conditions?.ready === false) return [];
      return [{ pod: { namespace: targetRef.namespace ?? "default", name: targetRef.name }, port, clusterKey }];
    }),
  );
}

/** One answer; status 0 when there was none. */
async function sendOne(client: KubernetesClient, { pod, port, clusterKey }: Path): Promise<ProbeView["answers"][number]> {
  const signal = AbortSignal.timeout(answerMsMax);
  try {
    const response = await client.podProxy(pod, { port, path: "/", signal, headers: probeHeaders });
    for await (const _ of response.body) if (signal.aborted) break;
    return { clusterKey: response.headers.get(answeredByField) ?? clusterKey, status: response.status };
  } catch (error) {
    if (error instanceof ApiError) return { clusterKey: null, status: error.code };
    if (error instanceof ConnectionError) return { clusterKey: null, status: 0 };
    throw error;
  }
}
