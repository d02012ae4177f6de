import type { ApiObject } from "../api-object.ts";

/** core/v1 and events.k8s.io/v1 Events are one storage; the fields that the versions name differently are renamed here (kubernetes pkg/apis/core/v1/conversion.go). */
export const eventConversion = {
  fromStored(event: ApiObject): ApiObject {
    const { involvedObject, message, source, firstTimestamp, lastTimestamp, count, ...rest } = event;
    return {
      ...rest,
      apiVersion: "events.k8s.io/v1",
      regarding: involvedObject,
      note: message,
      deprecatedSource: source,
      deprecatedFirstTimestamp: firstTimestamp,
      deprecatedLastTimestamp: lastTimestamp,
      deprecatedCount: count,
    } as ApiObject;
  },
  toStored(event: ApiObject): ApiObject {
    const { regarding, note, deprecatedSource, deprecatedFirstTimestamp, deprecatedLastTimestamp, deprecatedCount, ...rest } = event;
    return {
      ...rest,
      apiVersion: "v1",
      involvedObject: regarding,
      message: note,
      source: deprecatedSource,
      firstTimestamp: deprecatedFirstTimestamp,
      lastTimestamp: deprecatedLastTimestamp,
      count: deprecatedCount,
    } as ApiObject;
  },
};
