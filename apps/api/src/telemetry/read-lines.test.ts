import { expect, it } from "vitest";
import { readLines } from "./read-lines.ts";

async function* chunksOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    await Promise.resolve();
    yield bytes.subarray(at, at + size);
  }
}

async function linesOf(chunks: AsyncGenerator<Uint8Array>, lengthMax: number): Promise<string[]> {
  const lines = [];
  for await (const line of readLines(chunks, lengthMax)) lines.push(line);
  return lines;
}

const text = '{"a":1}\n\n{"b":"水闸"}\n{"c":3}\n{"not": ended';

it.each([1, 2, 7, 1_000])("finds the same lines in chunks of %i bytes, also within a letter; the last one only when it has ended", async (size) => {
  expect(await linesOf(chunksOf(new TextEncoder().encode(text), size), 100)).toEqual(['{"a":1}', '{"b":"水闸"}', '{"c":3}']);
});

it("gives up on a line that is longer than allowed", async () => {
  const endless = chunksOf(new TextEncoder().encode("x".repeat(100)), 10);
  await expect(linesOf(endless, 50)).rejects.toThrow("a line of more than 50 characters");
});
