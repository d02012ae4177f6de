import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { LiveConnection, type WatchHandlers, type WatchInput } from "./live-connection.ts";

interface Opened {
  input: WatchInput;
  handlers: WatchHandlers;
  closed: boolean;
}

function connection() {
  const opened: Opened[] = [];
  const live = new LiveConnection((input, handlers) => {
    const entry: Opened = { input, handlers, closed: false };
    opened.push(entry);
    return { unsubscribe: () => (entry.closed = true) };
  });
  return { live, opened };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it("opens one stream for all that the page watches", () => {
  const { live, opened } = connection();
  live.show(true);
  live.watch("a/a");
  live.watch("b/b");
  vi.runAllTimers();
  expect(opened.map((entry) => entry.input)).toEqual([{ fleet: true, services: ["a/a", "b/b"], lastEventId: null }]);
});

it("closes while hidden and goes on from the last event", () => {
  const { live, opened } = connection();
  live.show(true);
  vi.runAllTimers();
  opened[0]?.handlers.onData("41", { atMs: 1, telemetryAgeMs: 0 });
  live.show(false);
  expect(opened[0]?.closed).toBe(true);
  live.show(true);
  vi.runAllTimers();
  expect(opened[1]?.input.lastEventId).toBe("41");
});

it("asks for everything when the set of services changes, and not when it only flickers", () => {
  const { live, opened } = connection();
  live.show(true);
  const release = live.watch("a/a");
  vi.runAllTimers();
  opened[0]?.handlers.onData("41", { atMs: 1, telemetryAgeMs: 0 });
  release();
  live.watch("a/a");
  vi.runAllTimers();
  expect(opened).toHaveLength(1);
  live.watch("b/b");
  vi.runAllTimers();
  expect(opened[1]?.input).toEqual({ fleet: true, services: ["a/a", "b/b"], lastEventId: null });
});

it("remembers since when the stream is down, and heals", () => {
  const { live, opened } = connection();
  live.show(true);
  vi.runAllTimers();
  opened[0]?.handlers.onDown();
  const since = live.state().lostSinceMs;
  vi.advanceTimersByTime(1000);
  opened[0]?.handlers.onDown();
  expect(live.state().lostSinceMs).toBe(since);
  opened[0]?.handlers.onData("1", { atMs: 1, telemetryAgeMs: 0 });
  expect(live.state().lostSinceMs).toBeNull();
});

it("opens another stream, from the last event on, when the server ends one, and says meanwhile that it is down", () => {
  const { live, opened } = connection();
  live.show(true);
  vi.runAllTimers();
  opened[0]?.handlers.onData("41", { atMs: 1, telemetryAgeMs: 0 });
  opened[0]?.handlers.onEnd();
  expect(live.state().lostSinceMs).not.toBeNull();
  vi.runAllTimers();
  expect(opened.map(({ input }) => input.lastEventId)).toEqual([null, "41"]);
  opened[0]?.handlers.onEnd();
  expect(opened[1]?.closed).toBe(false);
});

it("opens none after the server's end while the tab is hidden", () => {
  const { live, opened } = connection();
  live.show(true);
  vi.runAllTimers();
  opened[0]?.handlers.onEnd();
  live.show(false);
  vi.runAllTimers();
  expect(opened).toHaveLength(1);
});
