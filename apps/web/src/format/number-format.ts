const nbsp = "\u00a0";
const cache = new Map<string, Intl.NumberFormat>();

function formatter(locale: string, minimum: number, maximum: number): Intl.NumberFormat {
  const id = `${locale}/${minimum}/${maximum}`;
  let found = cache.get(id);
  if (found === undefined) {
    found = new Intl.NumberFormat(locale, { minimumFractionDigits: minimum, maximumFractionDigits: maximum });
    cache.set(id, found);
  }
  return found;
}

/** Thousandths as a percentage: 91 → "9.1 %", 500 → "50 %"; `fixed` keeps one decimal so that columns stand still. */
export function formatShare(permille: number, locale: string, fixed = false): string {
  return `${formatter(locale, fixed ? 1 : 0, 1).format(Math.round(permille) / 10)}${nbsp}%`;
}

/** Requests per second: one decimal below 100, none above. Never rounds something up from or down to 0. */
export function formatRate(perSecond: number, locale: string): string {
  if (perSecond > 0 && perSecond < 0.05) return `<${formatter(locale, 1, 1).format(0.1)}${nbsp}/s`;
  const digits = perSecond < 99.95 ? 1 : 0;
  return `${formatter(locale, digits, digits).format(perSecond)}${nbsp}/s`;
}

/** A share of 1 as "99.98 %": rounded down, so that 100.00 % always means all. */
export function formatSuccess(share: number, locale: string): string {
  return `${formatter(locale, 2, 2).format(Math.floor(share * 10_000 + 1e-6) / 100)}${nbsp}%`;
}

/** A share of 1 of bad answers: rounded up, so that 0 % always means none. */
export function formatErrorShare(share: number, locale: string): string {
  return `${formatter(locale, 0, 2).format(Math.max(0, Math.ceil(share * 10_000 - 1e-6)) / 100)}${nbsp}%`;
}

/** Milliseconds: one decimal below 10 ms, seconds from 10 s. */
export function formatMs(ms: number, locale: string): string {
  if (ms >= 10_000) return `${formatter(locale, 1, 1).format(ms / 1000)}${nbsp}s`;
  const digits = ms < 9.95 ? 1 : 0;
  return `${formatter(locale, digits, digits).format(ms)}${nbsp}ms`;
}

export function formatCount(count: number, locale: string): string {
  return formatter(locale, 0, 0).format(count);
}
