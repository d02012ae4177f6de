import type { IncomingMessage } from "node:http";
import { ApiFailure } from "../api-failure.ts";

/** kube-apiserver's MaxRequestBodyBytes. */
const BODY_BYTES_MAX = 3 * 1024 * 1024;

/** Reads a whole body ; throws 413 above 3 MiB. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_BYTES_MAX) throw new ApiFailure(413, "RequestEntityTooLarge", `Request entity too large: limit is ${BODY_BYTES_MAX}`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
