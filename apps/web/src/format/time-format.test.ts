import { expect, it } from "vitest";
import { ageOf, clockTime, dayTime, fullTime, zoneName } from "./time-format.ts";

it.each([
  [0, "second", 0],
  [59_999, "second", 59],
  [60_000, "minute", 1],
  [7_199_000, "hour", 1],
  [90_000_000, "day", 1],
  [-5_000, "second", 0],
])("says how long ago %i ms is", (ms, unit, count) => expect(ageOf(1e12, 1e12 + ms)).toEqual({ unit, count }));

const at = Date.UTC(2026, 0, 1, 23, 4, 31);

it("writes times in the chosen zone", () => {
  expect(clockTime(at, "UTC")).toBe("23:04");
  expect(clockTime(at, "UTC", true)).toBe("23:04:31");
  expect(clockTime(at, "Asia/Kolkata", true)).toBe("04:34:31");
  expect(clockTime(Date.UTC(2026, 0, 1), "UTC")).toBe("00:00");
});

it("names the zone", () => {
  expect(["UTC", "Europe/Berlin", "Asia/Kolkata"].map((zone) => zoneName(at, zone))).toEqual(["UTC", "UTC+1", "UTC+5:30"]);
  expect(fullTime(at, "Europe/Berlin", "en")).toBe("Jan 2, 2026, 00:04:31 UTC+1");
});

it("adds the date to a time of another day, as the zone counts days", () => {
  const later = at + 3_600_000;
  expect(dayTime(at, later, "UTC", "en")).toBe("Jan 1, 23:04");
  expect(dayTime(at, later, "Europe/Berlin", "en")).toBe("00:04");
});
