import { get } from "node:http";
import { proxySnapshotSchema, type ProxySnapshot } from "@sluice/shared/telemetry/proxy-snapshot";

const answerMsMax = 1_000;
const bodyLengthMax = 32 * 1024 * 1024;

/** Reads one proxy's `/snapshot`. Rejects when it is not answered within a second, or not as it should be. */
export async function fetchProxySnapshot(address: { ip: string; port: number }): Promise<ProxySnapshot> {
  const text = await new Promise<string>((resolve, reject) => {
    const request = get({ host: address.ip, port: address.port, path: "/snapshot", agent: false, signal: AbortSignal.timeout(answerMsMax) }, (response) => {
      const parts: Buffer[] = [];
      let length = 0;
      response.on("data", (part: Buffer) => {
        length += part.length;
        if (length > bodyLengthMax) response.destroy(new Error(`the snapshot is longer than ${bodyLengthMax} bytes`));
        else parts.push(part);
      });
      response.on("error", reject);
      response.on("end", () => {
        if (response.statusCode === 200) resolve(Buffer.concat(parts).toString("utf8"));
        else reject(new Error(`/snapshot answered ${response.statusCode}`));
      });
    });
    request.on("error", reject);
  });
  return proxySnapshotSchema.parse(JSON.parse(text));
}
