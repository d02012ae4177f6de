import { portRecordsKey, portRecordsName } from "@sluice/shared/attachment/attachment-names";
import { noPortRecords, portRecordsTextSchema, type PortRecords } from "@sluice/shared/attachment/port-records";
import { ApiError } from "@sluice/kubernetes/api-error";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import { kinds, type ConfigMap } from "@sluice/kubernetes/kinds";

const triesMax = 5;

/** The port records cannot be read; nothing is allocated over them, since that could give a port away twice. */
export class PortRecordsError extends Error {
  override readonly name = "PortRecordsError";
  readonly code = "port_records_malformed";
}

/** Records of ConfigMap `sluice-ports`; absent: none yet. Throws `PortRecordsError`. */
export function readPortRecords(configMap: ConfigMap | undefined): PortRecords {
  const text = configMap?.data?.[portRecordsKey];
  if (text === undefined) return noPortRecords;
  const parsed = portRecordsTextSchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new PortRecordsError(`ConfigMap ${portRecordsName}, ${portRecordsKey} is malformed; correct it, or remove it when no service is attached`, { cause: parsed.error });
}

/**
 * Changes the records by compare-and-swap: reads them, and writes what `change` makes of them only over the version
 * that was read, trying again with the newer one up to five times. Answers the ConfigMap afterwards; undefined when
 * there is none.
 */
export async function updatePortRecords(client: KubernetesClient, namespace: string, change: (records: PortRecords) => PortRecords): Promise<ConfigMap | undefined> {
  for (let attempt = 1; ; attempt++) {
    const found = await client.get(kinds.configMaps, { namespace, name: portRecordsName }).catch(ignoreMissing);
    const before = readPortRecords(found);
    const after = change(before);
    if (after === before) return found;
    const data = { [portRecordsKey]: JSON.stringify(after) };
    try {
      if (found === undefined) {
        return await client.create(kinds.configMaps, { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace, name: portRecordsName }, data });
      }
      return await client.replace(kinds.configMaps, { ...found, data: { ...found.data, ...data } });
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 409) || attempt >= triesMax) throw error;
    }
  }
}

function ignoreMissing(error: unknown): undefined {
  if (error instanceof ApiError && error.code === 404) return undefined;
  throw error;
}
