export type AgeUnit = "second" | "minute" | "hour" | "day";

/** How long ago, in the largest whole unit, for a message such as "{count} min ago". */
export function ageOf(atMs: number, nowMs: number): { unit: AgeUnit; count: number } {
  const seconds = Math.max(0, Math.floor((nowMs - atMs) / 1000));
  if (seconds < 60) return { unit: "second", count: seconds };
  if (seconds < 3600) return { unit: "minute", count: Math.floor(seconds / 60) };
  if (seconds < 86_400) return { unit: "hour", count: Math.floor(seconds / 3600) };
  return { unit: "day", count: Math.floor(seconds / 86_400) };
}

/** "12:04" or, with seconds, "12:04:31", in UTC. */
export function clockTime(atMs: number, withSeconds = false): string {
  return new Date(atMs).toISOString().slice(11, withSeconds ? 19 : 16);
}
