import type { Known } from "@sluice/api/views/known";
import { renderToStaticMarkup } from "react-dom/server";
import { IntlProvider } from "use-intl";
import { expect, it } from "vitest";
import en from "../messages/en.json" with { type: "json" };
import { KnownValue } from "./known-value.tsx";

const draw = (value: Known<number>, dash = false) =>
  renderToStaticMarkup(
    <IntlProvider locale="en" messages={en} timeZone="UTC">
      <KnownValue value={value} dash={dash}>{(figure) => `${figure} /s`}</KnownValue>
    </IntlProvider>,
  );
const at = Date.UTC(2026, 0, 1, 12, 3);

it("shows a figure, also a measured 0", () => {
  expect(draw({ state: "known", value: 0 })).toContain("0 /s");
});

it.each([
  [{ state: "not-measured" }, "not measured"],
  [{ state: "no-traffic" }, "no traffic"],
  [{ state: "cannot-see", sinceMs: at }, "can&#x27;t see since 12:03"],
  [{ state: "down", sinceMs: at }, "down since 12:03"],
] as const)("says %j in words and never as 0", (value, words) => {
  expect(draw(value)).toContain(words);
  expect(draw(value, true)).toContain(words);
  expect(draw(value)).not.toMatch(/\b0 \/s/);
});

it("marks a partial figure and names what is missing", () => {
  const html = draw({ state: "partial", value: 12, seen: 3, total: 4, missing: ["sluice-proxy-2"] });
  expect(html).toContain("12 /s");
  expect(html).toContain("partial: 3 of 4 proxies, missing sluice-proxy-2");
});
