import http from "node:http";
import type { AddressInfo } from "node:net";

/** The plainest proxy on node:http: what the data plane's own codec is compared with. Argument: the backend's port. */
const port = Number(process.argv[2]);
const agent = new http.Agent({ keepAlive: true, maxSockets: 1_024 });

const server = http.createServer((request, response) => {
  const headers = { ...request.headers, "x-forwarded-for": request.socket.remoteAddress };
  const upstream = http.request({ host: "127.0.0.1", port, agent, method: request.method, path: request.url, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  upstream.on("error", () => response.destroy());
  request.pipe(upstream);
});
server.listen(0, "127.0.0.1", () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
