/** One fresh process of `bench:sandbox`: what starting and stopping a cluster takes the first time and the time after, as one line of JSON. */

/** Milliseconds by the clock, and of the processors' time that this process used meanwhile. */
export interface Taken {
  wallMs: number;
  cpuMs: number;
}

export interface ClusterStarts {
  /** Loading the library's modules. */
  import: Taken;
  first: { start: Taken; stop: Taken };
  later: { start: Taken; stop: Taken };
}

async function take<T>(work: () => Promise<T>): Promise<{ value: T; taken: Taken }> {
  const [begunMs, begun] = [performance.now(), process.cpuUsage()];
  const value = await work();
  const { user, system } = process.cpuUsage(begun);
  return { value, taken: { wallMs: performance.now() - begunMs, cpuMs: (user + system) / 1000 } };
}

const library = await take(() => import("@sluice/sandbox/sandbox-cluster"));
const { startCluster } = library.value;

async function startAndStop(): Promise<{ start: Taken; stop: Taken }> {
  const start = await take(() => startCluster({ name: "bench" }));
  const stop = await take(() => start.value.stop());
  return { start: start.taken, stop: stop.taken };
}

const result: ClusterStarts = { import: library.taken, first: await startAndStop(), later: await startAndStop() };
console.log(JSON.stringify(result));
