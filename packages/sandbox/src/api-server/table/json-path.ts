import { isRecord } from "../json-value.ts";

type Step = { key: string } | { index: number } | { every: true } | { key: string; equals: string };

const STEP = /\.([A-Za-z_$][-\w$]*)|\['([^']*)'\]|\["([^"]*)"\]|\[(\d+)\]|\[\*\]|\[\?\(@\.([-\w]+)\s*==\s*(?:"([^"]*)"|'([^']*)')\)\]/y;

function parse(path: string): Step[] | undefined {
  const text = path.replace(/^\{|\}$/g, "").replace(/^\$/, "").replaceAll("\\.", "\u0000");
  const steps: Step[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < text.length) {
    const match = STEP.exec(text);
    if (match === null) return undefined;
    const key = match[1] ?? match[2] ?? match[3];
    if (key !== undefined) steps.push({ key: key.replaceAll("\u0000", ".") });
    else if (match[4] !== undefined) steps.push({ index: Number(match[4]) });
    else if (match[5] !== undefined) steps.push({ key: match[5], equals: match[6] ?? match[7] ?? "" });
    else steps.push({ every: true });
  }
  return steps;
}

function take(value: unknown, step: Step): unknown[] {
  if ("equals" in step) return Array.isArray(value) ? value.filter((item) => isRecord(item) && item[step.key] === step.equals) : [];
  if ("key" in step) return isRecord(value) && value[step.key] !== undefined ? [value[step.key]] : [];
  if ("index" in step) return Array.isArray(value) && step.index < value.length ? [value[step.index]] : [];
  return Array.isArray(value) ? value : isRecord(value) ? Object.values(value) : [];
}

/** A reader of one JSONPath as printer columns use it (fields, indexes, `[*]`, `[?(@.type=="X")]`); undefined for other paths. */
export function compileJsonPath(path: string): ((value: unknown) => unknown[]) | undefined {
  const steps = parse(path);
  if (steps === undefined) return undefined;
  return (value) => steps.reduce<unknown[]>((found, step) => found.flatMap((each) => take(each, step)), [value]);
}
