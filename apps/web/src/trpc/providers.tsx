"use client";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createTRPCClient } from "@trpc/client";
import type { AppRouter } from "@sluice/api/router";
import { ThemeProvider } from "next-themes";
import { type ReactNode, useState } from "react";
import { IntlProvider } from "use-intl";
import { LiveProvider } from "./live-provider.tsx";
import { links } from "./links.ts";
import { TRPCProvider } from "./trpc.ts";

interface ProvidersProps {
  locale: string;
  messages: Record<string, unknown>;
  nonce: string | undefined;
  children: ReactNode;
}

export function Providers({ locale, messages, nonce, children }: ProvidersProps) {
  const [queryClient] = useState(() => new QueryClient({ defaultOptions: { queries: { retry: 1, staleTime: 2000, refetchOnWindowFocus: true } } }));
  const [trpcClient] = useState(() => createTRPCClient<AppRouter>({ links: links() }));
  return (
    <ThemeProvider attribute="class" defaultTheme="system" enableSystem disableTransitionOnChange {...(nonce === undefined ? {} : { nonce })}>
      <IntlProvider locale={locale} messages={messages} timeZone="UTC">
        <QueryClientProvider client={queryClient}>
          <TRPCProvider queryClient={queryClient} trpcClient={trpcClient}>
            <LiveProvider>{children}</LiveProvider>
          </TRPCProvider>
        </QueryClientProvider>
      </IntlProvider>
    </ThemeProvider>
  );
}
