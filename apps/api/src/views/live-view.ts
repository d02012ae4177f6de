import type { FleetView } from "./cluster-view.ts";
import type { HistoryView, ServiceView, SplitRowView } from "./service-view.ts";

/** One event of `live.watch`, at 1 Hz. A part that did not change since the last event is absent. */
export interface LiveFrame {
  /** Server's epoch ms. */
  atMs: number;
  /** Newest telemetry in it: how old it is at `atMs`; null when there is none at all. */
  telemetryAgeMs: number | null;
  fleet?: FleetView;
  /** By "namespace/name", those that the tab watches. */
  services?: Record<string, ServiceLiveView>;
}

export interface ServiceLiveView {
  service: ServiceView;
  rows: SplitRowView[];
  /** Whole history on the first event, then only the points after the last one sent. */
  history?: HistoryView;
}
