import { createTranslator } from "use-intl";
import { expect, it } from "vitest";
import type { SinceView } from "@sluice/api/views/service-view";
import en from "../../messages/en.json" with { type: "json" };
import zh from "../../messages/zh-CN.json" with { type: "json" };
import { sinceMessage } from "./since-message.ts";

it.each<[SinceView["cause"], number | null, string, string]>([
  [{ kind: "policy" }, 3, "since revision 3, 12:03:41", "自修订 3 起，12:03:41"],
  [{ kind: "policy" }, null, "since 12:03:41", "自 12:03:41 起"],
  [{ kind: "dropped", clusterKey: "k" }, 3, "since 1-25 was dropped, 12:03:41", "自 1-25 被移出起，12:03:41"],
  [{ kind: "returned", clusterKey: "k" }, 3, "since 1-25 returned, 12:03:41", "自 1-25 恢复起，12:03:41"],
  [{ kind: "joined", clusterKey: "k" }, 3, "since 1-25 joined, 12:03:41", "自 1-25 加入起，12:03:41"],
  [{ kind: "rising", clusterKey: "k" }, 3, "since 1-25 rose a step, 12:03:41", "自 1-25 上升一级起，12:03:41"],
])("says what the counts began with: %j, revision %s", (cause, revision, english, chinese) => {
  const { key, values } = sinceMessage({ atMs: 0, cause }, "12:03:41", revision, () => "1-25");
  expect(createTranslator({ locale: "en", messages: en, namespace: "truths" })(key, values)).toBe(english);
  expect(createTranslator({ locale: "zh-CN", messages: zh, namespace: "truths" })(key, values)).toBe(chinese);
});
