import type { Ledger } from "@sluice/shared/telemetry/telemetry-frame";

/** Whether every accepted request is accounted for. */
export function ledgerBalances(ledger: Ledger): boolean {
  const failed = Object.values(ledger.failed).reduce((sum, count) => sum + count, 0);
  return ledger.accepted === ledger.answered + failed + ledger.abandoned + ledger.inFlight;
}
