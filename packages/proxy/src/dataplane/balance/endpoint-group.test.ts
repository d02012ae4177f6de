import { expect, test } from "vitest";
import type { PortPart } from "../../snapshot.ts";
import { Destination } from "./destination.ts";
import { EndpointGroup } from "./endpoint-group.ts";

const destinations = ["a", "b", "c"].map((host) => new Destination(host, 80, host));
const [a, b, c] = destinations as [Destination, Destination, Destination];
const group = (algorithm: PortPart["loadBalancer"]): EndpointGroup => new EndpointGroup(destinations, algorithm, -1);

test.each(["RoundRobinLoadBalancer", "LeastWorkLoadBalancer"] as const)("%s: each in turn", (algorithm) => {
  const turns = group(algorithm);
  expect(Array.from({ length: 6 }, () => turns.pick([], "caller", 0)?.host)).toEqual(["a", "b", "c", "a", "b", "c"]);
});

test("least work goes where the fewest requests are", () => {
  a.inFlight = 3;
  b.inFlight = 1;
  c.inFlight = 2;
  expect(group("LeastWorkLoadBalancer").pick([], "caller", 0)).toBe(b);
  for (const destination of destinations) destination.inFlight = 0;
});

test("hashing keeps a caller where it was, and moves only those whose endpoint went away", () => {
  const all = group("HashingLoadBalancer");
  const callers = Array.from({ length: 300 }, (_, index) => `10.0.0.${index}`);
  const before = callers.map((caller) => all.pick([], caller, 0));
  expect(callers.map((caller) => all.pick([], caller, 0))).toEqual(before);
  for (const destination of destinations) expect(before.filter((one) => one === destination).length).toBeGreaterThan(50);
  const without = new EndpointGroup([a, c], "HashingLoadBalancer", -1);
  const after = callers.map((caller) => without.pick([], caller, 0));
  expect(after.every((one, index) => before[index] === b || one === before[index])).toBe(true);
});

test.each(["RoundRobinLoadBalancer", "LeastWorkLoadBalancer", "HashingLoadBalancer"] as const)("%s: a session's key decides, whoever calls, and what was tried or ejected gives way to the next", (algorithm) => {
  const sticky = group(algorithm);
  const first = sticky.pick([], "one", 0, "0123456789abcdef");
  for (let round = 0; round < 5; round++) expect(sticky.pick([], `caller ${round}`, 0, "0123456789abcdef")).toBe(first);
  const second = sticky.pick([first as Destination], "one", 0, "0123456789abcdef");
  expect(second).not.toBe(first);
  (first as Destination).ejection.untilMs = 100;
  expect(sticky.pick([], "one", 0, "0123456789abcdef")).toBe(second);
  (first as Destination).ejection.untilMs = 0;
});

test.each(["RoundRobinLoadBalancer", "LeastWorkLoadBalancer", "HashingLoadBalancer"] as const)("%s: what was tried is not tried again, an ejected one only as the last", (algorithm) => {
  const left = group(algorithm);
  b.ejection.untilMs = 100;
  expect(left.pick([a], "caller", 0)).toBe(c);
  expect(left.pick([a, c], "caller", 0)).toBe(b);
  expect(left.pick([a, b, c], "caller", 0)).toBeNull();
  expect(new EndpointGroup([], algorithm, 0).pick([], "caller", 0)).toBeNull();
  b.ejection.untilMs = 0;
});
