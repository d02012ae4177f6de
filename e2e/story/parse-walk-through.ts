/** A block of commands in a walk-through, and what it may print. */
export interface WalkThroughStep {
  /** Heading under which it stands, and the line of its fence, for messages. */
  heading: string;
  line: number;
  script: string;
  /** Alternatives: any of them is right. Empty: the output is not looked at. */
  outputs: string[];
}

/**
 * Reads a walk-through: every ```sh fence is a step, and the ```text fences after it are its expected outputs.
 * Throws when an output has no command before it, or a fence is open at the end.
 */
export function parseWalkThrough(markdown: string): WalkThroughStep[] {
  const steps: WalkThroughStep[] = [];
  let heading = "";
  let fence: { kind: string; line: number; lines: string[] } | undefined;
  for (const [index, text] of markdown.split("\n").entries()) {
    if (fence === undefined) {
      const opened = /^```(\w*)$/.exec(text);
      if (opened !== null) fence = { kind: opened[1] ?? "", line: index + 1, lines: [] };
      else if (text.startsWith("#")) heading = text.replace(/^#+\s*/, "");
    } else if (text === "```") {
      const body = fence.lines.join("\n");
      if (fence.kind === "sh") steps.push({ heading, line: fence.line, script: body, outputs: [] });
      else if (fence.kind === "text") outputsOf(steps, fence.line).push(body);
      fence = undefined;
    } else fence.lines.push(text);
  }
  if (fence !== undefined) throw new Error(`line ${fence.line}: the fence is never closed`);
  return steps;
}

function outputsOf(steps: WalkThroughStep[], line: number): string[] {
  const step = steps.at(-1);
  if (step === undefined) throw new Error(`line ${line}: an output without a command before it`);
  return step.outputs;
}

/** What is wrong with an output, for people; undefined: it is one of `outputs`, or these are none and it is not looked at. */
export function unexpectedOutput(outputs: readonly string[], printed: string): string | undefined {
  if (outputs.length === 0 || outputs.some((expected) => matchesOutput(expected, printed))) return undefined;
  return `it printed:\n${printed}\nexpected:\n${outputs.join("\nor:\n")}`;
}

/**
 * Whether a printed output is the expected one. `…` stands for any text within a line; alone on a line, for any lines or
 * none. Runs of blanks are alike, since `uniq -c` indents differently everywhere.
 */
export function matchesOutput(expected: string, actual: string): boolean {
  const pattern = linesOf(expected).map((line) =>
    line === "…" ? "(?:[^\\n]*\\n)*?" : `${line.split("…").map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("[^\\n]*")}\\n`,
  );
  return new RegExp(`^${pattern.join("")}$`).test(linesOf(actual).map((line) => `${line}\n`).join(""));
}

function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim().replaceAll(/\s+/g, " "))
    .filter((line) => line !== "");
}
