/** A policy's spec as short YAML: enough for comparing three of them side by side. Empty for no object. */
export function specLines(spec: unknown): string {
  if (spec === null || spec === undefined) return "";
  return lines(spec, "").join("\n");
}

function lines(value: unknown, indent: string): string[] {
  if (Array.isArray(value)) return value.length === 0 ? [`${indent}[]`] : value.flatMap((item) => inList(lines(item, `${indent}  `), indent));
  if (typeof value !== "object" || value === null) return [`${indent}${String(value)}`];
  return Object.entries(value).flatMap(([name, part]: [string, unknown]) => {
    const scalar = typeof part !== "object" || part === null || (Array.isArray(part) && part.length === 0);
    return scalar ? [`${indent}${name}: ${Array.isArray(part) ? "[]" : String(part)}`] : [`${indent}${name}:`, ...lines(part, Array.isArray(part) ? indent : `${indent}  `)];
  });
}

function inList(item: string[], indent: string): string[] {
  return item.map((line, index) => (index === 0 ? `${indent}- ${line.slice(indent.length + 2)}` : line));
}
