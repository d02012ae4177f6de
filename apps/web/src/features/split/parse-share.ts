/**
 * Thousandths of a percentage that a person typed: "25", "9.1", "9,1 %". Null when it is empty, no number, out of
 * 0 to 100, or finer than 0.1 %: an empty field is invalid, not 0.
 */
export function parseShare(text: string): number | null {
  const match = /^\s*(\d{1,3})(?:[.,](\d))?\s*%?\s*$/.exec(text);
  if (match === null) return null;
  const permille = Number(match[1]) * 10 + Number(match[2] ?? 0);
  return permille <= 1000 ? permille : null;
}
