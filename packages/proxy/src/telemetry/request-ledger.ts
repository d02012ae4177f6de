import type { Ledger } from "@sluice/shared/telemetry/telemetry-frame";

/** Where every request of a service port went: accepted = answered + failed + abandoned + in flight, always. */
export class RequestLedger {
  accepted = 0;
  answered = 0;
  abandoned = 0;
  inFlight = 0;
  readonly #failed = new Map<string, number>();
  readonly #refused = new Map<string, number>();

  onAccepted(): void {
    this.accepted++;
    this.inFlight++;
  }

  onAnswered(): void {
    this.answered++;
    this.inFlight--;
  }

  onAbandoned(): void {
    this.abandoned++;
    this.inFlight--;
  }

  onFailed(reason: string): void {
    this.#failed.set(reason, (this.#failed.get(reason) ?? 0) + 1);
    this.inFlight--;
  }

  /** Before routing: not part of the balance. */
  onRefused(rule: string): void {
    this.#refused.set(rule, (this.#refused.get(rule) ?? 0) + 1);
  }

  toTelemetry(): Ledger {
    const { accepted, answered, abandoned, inFlight } = this;
    return { accepted, answered, abandoned, inFlight, failed: Object.fromEntries(this.#failed), refused: Object.fromEntries(this.#refused) };
  }
}
