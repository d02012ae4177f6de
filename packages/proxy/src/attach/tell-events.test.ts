import type { AttachmentPlan } from "@sluice/shared/attachment/attachment-draft";
import type { ObservedAttachment } from "@sluice/shared/attachment/observed";
import type { DropReason } from "@sluice/shared/split/split";
import type { EventNote } from "@sluice/kubernetes/record-event";
import { expect, test } from "vitest";
import type { AttachContext } from "./attach-context.ts";
import { tellEvents } from "./tell-events.ts";

const other = "default/default/default/1-25";
const plan = { stage: "Inline", target: "Inline", conditions: [], actions: [] } as unknown as AttachmentPlan;

/** Each proxy with what it says of 1-25: how far, and after what. */
function observed(...proxies: ([number, DropReason] | null)[]): ObservedAttachment {
  const snapshots = proxies.map((ramp) => ({ snapshot: { ports: [{ effective: { targets: [], dropped: [], ...(ramp === null ? {} : { ramping: [{ clusterKey: other, permille: ramp[0], after: ramp[1] }] }) } }] } }));
  return { proxies: snapshots } as unknown as ObservedAttachment;
}

test("one Event for each time that a target begins to rise, whatever the number of proxies and steps", () => {
  const notes: EventNote[] = [];
  const policy = { metadata: { name: "web" } };
  const context = {
    cache: { policy: () => policy, service: () => undefined },
    events: { record: (_subject: unknown, note: EventNote) => notes.push(note) },
    told: new Map(),
    memories: new Map(),
  } as unknown as AttachContext;
  const tell = (...proxies: ([number, DropReason] | null)[]) => tellEvents("shop/web", context, plan, observed(...proxies));
  tell(null, null);
  tell([50, "unreachable"], null);
  tell([100, "unreachable"], [50, "unreachable"]);
  tell(null, [750, "unreachable"]);
  expect(notes).toEqual([{ type: "Normal", reason: "TargetRampingUp", message: `${other} could not be reached and serves now; it rises to its share by steps.` }]);
  tell(null, null);
  tell([50, "unknown-cluster"], null);
  expect(notes.slice(1)).toEqual([{ type: "Normal", reason: "TargetRampingUp", message: `${other} did not offer the service and serves now; it rises to its share by steps.` }]);
});
