/** Where a program listens that its pod's containers know as `port`: the pod's own address, or its share of a single one. */
export function listenAddress(port: number, env: Readonly<Record<string, string | undefined>> = process.env): { host: string; port: number } {
  return { host: env["POD_IP"] ?? "127.0.0.1", port: Number(env[`SLUICE_PORT_${port}`] ?? port) };
}
