export interface DiffLine {
  sign: " " | "-" | "+" | "…";
  text: string;
}

const linesMax = 400;

/** Lines taken away and added (longest common subsequence), with `context` unchanged lines around each change. */
export function lineDiff(before: string, after: string, context = 2): DiffLine[] {
  const old = linesOf(before);
  const fresh = linesOf(after);
  const common = commonLengths(old, fresh);
  const all: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < old.length || j < fresh.length) {
    if (i < old.length && j < fresh.length && old[i] === fresh[j]) {
      all.push({ sign: " ", text: old[i] ?? "" });
      i++;
      j++;
    } else if (i < old.length && (j >= fresh.length || (common[i + 1]?.[j] ?? 0) >= (common[i]?.[j + 1] ?? 0))) {
      all.push({ sign: "-", text: old[i++] ?? "" });
    } else {
      all.push({ sign: "+", text: fresh[j++] ?? "" });
    }
  }
  return withContext(all, context);
}

function linesOf(text: string): string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n").slice(0, linesMax);
}

function commonLengths(old: string[], fresh: string[]): number[][] {
  const table = Array.from({ length: old.length + 1 }, () => Array.from({ length: fresh.length + 1 }, () => 0));
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = fresh.length - 1; j >= 0; j--) {
      const row = table[i];
      if (row === undefined) continue;
      row[j] = old[i] === fresh[j] ? (table[i + 1]?.[j + 1] ?? 0) + 1 : Math.max(table[i + 1]?.[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return table;
}

function withContext(all: DiffLine[], context: number): DiffLine[] {
  const near = (index: number) => all.slice(Math.max(0, index - context), index + context + 1).some((line) => line.sign !== " ");
  const shown: DiffLine[] = [];
  for (const [index, line] of all.entries()) {
    if (near(index)) shown.push(line);
    else if (shown.length > 0 && shown.at(-1)?.sign !== "…") shown.push({ sign: "…", text: "" });
  }
  if (shown.at(-1)?.sign === "…") shown.pop();
  return shown;
}
