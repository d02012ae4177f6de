export type AgeUnit = "second" | "minute" | "hour" | "day";

/** How long ago, in the largest whole unit, for a message such as "{count} min ago". */
export function ageOf(atMs: number, nowMs: number): { unit: AgeUnit; count: number } {
  const seconds = Math.max(0, Math.floor((nowMs - atMs) / 1000));
  if (seconds < 60) return { unit: "second", count: seconds };
  if (seconds < 3600) return { unit: "minute", count: Math.floor(seconds / 60) };
  if (seconds < 86_400) return { unit: "hour", count: Math.floor(seconds / 3600) };
  return { unit: "day", count: Math.floor(seconds / 86_400) };
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Making one is slow, and charts ask each second. */
function formatter(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const id = locale + JSON.stringify(options);
  const found = formatters.get(id) ?? new Intl.DateTimeFormat(locale, options);
  formatters.set(id, found);
  return found;
}

/** "12:04" or, with seconds, "12:04:31", in an IANA time zone. The same in every language. */
export function clockTime(atMs: number, timeZone: string, withSeconds = false): string {
  return formatter("en-GB", { timeZone, hourCycle: "h23", hour: "2-digit", minute: "2-digit", ...(withSeconds ? { second: "2-digit" } : {}) }).format(atMs);
}

/** "12:04"; of another day than `nowMs` with its date: "19 Nov, 12:04". */
export function dayTime(atMs: number, nowMs: number, timeZone: string, locale: string): string {
  const day = formatter(locale, { timeZone, day: "numeric", month: "short" });
  const clock = clockTime(atMs, timeZone);
  return nowMs === 0 || day.format(atMs) === day.format(nowMs) ? clock : `${day.format(atMs)}, ${clock}`;
}

/** Date, time and zone, for titles. */
export function fullTime(atMs: number, timeZone: string, locale: string): string {
  return `${formatter(locale, { timeZone, day: "numeric", month: "short", year: "numeric" }).format(atMs)}, ${clockTime(atMs, timeZone, true)} ${zoneName(atMs, timeZone)}`;
}

/** "UTC", "UTC+1" or "UTC+5:30". */
export function zoneName(atMs: number, timeZone: string): string {
  const parts = formatter("en", { timeZone, timeZoneName: "shortOffset" }).formatToParts(atMs);
  return (parts.find((part) => part.type === "timeZoneName")?.value ?? "").replace("GMT", "UTC").replace(/\+0$/, "");
}
