import { setTimeout as pause } from "node:timers/promises";
import { eventually } from "../../ground/eventually.ts";
import { added, answersOfCallers, renewConnections } from "../../story/callers.ts";
import { greetingOf } from "../../story/story.ts";
import { killAll, signal } from "../host/processes.ts";
import { type Book, readBooks, sum, type Told, toldBetween } from "./books.ts";
import type { KillGround, Victims } from "./victims.ts";

/** Callers are in the first of these; their requests are split evenly between both. */
export const [near, far] = ["1-23", "1-25"] as const;

export interface Kill {
  name: string;
  victims: (ground: KillGround) => Victims | Promise<Victims>;
  /** For SIGSTOP: how long until SIGCONT, in ms. Absent: SIGKILL. */
  stoppedMs?: number;
  /** Meanwhile callers may connect to the pods themselves, and keep that: they have to connect anew. */
  bypasses?: boolean;
  /** What callers may lose by it. */
  promise: Promised;
}

export interface Promised {
  /** Requests at most. */
  lostMax: number;
  /** What the lost ones are told; nothing else may be lost. */
  told: RegExp;
  /** Whether a proxy of the callers' own cluster can't tell what it lost. Default: the ledger has each of them. */
  unledgered?: boolean;
}

/** What callers got from shortly before a kill until all was whole again. */
interface KillFigures {
  kill: string;
  requests: number;
  lost: number;
  losses: Record<string, number>;
  /** What the proxies that lived on told of them. */
  ledger: Told;
  secondsUntilWhole: number;
}

const isGood = (answer: string): boolean => answer === greetingOf(near) || answer === greetingOf(far);
const wholeMsMax = 300_000;

/** Carries it out under the callers' load. Answers what callers got; throws where it is not as promised or does not become whole. */
export async function carryOutKill(ground: KillGround, kill: Kill): Promise<KillFigures> {
  const [answersBefore, booksBefore] = [await answersOfCallers(ground, near), await readBooks(ground, near)];
  const { processes, untilBack } = await kill.victims(ground);
  const killed = kill.stoppedMs === undefined;
  const startedMs = performance.now();
  if (kill.stoppedMs === undefined) await killAll(processes);
  else {
    for (const victim of processes) signal(victim, "SIGSTOP");
    await pause(kill.stoppedMs);
    for (const victim of processes) signal(victim, "SIGCONT");
  }
  await untilBack(killed);
  await untilWhole(ground);
  const secondsUntilWhole = Math.round((performance.now() - startedMs) / 1_000);
  const figures = await eventually(`the ledger has what callers lost by ${kill.name}`, async () => {
    const answers = difference(await answersOfCallers(ground, near), answersBefore);
    const losses = Object.fromEntries([...answers].filter(([answer]) => !isGood(answer)));
    const figures = { kill: kill.name, requests: sum(Object.fromEntries(answers)), lost: sum(losses), losses, ledger: toldBetween(booksBefore, await readBooks(ground, near)), secondsUntilWhole };
    const wrong = brokenPromises(kill.promise, figures);
    if (wrong.length > 0) throw new Error(`${wrong.join("; ")}: ${JSON.stringify(figures)}`);
    return figures;
  }, 20_000);
  if (kill.bypasses === true) await renewConnections(ground, near);
  return figures;
}

/** What of a promise the figures break, in words. */
export function brokenPromises({ lostMax, told, unledgered = false }: Promised, { lost, losses, ledger }: KillFigures): string[] {
  const others = Object.keys(losses).filter((answer) => !told.test(answer));
  const inLedger = ledger.failed + ledger.abandoned;
  return [
    ...(lost > lostMax ? [`${lost} were lost, at most ${lostMax} may be`] : []),
    ...others.map((answer) => `callers were told "${answer}"`),
    ...(unledgered || inLedger === lost ? [] : [`${lost} were lost, and the ledger has ${inLedger}`]),
  ];
}

/** Each proxy of the callers' cluster splits exactly, whatever was in force before, and has nothing that waits. */
export async function untilWhole(ground: KillGround, withinMs = wholeMsMax): Promise<void> {
  await eventually(`the split is exact`, async () => {
    const before = await readBooks(ground, near);
    await pause(2_000);
    const after = await readBooks(ground, near);
    const wrong = after.flatMap((book) => inexact(before.find(({ container }) => container === book.container), book) ?? []);
    if (after.length !== ground.proxies || wrong.length > 0) throw new Error(wrong.join("; ") || `${after.length} proxies are ready`);
  }, withinMs);
}

/** Why a proxy's requests between two readings were not split evenly; undefined if they were. */
function inexact(before: Book | undefined, after: Book): string | undefined {
  const more = (cluster: string): number => (after.chosen[cluster] ?? 0) - (before?.chosen[cluster] ?? 0);
  const [own, other] = [more(near), more(far)];
  // A choice is counted when its request ends.
  const bound = 2 + after.inFlight + (before?.inFlight ?? 0);
  if (before === undefined || own + other < 10 || after.inFlight > 10) return `${after.pod} ended ${own + other} requests and has ${after.inFlight} in flight`;
  return Math.abs(own - other) <= bound ? undefined : `${after.pod} sent ${own} to ${near} and ${other} to ${far}`;
}

function difference(after: ReadonlyMap<string, number>, before: ReadonlyMap<string, number>): Map<string, number> {
  const negative = new Map([...before].map(([answer, count]) => [answer, -count]));
  return new Map([...added(after, negative)].filter(([, count]) => count !== 0));
}
