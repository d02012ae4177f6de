import type { TelemetryFrame } from "@sluice/shared/telemetry/telemetry-frame";
import { latencyOfBucketMs } from "@sluice/shared/telemetry/latency-buckets";
import { Counter, Gauge, Registry } from "prom-client";

/** Upper bounds in seconds that the fine latency buckets are summed into for Prometheus. */
const boundsSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];
const portLabels = ["service", "port", "role"] as const;
const targetLabels = [...portLabels, "target"] as const;

/**
 * Prometheus text of a frame. The registry is made anew for each scrape from the cumulative values, so that nothing is
 * counted twice and the hot path knows nothing of it.
 */
export async function proxyMetrics(frame: TelemetryFrame, gatewayRefused: ReadonlyMap<string, number>): Promise<{ contentType: string; text: string }> {
  const registry = new Registry();
  const count = <Label extends string>(name: string, help: string, labelNames: readonly Label[]): Counter<Label> => new Counter({ name, help, labelNames, registers: [registry] });
  const requests = count("sluice_proxy_requests_total", "Requests by the target that was chosen and the class of the answer.", [...targetLabels, "class"]);
  const failures = count("sluice_proxy_failures_total", "Own answers and answers that broke off, by reason.", [...targetLabels, "reason"]);
  const attempts = count("sluice_proxy_attempts_total", "Sendings of requests to a target, first ones and others.", targetLabels);
  const attemptFailures = count("sluice_proxy_attempt_failures_total", "Sendings that ended without an answer.", targetLabels);
  const bytes = count("sluice_proxy_body_bytes_total", "Bytes of bodies and tunnels received from and sent to callers.", [...targetLabels, "direction"]);
  const tunnels = count("sluice_proxy_tunnels_total", "Connections that went on without HTTP: WebSockets, and raw ones.", targetLabels);
  const latency = count("sluice_proxy_head_latency_seconds_bucket", "Request head in to response head out, cumulative by upper bound.", [...targetLabels, "le"]);
  const ledger = count("sluice_proxy_ledger_total", "Requests by what became of them.", [...portLabels, "entry"]);
  const refused = count("sluice_proxy_refused_total", "Messages refused before routing, by rule.", [...portLabels, "rule"]);
  const inFlight = new Gauge({ name: "sluice_proxy_in_flight", help: "Requests under way.", labelNames: portLabels, registers: [registry] });
  const openTunnels = new Gauge({ name: "sluice_proxy_open_tunnels", help: "Tunnels that are open.", labelNames: targetLabels, registers: [registry] });
  const resident = new Gauge({ name: "process_resident_memory_bytes", help: "Resident memory.", registers: [registry] });
  const connections = new Gauge({ name: "sluice_proxy_connections", help: "Connections of callers.", registers: [registry] });
  const cpu = count("process_cpu_seconds_total", "CPU time of the process.", []);
  for (const { service, port, role, targets, ledger: books } of frame.ports) {
    const labels = { service, port: String(port), role };
    for (const target of targets) {
      const own = { ...labels, target: target.clusterKey };
      for (const [name, value] of Object.entries(target.byClass)) requests.inc({ ...own, class: name }, value);
      for (const [reason, value] of Object.entries(target.failures)) failures.inc({ ...own, reason }, value);
      attempts.inc(own, target.attempts);
      attemptFailures.inc(own, target.attemptFailures);
      bytes.inc({ ...own, direction: "received" }, target.bytesReceived);
      bytes.inc({ ...own, direction: "sent" }, target.bytesSent);
      tunnels.inc(own, target.tunnels);
      openTunnels.set(own, target.openTunnels);
      for (const [le, value] of coarse(target.latencyHead)) latency.inc({ ...own, le }, value);
    }
    ledger.inc({ ...labels, entry: "accepted" }, books.accepted);
    ledger.inc({ ...labels, entry: "answered" }, books.answered);
    ledger.inc({ ...labels, entry: "abandoned" }, books.abandoned);
    for (const [reason, value] of Object.entries(books.failed)) ledger.inc({ ...labels, entry: `failed_${reason}` }, value);
    for (const [rule, value] of Object.entries(books.refused)) refused.inc({ ...labels, rule }, value);
    inFlight.set(labels, books.inFlight);
  }
  for (const [rule, value] of gatewayRefused) refused.inc({ service: "", port: "", role: "gateway", rule }, value);
  resident.set(frame.process.residentBytes);
  connections.set(frame.process.connections);
  cpu.inc(frame.process.cpuMicros / 1_000_000);
  return { contentType: registry.contentType, text: await registry.metrics() };
}

function coarse(histogram: readonly (readonly [number, number])[]): [string, number][] {
  if (histogram.length === 0) return [];
  const sums = boundsSeconds.map((bound): [string, number] => [
    String(bound),
    histogram.reduce((sum, [index, value]) => (latencyOfBucketMs(index) <= bound * 1_000 ? sum + value : sum), 0),
  ]);
  return [...sums, ["+Inf", histogram.reduce((sum, [, value]) => sum + value, 0)]];
}
