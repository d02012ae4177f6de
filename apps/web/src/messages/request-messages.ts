import "server-only";
import { cookies, headers } from "next/headers";
import en from "./en.json" with { type: "json" };
import { type Locale, localeCookie, pickLocale } from "./locale.ts";
import zhCN from "./zh-CN.json" with { type: "json" };

export type Messages = typeof en;
const all: Record<Locale, Messages> = { en, "zh-CN": zhCN };

/** Language and texts of this request. */
export async function requestMessages(): Promise<{ locale: Locale; messages: Messages }> {
  const [jar, head] = await Promise.all([cookies(), headers()]);
  const locale = pickLocale(jar.get(localeCookie)?.value, head.get("accept-language"));
  return { locale, messages: all[locale] };
}
