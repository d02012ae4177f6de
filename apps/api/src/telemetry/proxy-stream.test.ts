import type { KubernetesClient } from "@sluice/kubernetes/client";
import { afterEach, expect, it, vi } from "vitest";
import { makeFrame, makeTarget } from "../testing/make-frame.ts";
import { ProxyStream } from "./proxy-stream.ts";

afterEach(() => void vi.useRealTimers());

/** What a pod tells when it is asked once: lines, and how that ends. */
interface Answer {
  lines: unknown[];
  end: "close" | "break" | "hang";
}

class Pod {
  readonly asked: { name: string; path: string; port: number }[] = [];
  readonly heard: number[] = [];
  readonly errors: string[] = [];
  readonly stream: ProxyStream;
  #speak: (line: unknown) => void = () => undefined;

  /** The last answer is given again from then on. */
  constructor(...answers: Answer[]) {
    const client = {
      podProxy: ({ name }: { name: string }, { path, port, signal }: { path: string; port: number; signal: AbortSignal }) => {
        const answer = answers[Math.min(this.asked.length, answers.length - 1)] ?? { lines: [], end: "hang" };
        this.asked.push({ name, path, port });
        return Promise.resolve({ body: this.#body(answer, signal) });
      },
    } as unknown as KubernetesClient;
    this.stream = new ProxyStream({ client, pod: "p", intervalMs: 250, onFrame: ({ sequence }) => this.heard.push(sequence), onError: (error) => this.errors.push(String(error)) });
  }

  /** One more line of an answer that hangs. */
  say(line: unknown): void {
    this.#speak(line);
  }

  async *#body({ lines, end }: Answer, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const bytes = (line: unknown) => new TextEncoder().encode(`${JSON.stringify(line)}\n`);
    for (const line of lines) yield bytes(line);
    if (end === "break") throw new Error("it broke");
    while (end === "hang") {
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      this.#speak = resolve;
      signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
      yield bytes(await promise);
    }
  }
}

const frame = (sequence: number) => makeFrame([makeTarget("own")], { sequence });

it.each([
  ["close", []],
  ["break", ["Error: it broke"]],
] as const)("asks the pod for its frames, and again after a stream's end by %s", async (end, errors) => {
  const pod = new Pod({ lines: [frame(1), frame(2)], end }, { lines: [frame(3)], end: "hang" });
  await vi.waitFor(() => expect(pod.heard).toEqual([1, 2, 3]), { timeout: 10_000 });
  expect(pod.asked).toEqual(Array.from({ length: 2 }, () => ({ name: "p", port: 9081, path: "/telemetry/stream?intervalMs=250" })));
  expect(pod.errors).toEqual(errors);
  await pod.stream.stop();
});

it("opens a stream anew that has said nothing for 10 s, and keeps one that goes on speaking", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const pod = new Pod({ lines: [frame(0)], end: "hang" });
  for (const sequence of [1, 2, 3]) {
    await vi.waitFor(() => expect(pod.heard).toHaveLength(sequence));
    await vi.advanceTimersByTimeAsync(8_000);
    pod.say(frame(sequence));
  }
  await vi.waitFor(() => expect(pod.heard).toEqual([0, 1, 2, 3]));
  expect([pod.asked.length, pod.errors]).toEqual([1, []]);
  await vi.advanceTimersByTimeAsync(10_000);
  await vi.waitFor(() => expect(pod.errors).toEqual(["Error: the stream fell silent"]));
  vi.useRealTimers();
  await vi.waitFor(() => expect(pod.asked).toHaveLength(2), { timeout: 10_000 });
  await pod.stream.stop();
});

it("takes what is no frame for an error, and tells it", async () => {
  const pod = new Pod({ lines: [{ version: 99 }], end: "hang" });
  await vi.waitFor(() => expect(pod.errors).toHaveLength(1));
  expect(pod.heard).toEqual([]);
  await pod.stream.stop();
});

it("tells no error of being stopped", async () => {
  const pod = new Pod({ lines: [frame(1)], end: "hang" });
  await vi.waitFor(() => expect(pod.heard).toEqual([1]));
  await pod.stream.stop();
  expect([pod.asked.length, pod.errors]).toEqual([1, []]);
});
