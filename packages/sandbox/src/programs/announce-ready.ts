import { closeSync } from "node:fs";

/** Tells the kubelet that this program serves now, by closing the descriptor that it named; does nothing elsewhere. */
export function announceReady(): void {
  const descriptor = Number(process.env["SLUICE_ANNOUNCE_FD"]);
  if (!Number.isInteger(descriptor) || descriptor < 3) return;
  delete process.env["SLUICE_ANNOUNCE_FD"];
  closeSync(descriptor);
}
