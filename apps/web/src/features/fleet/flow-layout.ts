/** Input of the picture: who calls, who answers, and how much. */
export interface FlowInput {
  sources: { key: string; perSecond: number | null }[];
  targets: { key: string; perSecond: number | null }[];
  flows: { source: string; target: string; permille: number; perSecond: number | null }[];
  width: number;
  /** Room for the labels at either side, px. */
  labelLeft: number;
  labelRight: number;
}

export interface FlowNode {
  key: string;
  y: number;
  height: number;
  /** Where the label's middle stands. */
  middle: number;
}

export interface FlowRibbon {
  source: string;
  target: string;
  permille: number;
  path: string;
  /** Middle of the ribbon, for its label. */
  x: number;
  y: number;
  thickness: number;
}

export interface FlowPlan {
  height: number;
  leftX: number;
  rightX: number;
  nodeWidth: number;
  sources: FlowNode[];
  targets: FlowNode[];
  ribbons: FlowRibbon[];
}

const nodeWidth = 7;
const flowHeight = 128;
const idleHeight = 22;
/** A label has three lines. */
const slotMin = 66;
const gap = 26;
const pad = 8;

/**
 * Places nodes and ribbons: heights are in proportion to requests/s over the whole picture, so that a thick
 * ribbon is much traffic whichever cluster it leaves. Pure; px.
 */
export function layOutFlow(input: FlowInput): FlowPlan {
  const total = input.flows.reduce((sum, flow) => sum + amount(flow), 0);
  const scale = total === 0 ? 0 : flowHeight / total;
  const thickness = (flow: FlowInput["flows"][number]) => Math.max(amount(flow) * scale, amount(flow) > 0 ? 2 : 0);
  const heightOf = (field: "source" | "target", key: string) =>
    input.flows.filter((flow) => flow[field] === key).reduce((sum, flow) => sum + thickness(flow), 0);
  const sources = stack(input.sources.map((node) => ({ key: node.key, height: heightOf("source", node.key) })));
  const targets = stack(input.targets.map((node) => ({ key: node.key, height: heightOf("target", node.key) })));
  const leftX = input.labelLeft;
  const rightX = Math.max(leftX + 60, input.width - input.labelRight - nodeWidth);
  const height = Math.max(bottom(sources), bottom(targets)) + pad;
  return { height, leftX, rightX, nodeWidth, sources, targets, ribbons: ribbonsOf(input, sources, targets, thickness, leftX + nodeWidth, rightX) };
}

function amount(flow: FlowInput["flows"][number]): number {
  return flow.perSecond ?? 0;
}

function stack(nodes: { key: string; height: number }[]): FlowNode[] {
  let top = pad;
  return nodes.map(({ key, height }) => {
    const own = Math.max(height, idleHeight);
    const slot = Math.max(own, slotMin);
    const y = top + (slot - own) / 2;
    top += slot + gap;
    return { key, y, height: own, middle: y + own / 2 };
  });
}

function bottom(nodes: FlowNode[]): number {
  const last = nodes.at(-1);
  return last === undefined ? slotMin : Math.max(last.y + last.height, last.middle + slotMin / 2);
}

function ribbonsOf(
  input: FlowInput,
  sources: FlowNode[],
  targets: FlowNode[],
  thickness: (flow: FlowInput["flows"][number]) => number,
  fromX: number,
  toX: number,
): FlowRibbon[] {
  const order = (nodes: FlowNode[], key: string) => nodes.findIndex((node) => node.key === key);
  const flows = input.flows
    .filter((flow) => thickness(flow) > 0 && order(sources, flow.source) >= 0 && order(targets, flow.target) >= 0)
    .toSorted((one, two) => order(sources, one.source) - order(sources, two.source) || order(targets, one.target) - order(targets, two.target));
  const left = new Map(sources.map((node) => [node.key, node.y]));
  const right = new Map(targets.map((node) => [node.key, node.y + (node.height - sumTo(flows, node.key, thickness)) / 2]));
  return flows.map((flow) => {
    const high = thickness(flow);
    const from = left.get(flow.source) ?? 0;
    const to = right.get(flow.target) ?? 0;
    left.set(flow.source, from + high);
    right.set(flow.target, to + high);
    const bend = (fromX + toX) / 2;
    const path = `M${fromX} ${from}C${bend} ${from} ${bend} ${to} ${toX} ${to}V${to + high}C${bend} ${to + high} ${bend} ${from + high} ${fromX} ${from + high}Z`;
    return { source: flow.source, target: flow.target, permille: flow.permille, path, x: bend, y: (from + to + high) / 2, thickness: high };
  });
}

function sumTo(flows: FlowInput["flows"], target: string, thickness: (flow: FlowInput["flows"][number]) => number): number {
  return flows.filter((flow) => flow.target === target).reduce((sum, flow) => sum + thickness(flow), 0);
}
