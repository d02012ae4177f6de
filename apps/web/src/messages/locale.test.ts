import { expect, it } from "vitest";
import { pickLocale } from "./locale.ts";

it.each([
  ["zh-CN", "en-GB", "zh-CN"],
  [undefined, "zh-Hans-CN,zh;q=0.9,en;q=0.8", "zh-CN"],
  [undefined, "fr-FR,en;q=0.5", "en"],
  ["xx", null, "en"],
])("cookie %s and header %s give %s", (cookie, header, locale) => expect(pickLocale(cookie, header)).toBe(locale));
