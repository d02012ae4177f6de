import { renderToStaticMarkup } from "react-dom/server";
import { IntlProvider } from "use-intl";
import { expect, it } from "vitest";
import en from "../../messages/en.json" with { type: "json" };
import zhCN from "../../messages/zh-CN.json" with { type: "json" };
import { StickyMark, StickyNote } from "./sticky-split.tsx";

const languages = { en, "zh-CN": zhCN };

function draw(sticky: boolean, mode: "Locality" | "ActiveActive" | "FailOver", locale: keyof typeof languages = "en"): string {
  const row = { sticky, mode };
  return renderToStaticMarkup(
    <IntlProvider locale={locale} messages={languages[locale]} timeZone="UTC">
      <StickyMark row={row} />
      <StickyNote row={row} />
    </IntlProvider>,
  );
}

it.each([
  ["en", "Sticky sessions", "cookie sluice-session"],
  ["zh-CN", "会话保持", "Cookie sluice-session"],
] as const)("marks a sticky split and explains it, in %s", (locale, mark, why) => {
  const html = draw(true, "ActiveActive", locale);
  expect(html).toContain(`>${mark}</span>`);
  expect(html).toMatch(new RegExp(`role="note"[^>]*>.*${why}`));
});

it.each([
  [false, "ActiveActive"],
  [true, "Locality"],
  [true, "FailOver"],
] as const)("says nothing of sticky %s in mode %s", (sticky, mode) => {
  expect(draw(sticky, mode)).toBe("");
});
