"use client";

import type { LiveHealth } from "../../trpc/live-state.ts";
import { useLiveHealth } from "../../trpc/live-provider.tsx";

const gates: Record<LiveHealth["kind"], string> = { connecting: "#8b909b", live: "#0072b2", frozen: "#e69f00", "no-telemetry": "#e69f00", lost: "#c62828" };

/** The tab's icon: its gate is blue while live, amber when stale, red when nothing is seen. */
export function Favicon() {
  const gate = gates[useLiveHealth().kind];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20"><style>.p{fill:#16181d}@media(prefers-color-scheme:dark){.p{fill:#eceef1}}</style><rect class="p" x="1" y="1" width="3" height="18" rx="1"/><rect class="p" x="16" y="1" width="3" height="18" rx="1"/><rect x="5.5" y="1.5" width="9" height="8" rx="1" fill="${gate}"/><path d="M5.5 13.2c1.5-1 3 1 4.5 0s3 1 4.5 0M5.5 17c1.5-1 3 1 4.5 0s3 1 4.5 0" stroke="${gate}" stroke-width="1.6" fill="none" stroke-linecap="round"/></svg>`;
  return <link rel="icon" type="image/svg+xml" href={`data:image/svg+xml,${encodeURIComponent(svg)}`} />;
}
