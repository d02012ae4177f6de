/**
 * Delay in ms before try `failures` + 1: doubles from `firstMs` up to `mostMs`, then a random part of up to a half is
 * taken off, so that many waiting clients do not return at the same moment.
 */
export function backoffMs(failures: number, options: { firstMs: number; mostMs: number; random: () => number }): number {
  const whole = Math.min(options.mostMs, options.firstMs * 2 ** Math.min(Math.max(failures - 1, 0), 30));
  return whole * (1 - options.random() / 2);
}
