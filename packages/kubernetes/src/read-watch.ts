import type { WatchEvent } from "./client.ts";
import { ApiError, ConnectionError, type StatusBody } from "./api-error.ts";
import type { KubernetesObject } from "./resource.ts";

/** etcd takes objects of 1.5 MiB at most; the frame and escapes add a little. */
const lineLengthMax = 16 * 1024 * 1024;

/**
 * Events of a watch's body (JSON lines). Ends with the body; an ERROR event throws `ApiError`, a line that is not an
 * event or is cut short `ConnectionError`.
 */
export async function* readWatch<T extends KubernetesObject>(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<WatchEvent<T>> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true });
    let from = 0;
    for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n", from)) {
      const line = rest.slice(from, end);
      from = end + 1;
      if (line.trim() !== "") yield parseEvent<T>(line);
    }
    rest = rest.slice(from);
    if (rest.length > lineLengthMax) throw new ConnectionError("other", `a watch event is longer than ${lineLengthMax} characters`);
  }
  if (rest.trim() !== "") yield parseEvent<T>(rest);
}

function parseEvent<T>(line: string): WatchEvent<T> {
  let event: { type?: unknown; object?: unknown };
  try {
    event = JSON.parse(line) as typeof event;
  } catch (cause) {
    throw new ConnectionError("reset", "the watch ended within an event", cause);
  }
  switch (event.type) {
    case "ADDED":
    case "MODIFIED":
    case "DELETED":
    case "BOOKMARK":
      return event as WatchEvent<T>;
    case "ERROR": {
      const status = event.object as Partial<StatusBody>;
      throw new ApiError(status.code ?? 500, status.reason ?? "InternalError", status.message ?? "the watch failed", status as StatusBody);
    }
    default:
      throw new ConnectionError("other", `unknown watch event ${JSON.stringify(event.type)}`);
  }
}
