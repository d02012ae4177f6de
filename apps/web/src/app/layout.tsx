import type { Metadata, Viewport } from "next";
import { headers } from "next/headers";
import type { ReactNode } from "react";
import "@fontsource-variable/geist";
import "@fontsource-variable/geist-mono";
import "./globals.css";
import { DraftDock } from "../features/split/draft-dock.tsx";
import { DraftProvider } from "../features/split/draft-store.tsx";
import { Shell } from "../features/shell/shell.tsx";
import { requestMessages } from "../messages/request-messages.ts";
import { Providers } from "../trpc/providers.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const { messages } = await requestMessages();
  return { title: { template: "%s · Sluice", default: "Sluice" }, description: messages.shell.description };
}

export const viewport: Viewport = {
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#ffffff" },
    { media: "(prefers-color-scheme: dark)", color: "#14171b" },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  const { locale, messages } = await requestMessages();
  const nonce = (await headers()).get("x-nonce") ?? undefined;
  return (
    <html lang={locale} suppressHydrationWarning>
      <body>
        <Providers locale={locale} messages={messages} nonce={nonce}>
          <DraftProvider>
            <Shell floating={<DraftDock />}>{children}</Shell>
          </DraftProvider>
        </Providers>
      </body>
    </html>
  );
}
